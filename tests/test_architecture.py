"""What holds the code together, read from its source: who may import whom, and who alone may do what."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps

from codes.localized import LocalizedModel, columns

ROOT = Path(__file__).parent.parent
# Highest first; what stands in one line may import what stands in the same line or below.
LAYERS = (
    ("httpref.asgi", "httpref.wsgi"),
    ("httpref.urls",),
    ("codes.urls", "codes.converters", "codes.curation.urls", "httpref.accounts.urls"),
    ("httpref.accounts",),
    (
        "codes.views",
        "codes.api",
        "codes.changes",
        "codes.admin",
        "codes.errors",
        "codes.export",
        "codes.health",
        "codes.publication",
        "codes.reader",
        "codes.sitemaps",
        "codes.templatetags",
        "codes.templating",
        "codes.management",
        "codes.curation.views",
        "codes.curation.list_view",
        "codes.curation.unit_view",
    ),
    ("codes.apps",),
    (
        "codes.exchange",
        "codes.search",
        "codes.curation",
        "codes.drafts",
        "codes.generation",
        "codes.groups",
        "codes.checks",
        "codes.translation",
    ),
    ("codes.triggers", "codes.commits", "codes.replacement"),
    ("codes.models",),
    ("codes.localized",),
    ("codes.natural_key", "codes.addresses", "codes.markdown", "codes.pictures", "httpref.settings"),
    ("httpref.pages", "httpref.process"),
)
LOCALIZED = "codes.localized"


@cache
def modules() -> dict[str, ast.Module]:
    """The modules of the project by their dotted names, without migrations."""
    found = {}
    for package in ("codes", "httpref"):
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if "migrations" not in parts:
                found[name] = ast.parse(path.read_text(encoding="utf-8"), str(path))
    return found


def owner(name: str) -> str:
    """The module that a dotted name belongs to: ``codes.models`` for ``codes.models.StatusCode``."""
    while name and name not in modules():
        name = name.rpartition(".")[0]
    return name


def imported(tree: ast.AST) -> set[str]:
    """The modules of the project that a piece of code imports."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {owner(alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {owner(f"{node.module}.{alias.name}") for alias in node.names}
    return names - {""}


def layer(name: str) -> int | None:
    """The place of a module among the layers; None if it has none."""
    places = (i for i, members in enumerate(LAYERS) for member in members if f"{name}.".startswith(f"{member}."))
    return next(places, None)


def walk() -> Iterator[tuple[str, ast.AST]]:
    """Every node of every module, with the module's name."""
    for name, tree in modules().items():
        for node in ast.walk(tree):
            yield name, node


def places(nodes: list[tuple[str, ast.AST]]) -> list[str]:
    return [f"{name}:{node.lineno}" for name, node in nodes if isinstance(node, ast.expr | ast.stmt | ast.keyword)]


# Imports


def test_every_module_has_its_layer():
    assert {name for name in modules() if layer(name) is None} == {"codes", "httpref"}


def test_imports_lead_downwards():
    upwards = [
        f"{name} -> {other}"
        for name, tree in modules().items()
        for other in sorted(imported(tree))
        if (own := layer(name)) is not None and (target := layer(other)) is not None and target < own
    ]
    assert upwards == []


