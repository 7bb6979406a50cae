"""The one place where text becomes HTML.

Markdown as CommonMark has it, with tables, and without what a page must not take from a text: raw HTML,
images, headings. A link such as ``/404`` leads to the page of that number in the reader's language.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.urls import get_script_prefix
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

NUMBER_LINK = re.compile(r"/[0-9]{3}")


class Renderer(RendererHTML):
    """Writes links: inner ones in the reader's language, outer ones marked as such."""

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: dict[str, Any]) -> str:
        token = tokens[idx]
        address = str(token.attrGet("href"))
        if NUMBER_LINK.fullmatch(address):
            token.attrSet("href", f"{env['root']}{address}/")
        elif not address.startswith(("/", "#")):
            token.attrSet("rel", "external noopener")
        return self.renderToken(tokens, idx, options, env)


PARSER = (
    MarkdownIt("commonmark", {"html": False}, renderer_cls=Renderer)
    .enable("table")
    .disable(["html_block", "html_inline", "image", "heading", "lheading"])
)


def render(source: str, language: str) -> SafeString:
    """The HTML of a Markdown text, for a page in ``language``. Any input is safe to render."""
    return rendered(source, f"{get_script_prefix()}{language}")


# After an edit all pages are made anew, and nearly all of their texts are as they were.
@lru_cache(maxsize=4_000)
def rendered(source: str, root: str) -> SafeString:
    """The HTML of a Markdown text, for a page below ``root``."""
    html: str = PARSER.render(source, {"root": root})
    return mark_safe(html)
