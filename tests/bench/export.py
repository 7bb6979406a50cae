"""What an export costs: pages a minute and core, and what a page of each kind takes, in parts.

``python -m tests.bench.export [pages]`` on an empty database of its own: DATABASE_URL as for the site, else SQLite in a
temporary directory. More pages than the reference has are comparisons like the real ones.
"""

import gzip
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import brotli

LANGUAGES = ("en", "zh-hant", "zh-hans")
MEMORY = Path("/dev/shm")
KINDS = ("number", "unassigned", "class", "origins", "rfc", "compare", "guide", "json")


def main(entries: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{place}/bench.sqlite3")
        os.environ["HTTPREF_DATA_DIR"] = place
        os.environ["DJANGO_SETTINGS_MODULE"] = "httpref.settings"
        import django

        django.setup()
        fill(entries)
        kinds(Path(place))
        whole(Path(place) / "site")
        if MEMORY.is_dir():
            with tempfile.TemporaryDirectory(dir=MEMORY) as memory:
                print("in memory, where creating a file costs next to nothing:")
                whole(Path(memory) / "site")


def fill(entries: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("seed", verbosity=0)
    if entries:
        pages(entries)


def pages(wanted: int) -> None:
    """Comparisons like the real ones until the export has about ``wanted`` pages."""
    from itertools import combinations

    from codes.models import Comparison, StatusCode

    real = list(Comparison.objects.all())
    rows = list(StatusCode.objects.registered())
    missing = wanted // len(LANGUAGES) - 1300
    pairs = [(*pair, place) for place, pair in zip(range(missing), repeated(list(combinations(rows, 2))), strict=False)]
    made = []
    for one, other, place in pairs:
        copy = real[place % len(real)]
        row = Comparison(slug=f"{one.number}-{other.number}-{place:05}", example=copy.example)
        for field in Comparison._meta.concrete_fields:
            if field.name not in ("id", "slug", "example"):
                setattr(row, field.attname, getattr(copy, field.attname))
        made.append(row)
    Comparison.objects.bulk_create(made, batch_size=500)
    through = Comparison.codes.through
    links = [(row, code) for row, pair in zip(made, pairs, strict=True) for code in pair[:2]]
    through.objects.bulk_create((through(comparison=row, statuscode=code) for row, code in links), batch_size=2000)


def repeated(values: list[tuple[object, object]]) -> Iterator[tuple[object, object]]:
    while True:
        yield from values


@contextmanager
def timed(found: dict[str, float], name: str) -> Iterator[None]:
    begun = time.process_time()
    yield
    found[name] = found.get(name, 0.0) + time.process_time() - begun


def kinds(place: Path) -> None:
    """The processor time of pages by kind: to make the content, to compress it, to write it."""
    from codes.export.address import Address, page_policy, parse_address, published_at
    from codes.export.assets import Assets
    from codes.export.files import BROTLI_QUALITY, GZIP_LEVEL, Files
    from codes.export.render import Renderer
    from codes.export.targets import targets
    from httpref.process import seldom_collected

    address = parse_address("https://example.org/http")
    assets = Assets(place / "assets", address)
    assets.collect()
    with published_at(Address(address.origin, ""), LANGUAGES, assets):
        wanted = list(targets())
    (place / "scratch").mkdir()
    files = Files(place / "files", place / "scratch")
    with published_at(address, LANGUAGES, assets), seldom_collected():
        renderer = Renderer(address, {"policy": page_policy(), "index": "/http/search/meta.json"})
        for kind in KINDS:
            some = [target for target in wanted if kind_of(target) == kind][:120]
            renderer.contents(some[:3])
            cost: dict[str, float] = {}
            with timed(cost, "content"):
                contents = renderer.contents(some)
            for name, content in contents.items():
                with timed(cost, "br"):
                    br = brotli.compress(content, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
                with timed(cost, "gz"):
                    gz = gzip.compress(content, GZIP_LEVEL, mtime=0)
                with timed(cost, "all of writing"):
                    files.write(name, content)
                with timed(cost, "the same three files bare"):
                    bare(place / "bare" / name, br, gz, content)
            parts = ", ".join(f"{name} {seconds / len(some) * 1000:.2f}" for name, seconds in cost.items())
            print(f"{kind:11} {len(some):4} pages: {parts} ms", flush=True)


def bare(path: Path, *contents: bytes) -> None:
    """The floor of writing, which differs tenfold from minute to minute: a directory, and files of these contents."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for place, content in enumerate(contents):
        path.with_name(f"{path.name}.{place}").write_bytes(content)


def kind_of(target: object) -> str:
    path, status = target.path, target.status  # type: ignore[attr-defined]
    parts = path.strip("/").split("/")
    if parts[0] == "api":
        return "json" if len(parts) == 4 else ""
    if target.number is not None:  # type: ignore[attr-defined]
        return "number" if status == 200 else "unassigned"
    if len(parts) == 2 and parts[1].endswith("xx"):
        return "class"
    return parts[1] if len(parts) > 2 else ""


def whole(site: Path) -> None:
    """A whole export by the command, from nothing, and again without a change."""
    for name in ("from nothing", "unchanged"):
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        command = [sys.executable, "manage.py", "export_site", str(site), "--base-url", "https://example.org/http"]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        after, seconds = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic() - begun
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        files = int(out.splitlines()[-1].split()[3])
        print(f"{name}: {files} files in {seconds:.1f} s; {spent:.1f} s of processors;", end=" ")
        print(f"{files / spent * 60:,.0f} files a minute and core", flush=True)
    size = sum(path.stat().st_size for path in site.rglob("*.br"))
    print(f"{size / 1e6:.1f} MB of Brotli; {shutil.disk_usage(site).free / 1e9:.0f} GB free")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
