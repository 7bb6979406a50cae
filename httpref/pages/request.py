"""Which requests the store may answer, and what the code that renders is asked in their place."""

import re
from collections.abc import Iterable
from typing import Any

from httpref.pages.rendering import KEY, Rendering

Environ = dict[str, Any]

HOST = re.compile(r"([a-z0-9.-]+|\[[a-f0-9:.]+\])(:[0-9]+)?")
MOST_HOSTS = 1000
LONGEST_PATH = 300
# What a request may say that the rendering is told.
PASSED_ON = frozenset(["SCRIPT_NAME", "PATH_INFO", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL"])


class Reception:
    """The rules of a site: its hosts, the beginnings of its public paths, whether it is served by HTTPS only."""

    def __init__(
        self, hosts: Iterable[str], public: Iterable[str], *, base_url: str, https_only: bool, session_cookie: str
    ) -> None:
        self.public = tuple(public)
        self.patterns = [host.lower() for host in hosts]
        scheme, _, self.base_host = base_url.lower().partition("://")
        self.base_url = base_url
        self.scheme = scheme
        self.https_only = https_only
        self.session_cookie = session_cookie
        self.known_hosts: dict[str, bool] = {}

    def admits(self, environ: Environ) -> bool:
        """Whether the answer may be one that everybody gets. All other requests are Django's business."""
        return (
            environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and not environ.get("QUERY_STRING")
            and self.session_cookie not in environ.get("HTTP_COOKIE", "")
            and (not self.https_only or self.is_secure(environ))
            and self.is_host(environ.get("HTTP_HOST", ""))
            and "HTTP_IF_MATCH" not in environ
            and not environ.get("SCRIPT_NAME")
        )

    def is_public(self, path: str) -> bool:
        """Whether pages for everybody are below this path; other addresses are not worth a try."""
        return path.startswith(self.public) and len(path) <= LONGEST_PATH

    @staticmethod
    def is_secure(environ: Environ) -> bool:
        return environ.get("HTTP_X_FORWARDED_PROTO") == "https" or environ.get("wsgi.url_scheme") == "https"

    def is_host(self, host: str) -> bool:
        """Whether a Host field names this site, as Django's ALLOWED_HOSTS has it."""
        if (known := self.known_hosts.get(host)) is None:
            if len(self.known_hosts) >= MOST_HOSTS:
                self.known_hosts.clear()
            known = self.known_hosts[host] = self.matches(host.lower())
        return known

    def matches(self, host: str) -> bool:
        found = HOST.fullmatch(host)
        name = found[1].rstrip(".") if found else ""
        return bool(name) and any(
            pattern in ("*", name) or (pattern[0] == "." and (name.endswith(pattern) or name == pattern[1:]))
            for pattern in self.patterns
        )

    def canonical(self, environ: Environ) -> tuple[Environ, Rendering]:
        """The request that is answered for the store: nothing of what one reader sent is in it but the path."""
        found = {name: value for name, value in environ.items() if name in PASSED_ON or name.startswith("wsgi.")}
        rendering = Rendering()
        found |= {
            "REQUEST_METHOD": "GET",
            "QUERY_STRING": "",
            "HTTP_HOST": self.base_host if self.is_host(self.base_host) else environ["HTTP_HOST"],
            "HTTP_ORIGIN": self.base_url,
            "wsgi.url_scheme": self.scheme,
            KEY: rendering,
        }
        if self.scheme == "https":
            found["HTTP_X_FORWARDED_PROTO"] = "https"
        return found, rendering