def test_no_module_imports_itself_by_a_detour():
    # An import inside a function is made later, when all modules are there.
    graph = {}
    for name, tree in modules().items():
        outside = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
        graph[name] = {other for node in outside for other in imported(node)} - {name}
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        if name not in done:
            for other in sorted(graph[name]):
                visit(other, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_imports_are_absolute_and_name_what_they_import():
    nodes = [(name, node) for name, node in walk() if isinstance(node, ast.ImportFrom)]
    assert len(nodes) > 50
    assert places([(name, node) for name, node in nodes if node.level or node.names[0].name == "*"]) == []


def test_no_module_is_a_bag_of_odds_and_ends():
    names = {part for name in modules() for part in name.split(".")}
    assert "localized" in names
    assert names.isdisjoint({"utils", "util", "helpers", "common", "misc"})


# Localized columns


def localized_columns() -> set[str]:
    models = [model for model in apps.get_models() if issubclass(model, LocalizedModel)]
    return {name for model in models for name in columns(model.localized_fields)}


def identifiers(node: ast.AST) -> list[str]:
    """The names that a node itself writes: an attribute, an argument, the words of a text."""
    match node:
        case ast.Attribute():
            return [node.attr]
        case ast.keyword():
            return [node.arg or "", *(node.arg or "").split("__")]
        case ast.Constant(value=str()):
            return [part for word in re.findall(r"\w+", node.value) for part in (word, *word.split("__"))]
    return []


def test_only_one_module_knows_the_names_of_localized_columns():
    known = localized_columns()
    assert "summary_zh_hans" in known
    found = [(name, node) for name, node in walk() if known.intersection(identifiers(node))]
    assert places([(name, node) for name, node in found if name != LOCALIZED]) == []


def test_only_one_module_asks_modeltranslation_for_names():
    imports = [(name, node) for name, node in walk() if isinstance(node, ast.ImportFrom)]
    assert {name for name, node in imports if node.module == "modeltranslation.utils"} == {LOCALIZED}


def is_language(node: ast.AST) -> bool:
    """Whether the words of an expression speak of a language."""
    parts = list(ast.walk(node))
    words = [part.id for part in parts if isinstance(part, ast.Name)]
    words += [part.attr for part in parts if isinstance(part, ast.Attribute)]
    return any(re.search("lang|locale|^code$", word, re.IGNORECASE) for word in words)


def pastes_a_language(node: ast.AST) -> bool:
    """Whether a node glues a language to something with ``_``, or makes the glue out of its hyphen."""
    match node:
        case ast.JoinedStr(values=parts):
            pairs = zip(parts, parts[1:], strict=False)
            return any(isinstance(a, ast.Constant) and str(a.value).endswith("_") and is_language(b) for a, b in pairs)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            text = left.right if isinstance(left, ast.BinOp) else left
            return isinstance(text, ast.Constant) and str(text.value).endswith("_") and is_language(right)
        case ast.Call(func=ast.Attribute(attr="replace"), args=[ast.Constant(value="-"), ast.Constant(value="_")]):
            return True
    return False


@pytest.mark.parametrize(
    "source",
    ['f"{field}_{language}"', 'field + "_" + lang', '"name_" + code', 'f"name_{row.language}"', 'x.replace("-", "_")'],
)
def test_a_pasted_column_name_is_recognized(source):
    assert any(map(pastes_a_language, ast.walk(ast.parse(source))))


def test_nobody_pastes_a_language_onto_a_field():
    assert (
        places([(name, node) for name, node in walk() if name != "codes.localized" and pastes_a_language(node)]) == []
    )


def templates() -> dict[str, str]:
    paths = [path for path in (ROOT / "templates").rglob("*") if path.is_file()]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def test_no_template_names_a_localized_column():
    known = localized_columns()
    texts = templates()
    assert {"templates/site/codes/number.html", "templates/curation/unit.html"} < set(texts)
    assert [name for name, text in texts.items() if known.intersection(re.findall(r"\w+", text))] == []


# HTML


def test_only_the_markdown_renderer_marks_text_as_safe():
    trusting = {"mark_safe", "SafeString", "SafeText", "SafeData", "Markup", "__html__"}

    def trusts(node: ast.AST) -> bool:
        match node:
            case ast.Call(func=ast.Name(id=called)) | ast.Call(func=ast.Attribute(attr=called)):
                return called in trusting
            case ast.Name(id="mark_safe") | ast.Attribute(attr="mark_safe") | ast.alias(name="mark_safe" | "Markup"):
                return True
            case ast.FunctionDef(name="__html__"):
                return True
        return False

    assert {name for name, node in walk() if trusts(node)} == {"codes.markdown"}


def test_no_template_marks_text_as_safe():
    trusting = re.compile(r"\|\s*(safe|safeseq)\b|\{%[-+]?\s*autoescape\s+(off|false)\b")
    assert [name for name, text in templates().items() if trusting.search(text)] == []
