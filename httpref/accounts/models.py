"""Sessions that know whose they are, and the audit trail."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Session(AbstractBaseSession):
    """Django's session with its account, so that the sessions of an account can be found."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")

    class Meta(AbstractBaseSession.Meta):
        default_permissions = ()

    @classmethod
    def get_session_store_class(cls) -> Any:
        from httpref.accounts.session_store import SessionStore

        return SessionStore


class Action(models.TextChoices):
    """What the audit trail knows of."""

    SIGNED_IN = "signed-in", _("signed in")
    FAILED = "failed", _("sign-in failed")
    LOCKED = "locked", _("locked out")
    CODE_ACCEPTED = "code-accepted", _("second factor accepted")
    CODE_REFUSED = "code-refused", _("second factor refused")
    RECOVERY_USED = "recovery-used", _("recovery code used")
    SIGNED_OUT = "signed-out", _("signed out")
    SESSION_ENDED = "session-ended", _("session ended")
    FACTOR_SET_UP = "factor-set-up", _("second factor set up")
    FACTOR_REMOVED = "factor-removed", _("second factor removed")
    CODES_MADE = "codes-made", _("recovery codes made")
    PASSWORD = "password", _("password changed")
    CREATED = "created", _("created")
    DELETED = "deleted", _("deleted")
    RIGHTS = "rights", _("rights changed")


class Kind(models.TextChoices):
    """What an event happened to."""

    ACCOUNT = "account", _("account")
    GROUP = "group", _("group")


class Event(models.Model):
    """Something that happened to an account or a group. It keeps names, not references: they outlive an account."""

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    action = models.CharField(_("what happened"), max_length=20, choices=Action)
    actor = models.CharField(_("by whom"), max_length=150, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.ACCOUNT)
    subject = models.CharField(_("to whom"), max_length=150, blank=True)
    detail = models.JSONField(_("in detail"), default=dict, blank=True)
    address = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    agent = models.CharField(_("browser"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("audit trail")
        default_permissions = ("view",)
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.subject}"
