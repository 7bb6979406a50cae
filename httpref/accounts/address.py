"""Where a request comes from."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The client's address as the outermost proxy that we trust saw it; None if there is none.

    Each proxy adds to the end of X-Forwarded-For who asked it. What stands further left, the client may have written.
    """
    found = None
    if settings.PROXIES:
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        found = address(hops[-settings.PROXIES]) if len(hops) >= settings.PROXIES else None
    return found or address(request.META.get("REMOTE_ADDR", ""))


def address(text: str) -> str | None:
    """An address in its usual form; None if the text is none."""
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        # A zone such as %eth0 says something about this host only.
        found = found.ipv4_mapped or IPv6Address(int(found))
    return str(found)
