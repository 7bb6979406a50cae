"""The second factor: codes of an app (TOTP, RFC 6238), and recovery codes that are good for once."""

import math
import re
import secrets
import unicodedata
from base64 import b32encode
from binascii import unhexlify
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

NUMBER_OF_CODES = 10
# Small letters and digits without those that look like others; 32 of them.
ALPHABET = "abcdefghjkmnpqrstuvwxyz123456789"
LENGTH = 12


@dataclass(frozen=True)
class Verdict:
    """What a code is worth: the device that takes it, or none and how long the next one has to wait."""

    device: Any = None
    wait: int = 0  # seconds

    @property
    def is_recovery(self) -> bool:
        return isinstance(self.device, StaticDevice)


def device_of(user: Any) -> TOTPDevice | None:
    """The app that an account has set up."""
    found: TOTPDevice | None = TOTPDevice.objects.filter(user=user, confirmed=True).first()
    return found


def is_wanted(user: Any) -> bool:
    """Whether an account signs in with a second factor: everybody where the setting is on, else who has one."""
    return settings.SECOND_FACTOR or device_of(user) is not None


def is_given(request: HttpRequest) -> bool:
    """Whether a session has passed the second factor, or need not."""
    return not settings.SECOND_FACTOR or getattr(request.user, "otp_device", None) is not None


def new_key() -> str:
    """A secret for an app, in hexadecimal digits."""
    return str(random_hex(20))


def secret_in_words(key: str) -> str:
    """A secret as people type it into an app, in groups of four."""
    return " ".join(re.findall("....", b32encode(unhexlify(key)).decode()))


def unsaved_device(user: Any, key: str) -> TOTPDevice:
    return TOTPDevice(user=user, name="app", key=key, confirmed=True)


def normalised(text: str) -> str:
    """A code without what people put between its parts."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).lower()


@transaction.atomic
def check(user: Any, text: str) -> Verdict:
    """Take a code of the app or a recovery code; each is good for once, and who fails has to wait longer each time."""
    code = normalised(text)
    model, code = (TOTPDevice, code) if re.fullmatch("[0-9]{6}", code) else (StaticDevice, digest(user, code))
    device = model.objects.select_for_update().filter(user=user, confirmed=True).first()
    if device is None:
        return Verdict()
    allowed, reason = device.verify_is_allowed()
    if not allowed:
        return Verdict(wait=math.ceil((reason["locked_until"] - timezone.now()).total_seconds()))
    return Verdict(device if device.verify_token(code) else None)


@transaction.atomic
def set_up(user: Any, key: str, text: str) -> tuple[TOTPDevice, list[str]] | None:
    """Take an app into use that shows the right code for ``key``, in place of what there was.

    The new device and recovery codes; None if the code is not the right one.
    """
    code = normalised(text)
    totp = TOTP(unhexlify(key))
    if not (re.fullmatch("[0-9]{6}", code) and totp.verify(int(code), tolerance=1)):
        return None
    remove(user)
    device = unsaved_device(user, key)
    # The code that was typed in is used up.
    device.drift, device.last_t = totp.drift, totp.t()
    device.save()
    return device, new_recovery_codes(user)


@transaction.atomic
def new_recovery_codes(user: Any) -> list[str]:
    """Make recovery codes in place of those that there were. They are known now and never again."""
    device, _ = StaticDevice.objects.get_or_create(user=user, defaults={"name": "recovery"})
    device.token_set.all().delete()
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(NUMBER_OF_CODES)]
    for code in codes:
        device.token_set.create(token=digest(user, code))
    return ["-".join(re.findall("....", code)) for code in codes]


def codes_left(user: Any) -> int:
    """How many recovery codes of an account are not used."""
    return sum(device.token_set.count() for device in StaticDevice.objects.filter(user=user))


def digest(user: Any, code: str) -> str:
    """What is stored of a recovery code, so that a copy of the database lets nobody in."""
    return salted_hmac("httpref.accounts.recovery", f"{user.pk}:{code}", algorithm="sha256").hexdigest()[:16]


@transaction.atomic
def remove(user: Any) -> bool:
    """Forget an account's second factor; whether there was one."""
    found = [model.objects.filter(user=user).delete()[0] for model in (TOTPDevice, StaticDevice)]
    return any(found)
