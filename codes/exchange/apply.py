"""Taking over what comes from elsewhere: planned, shown, and then applied whole or not at all."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol

from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from codes.curation.signature import signed
from codes.exchange.base import Base
from codes.exchange.bundle import Bundle
from codes.exchange.carry import Carrier
from codes.exchange.errors import BundleError
from codes.exchange.form import (
    Fields,
    Key,
    Model,
    Record,
    Row,
    bundled_models,
    file_name,
    key_of,
    language_of_columns,
    rows_of,
)
from codes.exchange.merge import Action, Policy, Unit, merge, same
from codes.exchange.plan import BUNDLE, Plan, place
from codes.exchange.queue import close_agreed, enqueue
from codes.models import Import, Source
from codes.models.curation import Provenance, State
from codes.models.exchange import ImportState
from codes.search.index import refresh

# Writers wait while an import reads and writes; readers do not. SQLite has only one writer anyway.
LOCK = {"postgresql": "LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE"}
# A model's plural name, its records done, and its records in all.
Progress = Callable[[str, int, int], None]


class Importing(Protocol):
    """Something on its way into the database, in the caller's transaction."""

    def run(self) -> Plan:
        """Merge and write; what became of each unit. Raises BundleError."""

    def finish(self, plan: Plan, *args: Any, **known: Any) -> Import:
        """Queue the conflicts, note what the next import has to know, and write the log."""


