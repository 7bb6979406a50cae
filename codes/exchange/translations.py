"""Taking over what translators return, as a bundle is taken: planned, shown, and then applied whole or not at all."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from codes.exchange.apply import Progress, applied, lock_reference, log, planned, silent
from codes.exchange.carry import Carrier
from codes.exchange.errors import BundleError
from codes.exchange.form import Fields, Key, Record, Row, language_of_columns, rows_of
from codes.exchange.merge import ABSENT, Action, Policy, Unit, merge
from codes.exchange.plan import Plan, place
from codes.exchange.queue import close_equal
from codes.exchange.rows import build
from codes.exchange.texts import Returned, TextsFile, context_of, fingerprint, localized_models
from codes.localized import DEFAULT_LANGUAGE, LocalizedModel, column, normalised
from codes.models import Conflict, Import, TextState
from codes.models.curation import State


def plan_texts(file: TextsFile, *, keep: Mapping[str, Policy], progress: Progress = silent) -> Plan:
    """What applying a translator's file would do.

    ``keep`` says who is right where a text was changed here and in the file. Raises BundleError.
    """
    return planned(partial(TextsImporter, file, keep=keep, progress=progress))


def apply_texts(
    file: TextsFile,
    expected: str,
    *,
    keep: Mapping[str, Policy],
    author: str,
    user: Any = None,
    progress: Progress = silent,
) -> tuple[Plan, Import]:
    """Apply a translator's file if that does what the plan with the digest ``expected`` says; see ``apply_import``."""
    start = partial(TextsImporter, file, keep=keep, progress=progress)
    return applied(start, expected, state=State.REVIEW, author=author, user=user)


class TextsImporter:
    """One translator's file on its way into the database, in the caller's transaction."""

    def __init__(self, file: TextsFile, *, keep: Mapping[str, Policy], progress: Progress) -> None:
        lock_reference()
        self.file, self.keep, self.progress = file, keep, progress
        self.source = f"texts-{file.language}"
        self.carrier = Carrier(withheld=lambda model: ())
        self.left = dict(file.returned)
        self.passed_over: Counter[str] = Counter()
        self.outdated: list[Returned] = []
        # By model, key and column: the row's id, the field, and the English that is not today's.
        self.older_sources: dict[tuple[str, Key, str], tuple[int, str, str]] = {}
        # What editors were asked about already: their answer stands until the file says something else.
        asked = Conflict.objects.filter(source=self.source).values_list("model", "key", "column", "upstream")
        self.asked = {(model, tuple(key), name, upstream) for model, key, name, upstream in asked}

    def run(self) -> Plan:
        """Merge and write model by model; what became of each unit."""
        names = {context.partition(":")[0] for context in self.left}
        for model in localized_models():
            if model._meta.model_name in names:
                self.take(model)
        if self.left:
            place_of_first = self.place(next(iter(self.left.values())))
            raise BundleError(_("{place}: there is no such text here").format(place=place_of_first))
        return Plan(
            source=self.source,
            bundle=self.file.digest,
            base="",
            languages=(self.file.language,),
            keep=self.keep,
            units=tuple(sorted(self.carrier.units, key=place)),
            notices=tuple(self.notices()),
            kind=self.file.kind,
        )

    def finish(self, plan: Plan, *, author: str, user: Any = None) -> Import:
        """Queue the conflicts, note what the texts were translated from, and write the log."""
        entry = log(plan, author=author, user=user)
        for unit in plan.with_action(Action.CHANGE):
            if older := self.older_sources.get((unit.model, unit.key, unit.column)):
                pk, field, source = older
                about = {"model": unit.model, "object_id": pk, "field": field, "language": self.file.language}
                TextState.objects.filter(**about).update(source=source)
        close_equal(plan.source)
        return entry

    def take(self, model: type[LocalizedModel]) -> None:
        """Merge and write the texts of one model."""
        languages = language_of_columns(model, (self.file.language,))
        units: dict[Key, list[Unit]] = {}
        records: dict[Key, Record] = {}
        pks: dict[Key, int] = {}
        before = len(self.left)
        for row in rows_of(model, (DEFAULT_LANGUAGE, self.file.language)):
            base, upstream = self.texts_for(model, row)
            sides = {"base": base, "local": row.fields, "upstream": upstream}
            found = list(merge(str(model._meta.model_name), row.key, **sides, languages=languages, keep=self.keep))
            if found:
                units[row.key], records[row.key], pks[row.key] = found, Record(self.file.name, upstream), row.pk
        # A row of this install that breaks a rule is not the file's fault: it makes a conflict.
        self.carrier.change(model, units, records, pks, edited=units)
        count = before - len(self.left)
        self.progress(str(model._meta.verbose_name_plural), count, count)

    def texts_for(self, model: type[LocalizedModel], row: Row) -> tuple[Fields, Fields]:
        """By column what the file has for a row: what was given out, as far as that can be told, and what came back."""
        base: Fields = {}
        upstream: Fields = {}
        for field in model.localized_fields:
            returned = self.left.pop(context_of(model, row.key, field), None)
            if returned and (text := self.text_of(returned)):
                name = column(field, self.file.language)
                local = row.fields[name]
                if text != local:  # what cannot be stored is refused here, where the line is known
                    build(model, Record(self.place(returned), {name: text}), self.carrier.targets)
                was_asked = (model._meta.model_name, row.key, name, text) in self.asked
                base[name] = given_out(returned.entry.fingerprint, local, text, text if was_asked else ABSENT)
                upstream[name] = text
                source = normalised(returned.entry.source) or ""
                if source != row.fields[column(field, DEFAULT_LANGUAGE)]:
                    self.outdated.append(returned)
                    self.older_sources[str(model._meta.model_name), row.key, name] = row.pk, field, source
        return base, upstream

    def text_of(self, returned: Returned) -> str | None:
        """The translation in its one form; None if there is none to take, which never deletes one."""
        text = normalised(returned.entry.translation)
        if text and not returned.is_fuzzy:
            return text
        self.passed_over["fuzzy" if text else "empty"] += 1
        return None

    def place(self, returned: Returned) -> str:
        """Where an entry stands, and what it is about."""
        message = _("{name}, line {line}, {context}")
        return message.format(name=self.file.name, line=returned.line, context=returned.entry.context)

    def notices(self) -> Iterator[str]:
        """What a reader of the plan has to know besides."""
        if count := self.passed_over["fuzzy"]:
            message = ngettext("{count} fuzzy entry: not taken", "{count} fuzzy entries: not taken", count)
            yield message.format(count=count)
        if count := self.passed_over["empty"]:
            message = ngettext("{count} entry without a translation", "{count} entries without a translation", count)
            yield message.format(count=count)
        for returned in sorted(self.outdated, key=attrgetter("line")):
            message = _("{place}: translated from another English text than today's")
            yield message.format(place=self.place(returned))


def given_out(known: str, local: str | None, text: str, otherwise: Any) -> Any:
    """The text that a translator began with, known by its fingerprint, if it is on one of both sides."""
    return next((one for one in (local, text) if fingerprint(one) == known), otherwise)
