"""The language of a reader whose address does not name one."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

# What a language means whose script is not given (Unicode CLDR, likely subtags).
LIKELY_SCRIPT = {"zh": "zh-hans"}


def preferred_language(request: HttpRequest) -> str:
    """The shown language that Accept-Language likes best (RFC 9110, section 12.5.4), else English."""
    for code, quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if not quality:
            continue
        if code == "*":
            break
        try:
            return translation.get_supported_language_variant(LIKELY_SCRIPT.get(code, code))
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


class ReaderLanguageMiddleware(LocaleMiddleware):
    """Django's, which takes the language from the address; elsewhere what the reader prefers, and never a cookie."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if not translation.get_language_from_path(request.path_info):
            translation.activate(preferred_language(request))
            request.LANGUAGE_CODE = translation.get_language()
