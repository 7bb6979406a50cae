"""Error answers: a page in the reader's language, or a problem document (RFC 9457) below /api/."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.urls import is_valid_path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from codes.publication import same_for_everybody

SAFE_METHODS = ("GET", "HEAD")
PROBLEM = "application/problem+json"

View = Callable[..., HttpResponseBase]


def problem(status: int, detail: str, **members: Any) -> JsonResponse:
    """A problem document (RFC 9457) whose type is the status code itself."""
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JsonResponse(
        {**document, **members}, status=status, content_type=PROBLEM, json_dumps_params={"ensure_ascii": False}
    )


def error_answer(request: HttpRequest, status: int, title: str, detail: str) -> HttpResponse:
    """The answer to a request that failed, in the form its path asks for."""
    if request.path.startswith("/api/"):
        return problem(status, detail)
    context = {"status": status, "title": title, "detail": detail, "phrase": HTTPStatus(status).phrase}
    return render(request, "codes/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    detail = _("The server cannot make sense of this request. Check the address, or start from the list of all codes.")
    return error_answer(request, 400, _("This request cannot be understood"), detail)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_answer(request, 403, _("This is not open to you"), _("Your account may not do this."))


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without the token that this site puts into its forms."""
    detail = _("The form was not sent from a page of this site, or cookies are off. Reload the page and send it again.")
    return error_answer(request, 403, _("This form is not accepted"), detail)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    detail = _("Nothing is kept at this address. A status code has three digits: its page is found by its number.")
    return error_answer(request, 404, _("There is no such page"), detail)


def method_not_allowed(request: HttpRequest) -> HttpResponse:
    detail = _("This address can only be read: with GET or HEAD.")
    response = error_answer(request, 405, _("This method is not allowed here"), detail)
    response["Allow"] = ", ".join(SAFE_METHODS)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    detail = _("Something went wrong on our side, and it has been logged. Please try again later.")
    return error_answer(request, 500, _("The server failed"), detail)


def read_only(view: View) -> View:
    """A view that only reads; other methods than GET and HEAD get 405.

    Exempt from the check for forged requests, which would answer 403 before the method is looked at.
    """

    @wraps(view)
    def reading(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method not in SAFE_METHODS:
            return method_not_allowed(request)
        return view(request, *args, **kwargs)

    return csrf_exempt(reading)


def public(view: View) -> View:
    """A view that anybody may read, and that says the same to everybody."""

    @wraps(view)
    def saying(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code == HTTPStatus.OK:
            same_for_everybody(request)
        return response

    return read_only(saying)


def problems_for_programs(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: below /api/ only reading is allowed, and an error is a problem document whoever found it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/") and request.method not in SAFE_METHODS and is_valid_path(request.path_info):
            return method_not_allowed(request)
        response = get_response(request)
        if not request.path.startswith("/api/"):
            return response
        if response.status_code == HTTPStatus.OK:
            same_for_everybody(request)
        if response.status_code < 400 or response["Content-Type"] == PROBLEM:
            return response
        return problem(response.status_code, response.reason_phrase)

    return middleware
