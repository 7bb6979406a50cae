"""Small references to merge: made at random, changed at random, written to the database by plain models."""

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from codes.exchange.bundle import Bundle, read_bundle
from codes.exchange.form import rows_of
from codes.models import Alias, GlossaryTerm, GuideAnswer, GuideStep, Origin, StatusCode
from tests.codes.exchange.bundles import Memory, files_of

# In the order in which rows can be created.
MODELS = (Origin, StatusCode, Alias, GuideStep, GuideAnswer, GlossaryTerm)
BUNDLED = ("en", "zh-hant")
LOCAL_ONLY = "fr"
WORDS = ("", "one", "two", "two, but longer", "三個字")

World = dict[str, dict[tuple[Any, ...], dict[str, Any]]]


def bundle_of(world: World, source: str = "upstream") -> Bundle:
    """The bundle that has a world's records, in the languages that bundles have here."""
    records = {
        name: [without_local_texts(fields) for _, fields in sorted(rows.items())] for name, rows in world.items()
    }
    return read_bundle(Memory(files_of(records, languages=list(BUNDLED), source=source)))


def without_local_texts(fields: dict[str, Any]) -> dict[str, Any]:
    return {column: value for column, value in fields.items() if not column.endswith(f"_{LOCAL_ONLY}")}


def world_here() -> World:
    """What stands in the database, the language that no bundle has included."""
    return {
        str(model._meta.model_name): {row.key: row.fields for row in rows_of(model, (*BUNDLED, LOCAL_ONLY))}
        for model in MODELS
    }


# Random worlds


def texts(draw: Any, *names: str) -> dict[str, Any]:
    """Values for localized fields; the first of them is required in English."""
    found = {}
    for place, name in enumerate(names):
        for language in (*BUNDLED, LOCAL_ONLY):
            column = f"{name}_{language.replace('-', '_')}"
            needed = place == 0 and language == "en"
            found[column] = draw(st.sampled_from(WORDS[1:] if needed else WORDS)) or None
    return found


def record(draw: Any, model: str, key: tuple[Any, ...]) -> dict[str, Any]:
    """A random record with a natural key; what it refers to may not exist."""
    pick = lambda *values: draw(st.sampled_from(values))  # noqa: E731
    match model:
        case "origin":
            fields = {"slug": key[0], "title": pick("A", "B"), "url": pick("", "https://example.com/")}
            return {**fields, **texts(draw, "name", "description")}
        case "statuscode":
            facts = {"registration": "vendor", "visibility": pick("client", "log"), "confidence": pick("high", "low")}
            facts |= {"reason_phrase": pick("", "Odd"), "expires": None, "retry": pick("", "later"), "example": ""}
            facts |= {"heuristically_cacheable": False, "content_allowed": pick(True, False)}
            sources = pick([], [{"title": "a", "url": ""}])
            facts |= {"redirect_keeps_method": None, "sources": sources, "number": key[0], "origin": [key[1]]}
            names = ("name", "summary", "description", "server", "client", "visitor", "correction")
            return {**facts, **texts(draw, *names)}
        case "alias":
            return {"status_code": list(key[:2]), "language": key[2], "text": key[3]}
        case "guidestep":
            return {"slug": key[0], **texts(draw, "question", "help")}
        case "guideanswer":
            code = draw(st.sampled_from([None, [600, "o1"], [601, "o2"]]))
            step = None if code else [pick("s1", "s2")]
            fields = {"step": [key[0]], "slug": key[1], "position": pick(1, 2, 3, 4), "code": code, "next_step": step}
            return {**fields, **texts(draw, "text", "reason")}
        case _:
            forbidden = pick({}, {"en": ["x"]}, {"en": ["x"], "ja": ["y"]})
            return {"slug": key[0], "forbidden": forbidden, **texts(draw, "name", "definition")}