class PlanChanged(BundleError):
    """The plan to be applied is not the one that was shown; ``plan`` is today's."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(
            _("the plan has changed since it was shown: today's is {digest}. Look at it first").format(
                digest=plan.digest
            )
        )
        self.plan = plan


def is_empty() -> bool:
    """Whether the database holds nothing of the reference."""
    return not any(model._default_manager.exists() for model in bundled_models())


def silent(name: str, done: int, total: int) -> None:
    """Progress that nobody wants to hear of."""


def lock_reference() -> None:
    """Keep other writers out until the end of the transaction."""
    if statement := LOCK.get(connection.vendor):
        tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in bundled_models())
        with connection.cursor() as cursor:
            cursor.execute(statement.format(tables))


def seed(*, bundle: Bundle, progress: Progress = silent) -> None:
    """Fill an empty database with a bundle, in one transaction.

    Raises BundleError, which names the file and the record, if the database is not empty or a record is not valid;
    nothing is written then.
    """
    with transaction.atomic():
        if not is_empty():
            raise BundleError(_("the database is not empty; seeding never overwrites"))
        Source.objects.all().delete()  # or what was deleted here since would stay away
        importer = Importer(bundle, keep={}, progress=progress, strict=True)
        importer.finish(importer.run(), author="seed")
        refresh()


@contextmanager
def refusals_told() -> Iterator[None]:
    """What the database refuses, or is too busy for, is an error of the import: raises BundleError."""
    try:
        yield
    except DatabaseError as error:
        message = _("the database says: {reason}")
        raise BundleError(message.format(reason=" ".join(str(error).split()))) from error


@refusals_told()
def planned(start: Callable[[], Importing]) -> Plan:
    """What an import would do. It is found out by doing it, and then undoing everything. Raises BundleError."""
    with transaction.atomic():
        plan = start().run()
        transaction.set_rollback(True)
    return plan


@refusals_told()
def applied(
    start: Callable[[], Importing], expected: str, *, author: str, state: State, **known: Any
) -> tuple[Plan, Import]:
    """Import if that does what the plan with the digest ``expected`` says; ``known`` is for the log.

    The texts that are written are in ``state`` afterwards. Raises PlanChanged, and BundleError; nothing is written
    then.
    """
    with signed(author=author, state=state, provenance=Provenance.IMPORT):
        importing = start()
        plan = importing.run()
        if plan.digest != expected:
            raise PlanChanged(plan)
        return plan, importing.finish(plan, author=author, **known)


def log(plan: Plan, *, author: str, user: Any, entry: Import | None = None) -> Import:
    """The entry of a plan in the log, with its conflicts queued.

    ``entry`` is the row of an uploaded file, which becomes that entry.
    """
    values = {"state": ImportState.APPLIED, "author": author, "user": user, "at": timezone.now()}
    entry = entry or Import()
    for name, value in {**plan.for_log(), **values, "content": None, "shown": None}.items():
        setattr(entry, name, value)
    entry.save()
    enqueue(plan, entry)
    return entry


def plan_import(bundle: Bundle, *, keep: Mapping[str, Policy], progress: Progress = silent) -> Plan:
    """What applying a bundle would do.

    ``keep`` says by language (or by FACTS) which side is right where both changed a value. Raises BundleError.
    """
    return planned(partial(Importer, bundle, keep=keep, progress=progress))


def apply_import(
    bundle: Bundle,
    expected: str,
    *,
    keep: Mapping[str, Policy],
    author: str,
    user: Any = None,
    address: str = "",
    entry: Import | None = None,
    progress: Progress = silent,
) -> tuple[Plan, Import]:
    """Apply a bundle if that does what the plan with the digest ``expected`` says; the plan, and its entry in the log.

    ``entry`` is the row of an uploaded bundle, which becomes that entry. Raises PlanChanged, and BundleError; nothing
    is written then.
    """
    start = partial(Importer, bundle, keep=keep, progress=progress)
    # Whoever applies the plan of a bundle has seen it, and the source's editors before: its texts are approved.
    return applied(start, expected, state=State.APPROVED, author=author, user=user, address=address, entry=entry)


class Importer:
    """One bundle on its way into the database, in the caller's transaction."""

    def __init__(self, bundle: Bundle, *, keep: Mapping[str, Policy], progress: Progress, strict: bool = False) -> None:
        lock_reference()
        self.bundle, self.keep, self.progress = bundle, keep, progress
        self.base = Base(bundle.manifest)
        self.carrier = Carrier(withheld=self.withheld, strict=strict)
        self.left_out: dict[Model, Collection[Key]] = {}

    def run(self) -> Plan:
        """Merge and write file by file; what became of each unit."""
        manifest = self.bundle.manifest
        for model in self.bundle.models():
            if self.base.is_of(manifest, file_name(model)):
                # Nothing new: what was merged is what the file says. Near files are still read, to see their digests.
                if not self.bundle.container.is_far:
                    self.bundle.content(model)
                continue
            self.take(model)
        return Plan(
            source=manifest.source,
            bundle=manifest.digest,
            base=self.base.digest,
            languages=manifest.languages,
            unknown_languages=manifest.unknown_languages,
            keep=self.keep,
            units=tuple(sorted(self.carrier.units, key=place)),
            notices=tuple(self.notices()),
        )

    def notices(self) -> Iterator[str]:
        """What an operator should know besides the units."""
        if self.is_older():
            yield _("This bundle is older than the last one from there: it would take back what came since.")

    def is_older(self) -> bool:
        """Whether the bundle is one that the source has replaced by another, which was applied here."""
        manifest, last = self.bundle.manifest, self.base
        if not last.digest or manifest.digest == last.digest:
            return False
        if manifest.digest == last.source.manifest["parent"]:
            return True
        applied_here = Import.objects.filter(state=ImportState.APPLIED, source=manifest.source, kind=BUNDLE)
        return applied_here.filter(digest=manifest.digest).exists()

    def finish(
        self, plan: Plan, *, author: str, user: Any = None, address: str = "", entry: Import | None = None
    ) -> Import:
        """Advance the base, queue the conflicts and write the log."""
        self.base.advance(self.bundle.manifest, address)
        entry = log(plan, author=author, user=user, entry=entry)
        close_agreed(self.base)
        return entry

    def withheld(self, model: Model) -> Collection[Key]:
        """The keys that the source has and this install does not."""
        if model not in self.left_out:  # the bundle has no file of it
            self.left_out[model] = self.base.records(model).keys() - {row.key for row in rows_of(model, ())}
        return self.left_out[model]

    def take(self, model: Model) -> None:
        """Merge and write the file of one model."""
        upstream, base = by_key(model, self.bundle.records(model)), self.base.records(model)
        tally = Tally(model, len(upstream), self.progress)
        merging = Merging(model, base, upstream, language_of_columns(model, self.bundle.manifest.languages), self.keep)
        for row in rows_of(model, self.bundle.manifest.languages):
            merging.add_row(row)
            tally.add(row.key in upstream and row.key not in merging.changes)
        self.carrier.units += merging.settled
        self.carrier.change(model, merging.changes, upstream, merging.pks, merging.edited)
        creates, deleted = merging.without_rows()
        self.carrier.units += deleted
        present = merging.present | self.carrier.create(model, creates, upstream, tally.add)
        tally.close()
        self.left_out[model] = (upstream.keys() | base.keys()) - present
        self.carrier.relate()
        self.base.remember(model, base, {key: record.fields for key, record in upstream.items()})


