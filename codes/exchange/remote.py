"""A bundle on another install, fetched file by file over HTTP."""

import time
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from django.utils.translation import gettext as _
from urllib3.exceptions import HTTPError

from codes.exchange.container import FILES, too_large
from codes.exchange.errors import BundleError
from codes.exchange.manifest import LARGEST_MANIFEST
from codes.exchange.reading import parse

PATH = "api/v1/bundle/"
CHUNK = 65_536
# Seconds: for a connection, for a silence of the other side, and for everything together.
CONNECT, SILENCE, ALTOGETHER = 10, 30, 900
HEADERS = {"User-Agent": "httpref", "Accept": "application/json", "Accept-Encoding": "identity"}


def is_address(text: str) -> bool:
    """Whether a source is named by a web address."""
    return text.startswith(("https://", "http://"))


class Remote:
    """The bundle that the install at a web address gives away. Redirects are not followed, but told."""

    is_far = True

    def __init__(self, address: str) -> None:
        """Ask for the list of files. Raises BundleError."""
        self.address = address if address.endswith(PATH) else f"{address.rstrip('/')}/{PATH}"
        self.deadline = time.monotonic() + ALTOGETHER
        try:
            self.pool = connection_pool(self.address)
        except ValueError as error:
            raise BundleError(_("{address} is no web address").format(address=address)) from error
        index = parse(self.address, self.get("", LARGEST_MANIFEST))
        try:
            self.digest = str(index["digest"])
            self.listed = {str(file["name"]) for file in index["files"]}
        except (KeyError, TypeError) as error:
            raise BundleError(_("{address} gives no list of a bundle's files").format(address=self.address)) from error

    def names(self) -> set[str]:
        return self.listed

    def read(self, name: str, most: int) -> bytes:
        if name not in FILES or name not in self.listed:
            raise BundleError(_("{name}: not in the list of files").format(name=name))
        return self.get(name, most)

    def get(self, file: str, most: int) -> bytes:
        """A file as the server sends it, at most ``most`` bytes. Raises BundleError."""
        name = address = self.address + file
        try:
            with self.pool.request("GET", address, headers=HEADERS, preload_content=False) as response:
                refuse_other_answers(response, name)
                pieces, size = [], 0
                for piece in response.stream(CHUNK, decode_content=False):
                    pieces.append(piece)
                    size += len(piece)
                    if size > most:
                        raise too_large(name, most)
                    if time.monotonic() > self.deadline:
                        message = _("{name}: not all there after {seconds} seconds")
                        raise BundleError(message.format(name=name, seconds=ALTOGETHER))
                return b"".join(pieces)
        except (HTTPError, ValueError) as error:
            # Without the library's name for the connection in front of what happened to it.
            reason = str(getattr(error, "reason", None) or error).rpartition("): ")[2]
            raise BundleError(_("{name}: cannot be fetched ({reason})").format(name=name, reason=reason)) from error


def connection_pool(address: str) -> urllib3.PoolManager:
    """Connections to an address, by way of the proxy that the environment names, if any."""
    options: dict[str, Any] = {
        "timeout": urllib3.Timeout(connect=CONNECT, read=SILENCE),
        "retries": urllib3.Retry(0, redirect=False),
    }
    parts = urlsplit(address)
    proxy = getproxies().get(parts.scheme)
    if proxy and not proxy_bypass(parts.hostname or ""):
        return urllib3.ProxyManager(proxy, **options)
    return urllib3.PoolManager(**options)


def refuse_other_answers(response: Any, name: str) -> None:
    """Raise BundleError unless the answer is the file itself."""
    if 300 <= response.status < 400:
        message = _("{name}: the server sends elsewhere, to {address}: pull from there if that is right")
        raise BundleError(message.format(name=name, address=response.headers.get("Location", "?")))
    if response.status != 200:
        raise BundleError(_("{name}: the server answers {status}").format(name=name, status=response.status))
