"""Accounts, and the pages that they are shown."""

import re

import html5lib
from django.contrib.auth.models import Group, User


def account(client, name, *groups, **rights):
    """Sign in as a new member of the staff."""
    user = User.objects.create_user(name, is_staff=True, **rights)
    user.groups.set(Group.objects.filter(name__in=groups))
    assert user.groups.count() == len(groups)
    client.force_login(user)
    return client


def parse(response):
    """The page as a browser understands it."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(response.content.decode())


def words(element):
    """The text of an element."""
    return " ".join("".join(element.itertext()).split())


def check_resources(page):
    """Nothing comes from another host, and nothing needs a policy that allows inline code."""
    for element in page.iter():
        assert not [name for name in element.attrib if name == "style" or str(name).startswith("on")]
        if element.tag in ("script", "img", "link", "iframe", "source", "embed", "object", "use"):
            for name in ("src", "srcset", "href", "data"):
                assert re.match(r"/[^/]|#|$", element.get(name, "")), element.get(name)
    assert not list(page.iter("style"))
    inline = [element for element in page.iter("script") if not element.get("src")]
    assert all(element.get("type") == "application/json" for element in inline)