class Merging:
    """The units of one model, gathered row by row."""

    def __init__(
        self,
        model: Model,
        base: Mapping[Key, Fields],
        upstream: Mapping[Key, Record],
        languages: Mapping[str, str],
        keep: Mapping[str, Policy],
    ) -> None:
        self.name, self.base, self.upstream = str(model._meta.model_name), base, upstream
        self.languages, self.keep = languages, keep
        self.present: set[Key] = set()
        self.settled: list[Unit] = []
        # By key: what is to be written into a row that is there, its id, and whether it was edited here.
        self.changes: dict[Key, list[Unit]] = {}
        self.pks: dict[Key, int] = {}
        self.edited: set[Key] = set()

    def merge(self, key: Key, local: Fields | None) -> Iterator[Unit]:
        record = self.upstream.get(key)
        sides = {"base": self.base.get(key), "local": local, "upstream": record.fields if record else None}
        return merge(self.name, key, **sides, languages=self.languages, keep=self.keep)

    def add_row(self, row: Row) -> None:
        """Merge the record of a row that is there."""
        self.present.add(row.key)
        for unit in self.merge(row.key, row.fields):
            if unit.action is Action.RETIRE:
                self.settled.append(unit)
                continue
            self.changes.setdefault(row.key, []).append(unit)
            self.pks[row.key] = row.pk
            before = self.base.get(row.key)
            if before is None or any(not same(before.get(name), value) for name, value in row.fields.items()):
                self.edited.add(row.key)

    def without_rows(self) -> tuple[list[Unit], list[Unit]]:
        """The records that have no row: those to create, and those that were deleted here."""
        units = [unit for key in self.upstream if key not in self.present for unit in self.merge(key, None)]
        creates = [unit for unit in units if unit.action is Action.CREATE]
        return creates, [unit for unit in units if unit.action is not Action.CREATE]


class Tally:
    """Tells of progress in one file: after every so many records, and at the end."""

    STEP = 5_000

    def __init__(self, model: Model, total: int, progress: Progress) -> None:
        self.name, self.total, self.progress = str(model._meta.verbose_name_plural), total, progress
        self.done = self.told = 0

    def add(self, count: int) -> None:
        self.done += count
        if self.done - self.told >= self.STEP:
            self.told = self.done
            self.progress(self.name, self.done, self.total)

    def close(self) -> None:
        self.progress(self.name, self.total, self.total)


def by_key(model: Model, records: list[Record]) -> dict[Key, Record]:
    """The records by natural key. Raises BundleError where one stands twice."""
    found: dict[Key, Record] = {}
    for record in records:
        key = key_of(model, record.fields)
        if key in found:
            message = _("{place}: the natural key {key} stands here a second time")
            raise BundleError(message.format(place=record.place, key=key))
        found[key] = record
    return found
