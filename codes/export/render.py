"""The answers of the site, from the same renderer as the server's: Django's handler, called in this process."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

from codes.export.address import Address
from codes.export.errors import ExportError
from codes.export.numbers import BatchOfNumbers
from codes.export.targets import Target, known_numbers
from codes.models import Comparison


class Renderer:
    """Answers requests as a server at ``address`` would. Make and use it within ``published_at``.

    ``site`` is what templates read of the export, as ``export``.
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

        self.known = known_numbers()

    def contents(self, targets: Sequence[Target]) -> dict[str, bytes]:
        """What the files of targets hold; raises ExportError if an answer is not the one that is expected."""
        rows = {
            language: self.rows([target for target in targets if target.language == language], language)
            for language in {target.language for target in targets}
        }
        return {target.file: self.content(target, **rows[target.language]) for target in targets}

    def rows(self, targets: Sequence[Target], language: str) -> dict[str, Any]:
        """What views need not read for each page of a language: see the views of numbers and comparisons."""
        numbers = [target.number for target in targets if target.number is not None]
        slugs = [target.comparison for target in targets if target.comparison]
        return {
            "httpref_numbers": BatchOfNumbers(numbers, language, self.known) if numbers else None,
            "httpref_comparisons": Comparison.objects.to_show(slugs, language) if slugs else None,
        }

    def content(self, target: Target, **more: Any) -> bytes:
        """What the file of one target holds. ``more`` goes into the request's environment."""
        asked = {"PATH_INFO": target.path, "QUERY_STRING": target.query, "wsgi.input": BytesIO()}
        # Not as a server calls it, which would end the snapshot's transaction with the request.
        response: Any = self.handler.get_response(WSGIRequest({**self.environ, **asked, **more}))
        if response.status_code != target.status:
            found = f"{target.path} was answered with {response.status_code} instead of {target.status}"
            raise ExportError(f"{found}; the log says more.")
        return bytes(response.content)
