"""What bundles cost: time and memory to seed, export, plan and apply; ``make bench-exchange``.

For the real reference, and for synthetic ones of as many entries as the command line says (default 20,000), whose
texts are those of the real entries. Every step is a command in a process of its own, on SQLite. The memory is the most
that the process had at once, and beside it how often the largest file of the bundle would fit.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
NOTHING_TO_DO, CONFLICTS, CHANGES = 0, 2, 3


def main(sizes: list[int]) -> None:
    print("  entries  step                                  seconds  memory MB  memory / largest file")
    with tempfile.TemporaryDirectory() as directory:
        measure(ROOT / "fixtures", 141, Path(directory) / "real")
        for size in sizes:
            bundle = Path(directory) / f"bundle-{size}"
            grow(bundle, size)
            measure(bundle, size, Path(directory) / str(size))


def measure(bundle: Path, entries: int, directory: Path) -> None:
    """Run and time every command for one bundle."""
    directory.mkdir()
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{directory}/bench.sqlite3"}
    environment |= {"HTTPREF_DATA_DIR": str(directory), "HTTPREF_BUNDLE_LIMIT": "4000"}
    largest = max(path.stat().st_size for path in bundle.iterdir())

    def step(name: str, *arguments: str, expected: int = NOTHING_TO_DO) -> str:
        began = time.perf_counter()
        command = [sys.executable, "manage.py", *arguments]
        with tempfile.TemporaryFile("w+") as out:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            seconds, megabytes = time.perf_counter() - began, usage.ru_maxrss / 1024
            assert os.waitstatus_to_exitcode(status) == expected, (arguments, status)
            out.seek(0)
            print(
                f"  {entries:7}  {name:36} {seconds:8.1f} {megabytes:10.0f} {megabytes * 1e6 / largest:10.1f}",
                flush=True,
            )
            return out.read()

    step("(migrate)", "migrate", "--verbosity", "0")
    step("seed", "seed", str(bundle))
    step("export", "export_bundle", str(directory / "out"))
    step("plan: nothing new", "import_bundle", str(bundle))
    newer = directory / "newer"
    shutil.copytree(bundle, newer)
    edit(newer, every=10)
    plan = step("plan: a tenth of the texts changed", "import_bundle", str(newer), "--json", expected=CHANGES)
    digest = json.loads(plan)["plan"]
    step("apply it", "import_bundle", str(newer), "--apply", digest, "--verbosity", "0")
    step("plan: again", "import_bundle", str(newer))


def records(bundle: Path, name: str) -> Any:
    return json.loads((bundle / name).read_bytes())


def grow(bundle: Path, entries: int) -> None:
    """Make a bundle with so many status codes: the real ones under other numbers and origins."""
    shutil.copytree(ROOT / "fixtures", bundle)
    real, origins = records(bundle, "statuscode.json"), records(bundle, "origin.json")
    needed = entries - len(real)
    made = [synthetic(real[place % len(real)], place) for place in range(needed)]
    slugs = sorted({record["fields"]["origin"][0] for record in made})
    write(bundle, "origin.json", [*origins, *(origin(slug, origins[0]) for slug in slugs)])
    write(bundle, "statuscode.json", [*real, *made])


def synthetic(record: dict[str, Any], place: int) -> dict[str, Any]:
    number = place % 1000
    fields = {**record["fields"], "number": number, "origin": [f"bench-{place // 1000:03}"], "registration": "vendor"}
    fields |= {"expires": None, "heuristically_cacheable": False, "redirect_keeps_method": None}
    return {**record, "fields": {**fields, "content_allowed": not 100 <= number <= 199}}


def origin(slug: str, like: dict[str, Any]) -> dict[str, Any]:
    return {**like, "fields": {**like["fields"], "slug": slug, "title": slug, "name_en": slug}}


def edit(bundle: Path, *, every: int) -> None:
    """Change a text of every so many entries."""
    changed = records(bundle, "statuscode.json")
    for record in changed[::every]:
        record["fields"]["summary_en"] = f"Changed: {record['fields']['summary_en']}"[:200]
    write(bundle, "statuscode.json", changed)


def write(bundle: Path, name: str, every: list[Any]) -> None:
    """Write a file of a bundle, sorted, and sign it."""
    every.sort(key=lambda record: sort_key(record["fields"]))
    with (bundle / name).open("wb") as file:
        file.writelines(pieces(every))
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    content = (bundle / name).read_bytes()
    told = {"records": len(every), "sha256": sha256(content).hexdigest(), "size": len(content)}
    manifest["files"][name] = told
    (bundle / "manifest.json").write_text(json.dumps(manifest))


def sort_key(fields: dict[str, Any]) -> Any:
    return (fields["number"], fields["origin"]) if "number" in fields else fields["slug"]


def pieces(every: list[Any]) -> Iterator[bytes]:
    yield b"["
    for place, record in enumerate(every):
        yield (b",\n" if place else b"") + json.dumps(record, ensure_ascii=False).encode()
    yield b"]\n"


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [20_000])
