"""Reading the files of a bundle: strict JSON, exactly the records and fields that are expected."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from codes.exchange.errors import BundleError
from codes.exchange.form import Fields, Model, Record, bundled_fields, file_name
from codes.localized import LocalizedModel, columns, normalised


def parse(name: str, content: bytes) -> Any:
    """JSON as RFC 8259 has it: UTF-8, no duplicate key, no NaN. Raises BundleError."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise ValueError(_("the key {key!r} stands twice in one object").format(key=key))
            found[key] = value
        return found

    def refuse(constant: str) -> None:
        raise ValueError(_("{constant} is not JSON").format(constant=constant))

    try:
        return json.loads(content.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse)
    except RecursionError as error:
        raise BundleError(_("{name}: nested too deeply").format(name=name)) from error
    except ValueError as error:
        raise BundleError(f"{name}: {error}") from error


def read_records(
    model: Model, content: bytes, languages: Sequence[str], unknown_languages: Sequence[str] = ()
) -> Iterator[Record]:
    """The records of one file, each with exactly the fields that its model has, texts in the form that is stored.

    Texts in ``unknown_languages`` are expected, too, and left out of the records. Raises BundleError.
    """
    name = file_name(model)
    parsed = parse(name, content)
    if not isinstance(parsed, list):
        raise BundleError(_("{name}: a list of records is expected").format(name=name))
    known = set(bundled_fields(model, languages))
    expected = known | set(columns(getattr(model, "localized_fields", ()), unknown_languages))
    for position, record in enumerate(parsed, start=1):
        place = _("{name}, record {position}").format(name=name, position=position)
        if reason := what_is_wrong(record, model, expected):
            raise BundleError(f"{place}: {reason}")
        fields = {name: value for name, value in record["fields"].items() if name in known}
        yield Record(place, in_one_form(model, fields, languages))


def what_is_wrong(record: Any, model: Model, expected: set[str]) -> str:
    """Why something is no record of a model, as the end of a sentence; empty if it is one."""
    if not isinstance(record, dict) or set(record) != {"model", "fields"} or not isinstance(record["fields"], dict):
        return _("a record has a model and fields, and nothing else")
    if record["model"] != model._meta.label_lower:
        message = _("the model is {found!r} instead of {expected!r}")
        return message.format(found=record["model"], expected=model._meta.label_lower)
    if unknown := sorted(set(record["fields"]) - expected):
        return _("unknown fields: {names}").format(names=", ".join(unknown))
    if absent := sorted(expected - set(record["fields"])):
        return _("missing fields: {names}").format(names=", ".join(absent))
    return ""


def in_one_form(model: Model, fields: Fields, languages: Sequence[str]) -> Fields:
    """The fields with every text as it would be stored; what is no text stays, for others to refuse."""
    if not issubclass(model, LocalizedModel):
        return fields
    texts = columns(model.localized_fields, languages)
    for name in (*texts, *model.neutral_texts):
        if isinstance(fields[name], str):
            fields[name] = normalised(fields[name]) or (None if name in texts else "")
    return fields
