"""The export as a whole: what is to be written, by how many processes, and what is left over from before."""

import errno
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from codes.export.address import Address, page_policy, published_at
from codes.export.assets import Assets
from codes.export.connections import Attach
from codes.export.directory import SCRATCH, STATIC_FILES, opened
from codes.export.errors import ExportError
from codes.export.files import Files, digest_of
from codes.export.index import META, index_files
from codes.export.journal import Journal, Known
from codes.export.nginx import configuration
from codes.export.redirects import redirects
from codes.export.render import Renderer
from codes.export.snapshot import snapshot
from codes.export.targets import Target, targets
from codes.export.version import version_of
from codes.export.workers import in_processes
from httpref.process import seldom_collected

BATCH = 100
Progress = Callable[[int, int], None]


class Outcome(NamedTuple):
    """How many files the export consists of, and how many of them were written and removed."""

    files: int
    written: int
    removed: int


class Export:
    """One run of the export into a directory that is ours. Use it within a snapshot of the database."""

    def __init__(self, directory: Path, own: Path, address: Address, languages: Sequence[str]) -> None:
        self.address, self.languages, self.own = address, languages, own
        self.files = Files(directory, own / SCRATCH)
        self.journal = Journal(own / "journal")
        self.assets = Assets(own / STATIC_FILES, address)
        self.version = version_of(str(address), *languages)

    def run(self, jobs: int, attach: Attach | None, progress: Progress) -> Outcome:
        known = self.journal.known
        if self.version == self.journal.version and all(self.is_done(name) for name in known):
            return Outcome(len(known), 0, 0)
        self.assets.collect()
        with published_at(Address(self.address.origin, ""), self.languages, self.assets):
            wanted = list(targets())
        with published_at(self.address, self.languages, self.assets):
            made = self.made()
            names = [*made, *(target.file for target in wanted)]
            self.refuse_foreign(names)
            self.journal.begin(self.version, names)
            missing = [target for target in wanted if not self.is_done(target.file)]
            finished, written = len(wanted) - len(missing), 0
            with self.journal:
                for done in chain([self.store(made)], self.rendered(missing, jobs, attach)):
                    written += self.note(done)
                    finished += len(done)
                    progress(finished, len(names))
        gone = sorted(set(known) - set(names))
        for name in gone:
            self.files.remove(name)
        self.journal.forget(gone)
        return Outcome(len(names), written, len(gone))

    def made(self) -> dict[str, bytes]:
        """The files that are no answers of the site."""
        text = configuration(self.files.directory, self.address, self.languages)
        (self.own / "nginx.conf").write_text(text, encoding="utf-8")
        index = index_files(self.languages)
        return {**self.assets.files(), **dict(redirects(self.address, page_policy())), **index}

    def is_done(self, name: str) -> bool:
        known = self.journal.known[name]
        return known.done and self.files.is_whole(name, known.size)

    def refuse_foreign(self, names: Sequence[str]) -> None:
        """Raise ExportError if a file that the export did not make stands in its way."""
        for name in names:
            if name not in self.journal.known and self.files.exists(name):
                raise ExportError(
                    f"{self.files.path(name)} is in the way: it is no file of an earlier export. Move it away."
                )

    def note(self, done: dict[str, tuple[Known, bool]]) -> int:
        """Put finished files down in the journal; how many of them were written."""
        self.journal.add({name: known for name, (known, _) in done.items()})
        return sum(is_new for _, is_new in done.values())

    def store(self, contents: dict[str, bytes]) -> dict[str, tuple[Known, bool]]:
        """Write what differs from the files as they were; what they are now, and whether they were written."""
        done = {}
        for name, content in contents.items():
            now, before = Known(digest_of(content), len(content), True), self.journal.known[name]
            is_new = before.digest != now.digest or not self.files.is_whole(name, now.size)
            if is_new:
                self.files.write(name, content)
            done[name] = (now, is_new)
        return done

    def rendered(
        self, wanted: Sequence[Target], jobs: int, attach: Attach | None
    ) -> Iterator[dict[str, tuple[Known, bool]]]:
        """Render and store targets, a batch at a time, in this process or in several."""
        site = {"policy": page_policy(), "index": f"{self.address.prefix}/{META}"}
        work = partial(render_batch, self, Renderer(self.address, site))
        batches = [wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH)]
        with seldom_collected():
            if attach is None or jobs == 1:
                yield from map(work, batches)
            else:
                yield from in_processes(work, batches, jobs, attach)


def render_batch(export: Export, renderer: Renderer, batch: Sequence[Target]) -> dict[str, tuple[Known, bool]]:
    return export.store(renderer.contents(batch))


def export_site(
    directory: Path, address: Address, languages: Sequence[str], *, jobs: int, progress: Progress
) -> Outcome:
    """Write the public site to ``directory``, or bring up to date what an earlier run wrote there.

    ``progress`` is called with the number of files that are done and of all. Raises ExportError, with what to do
    about it; what was written until then stays, and the next run goes on from there.
    """
    try:
        with opened(directory) as own, snapshot(own / SCRATCH) as attach:
            return Export(directory, own, address, languages).run(jobs, attach, progress)
    except OSError as error:
        place = error.filename or directory
        hint = " Make room and start again: what is written stays." if error.errno == errno.ENOSPC else ""
        raise ExportError(f"{place} cannot be written: {error.strerror or error}.{hint}") from error
