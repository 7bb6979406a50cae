"""Between password and second factor: the session knows who it is, but nobody is signed in."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django_otp import login as remember_device

from httpref.accounts.second_factor import new_key

KEY = "accounts.halfway"
LIMIT = 600  # seconds from the password to the code


@dataclass(frozen=True)
class Halfway:
    user: User
    next: str  # where to go then, on this site
    key: str  # the secret that is offered to an account without a second factor
    backend: str


def begin(request: HttpRequest, user: Any, address: str) -> None:
    """Remember that the password of ``user`` was right, in a session of its own."""
    request.session.flush()
    request.session[KEY] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "backend": user.backend,
        "next": address,
        "key": new_key(),
    }
    request.session.set_expiry(LIMIT)


def found(request: HttpRequest) -> Halfway | None:
    """Who is half-way; None after a while, and if the account or its password changed since."""
    state = request.session.get(KEY)
    if not state:
        return None
    user = User.objects.filter(pk=state["user"], is_active=True, is_staff=True).first()
    if user is None or not constant_time_compare(user.get_session_auth_hash(), state["password"]):
        return None
    return Halfway(user, state["next"], state["key"], state["backend"])


def finish(request: HttpRequest, state: Halfway, device: Any) -> None:
    """Sign in."""
    del request.session[KEY]
    login(request, state.user, backend=state.backend)
    remember_device(request, device)
