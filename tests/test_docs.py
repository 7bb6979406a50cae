"""The documentation names what there is, and nothing else."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from httpref import settings as module

ROOT = Path(__file__).parent.parent
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def first_column(heading: str) -> set[str]:
    section = OPERATING.split(f"## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `(\w+)", section, re.MULTILINE))


def test_the_table_of_settings_lists_every_setting():
    assert first_column("Settings") == set(module.env.scheme)


def test_the_table_of_commands_lists_every_command():
    own = {name for name, app in get_commands().items() if app in ("codes", "httpref.accounts")}
    assert first_column("Commands") == own


def test_the_readmes_targets_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE)) <= targets


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/**/*.md")), ids=lambda path: path.name
)
def test_links_between_documents_lead_somewhere(path):
    text = re.sub(r"`[^`]*`", "", path.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (path.parent / target).exists(), target
