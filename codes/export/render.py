"""The answers of the site, from the same renderer as the server's: Django's handler, called in this process."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from django.core.handlers.wsgi import WSGIHandler

from codes.export.address import Address
from codes.export.errors import ExportError
from codes.export.targets import Target


class Renderer:
    """Answers requests as a server at ``address`` would. Make and use it within ``published_at``.

    ``site`` is what templates read of the export: ``request.META.httpref_export``.
    """

    def __init__(self, address: Address, site: Mapping[str, str]) -> None:
        self.handler = WSGIHandler()
        self.environ = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": address.prefix,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "443",
            "HTTP_HOST": "localhost",
            # Where HTTPS is demanded, plain HTTP would only be redirected.
            "wsgi.url_scheme": "https",
            "httpref_export": site,
        }

    def content(self, target: Target) -> bytes:
        """What the file of a target holds; raises ExportError if the answer is not the one that is expected."""
        environ = {**self.environ, "PATH_INFO": target.path, "QUERY_STRING": target.query, "wsgi.input": BytesIO()}
        status = 0

        def start_response(line: str, headers: Any, error: Any = None) -> Any:
            nonlocal status
            status = int(line[:3])

        content = b"".join(self.handler(environ, start_response))
        if status != target.status:
            raise ExportError(f"{target.path} was answered with {status} instead of {target.status}; see the log above")
        return content