KEYS: dict[str, list[tuple[Any, ...]]] = {
    "origin": [(f"o{i}",) for i in range(1, 4)],
    "statuscode": [(600 + i, f"o{j}") for i in range(3) for j in (1, 2)],
    "alias": [(600, "o1", "en", "a"), (600, "o1", "fr", "b"), (601, "o2", "en", "a"), (602, "o1", "zh-hant", "丙")],
    "guidestep": [("s1",), ("s2",)],
    "guideanswer": [(step, f"a{i}") for step in ("s1", "s2") for i in range(1, 4)],
    "glossaryterm": [(f"t{i}",) for i in range(1, 5)],
}


def repaired(world: World) -> World:
    """The world without what no database would take: dangling references, two answers in one place."""
    origins, codes, steps = world["origin"], {}, world["guidestep"]
    codes = {key: fields for key, fields in world["statuscode"].items() if (key[1],) in origins}
    aliases = {key: fields for key, fields in world["alias"].items() if key[:2] in codes}
    answers, taken = {}, set()
    for key, fields in sorted(world["guideanswer"].items()):
        is_whole = (key[0],) in steps
        is_whole &= fields["code"] is None or tuple(fields["code"]) in codes
        is_whole &= fields["next_step"] is None or tuple(fields["next_step"]) in steps
        if is_whole and (key[0], fields["position"]) not in taken:
            taken.add((key[0], fields["position"]))
            answers[key] = fields
    return {**world, "statuscode": codes, "alias": aliases, "guideanswer": answers}


@st.composite
def worlds(draw: Any) -> World:
    """A reference of some records."""
    world: World = {}
    for name, keys in KEYS.items():
        chosen = [key for key in keys if draw(st.integers(0, 3))]
        world[name] = {key: record(draw, name, key) for key in chosen}
    return repaired(world)


@st.composite
def changed(draw: Any, world: World) -> World:
    """Another state of a reference: some records gone, some new, some with other values."""
    result: World = {}
    for name, keys in KEYS.items():
        result[name] = {}
        for key in keys:
            fate = draw(st.sampled_from(("same", "same", "same", "edit", "edit", "other")))
            before = world[name].get(key)
            if fate == "other":
                if before is None:
                    result[name][key] = record(draw, name, key)
            elif before is not None:
                result[name][key] = dict(before)
                if fate == "edit":
                    fresh = record(draw, name, key)
                    for column in draw(st.lists(st.sampled_from(sorted(fresh)), min_size=1, max_size=3)):
                        result[name][key][column] = fresh[column]
                    if name == "guideanswer":  # it leads to one of the two
                        result[name][key] |= {column: fresh[column] for column in ("code", "next_step")}
    return repaired(result)


# Into the database, by plain models


def write_world(after: World) -> None:
    """Bring the database to a state, as people would: row by row."""
    GuideAnswer.objects.all().delete()  # they hold on to codes, and are in each other's places
    before = world_here()
    for model in reversed(MODELS):
        gone = before[str(model._meta.model_name)].keys() - after[str(model._meta.model_name)].keys()
        model.objects.filter(pk__in=[row.pk for row in rows_of(model, ()) if row.key in gone]).delete()
    before = world_here()
    for model in MODELS:
        pks = {row.key: row.pk for row in rows_of(model, ())}
        for key, fields in after[str(model._meta.model_name)].items():
            if before[str(model._meta.model_name)].get(key) != fields:
                write_row(model.objects.get(pk=pks[key]) if key in pks else model(), fields)


def write_row(row: Any, fields: dict[str, Any]) -> None:
    for column, value in fields.items():
        field = row._meta.get_field(column)
        if field.is_relation and value is not None:
            value = field.related_model.objects.get_by_natural_key(*value)
        setattr(row, column, value)
    row.save()


def units(world: World) -> Iterator[tuple[str, tuple[Any, ...], str, Any]]:
    """Every value of a world: model, key, column, value."""
    for name, rows in world.items():
        for key, fields in rows.items():
            for column, value in fields.items():
                yield name, key, column, json.loads(json.dumps(value))


def names_of(world: World) -> set[tuple[str, tuple[Any, ...]]]:
    """Every record of a world: model and key."""
    return {(name, key) for name, rows in world.items() for key in rows}
