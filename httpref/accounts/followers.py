"""What is done when Django says that somebody signed in or out, or that an account or a group changed.

Django's own signals are the one place that hears of it all: the admin, commands, a shell. QuerySet.update sends none.
"""

from collections.abc import Callable
from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.models import Group, User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save
from django.http import HttpRequest

from httpref.accounts import sessions
from httpref.accounts.models import Action
from httpref.accounts.trail import FLAGS, record

THROUGH = (
    (User.groups.through, "groups"),
    (User.user_permissions.through, "user_permissions"),
    (Group.permissions.through, "permissions"),
)


def follow() -> None:
    user_logged_in.connect(signed_in)
    user_logged_out.connect(signed_out)
    user_login_failed.connect(failed)
    user_locked_out.connect(locked_out)
    pre_save.connect(before_account, sender=User)
    post_save.connect(after_account, sender=User)
    post_save.connect(after_group, sender=Group)
    for model in (User, Group):
        post_delete.connect(deleted, sender=model)
    for through, field in THROUGH:
        m2m_changed.connect(follower_of(field), sender=through, weak=False)


# Signing in and out


def signed_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    sessions.begin(request)
    record(Action.SIGNED_IN, user, actor=user.get_username(), request=request)


def signed_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user:
        record(Action.SIGNED_OUT, user, actor=user.get_username(), request=request)


def failed(sender: Any, credentials: dict[str, Any], request: HttpRequest, **kwargs: Any) -> None:
    """A name is kept only if it is one: people type their password into the wrong field."""
    if was_counted(request):
        name = str(credentials.get("username", ""))
        known = User.objects.filter(username=name).exists()
        record(Action.FAILED, name if known else "", actor="", request=request)


def locked_out(sender: Any, request: HttpRequest, username: str, **kwargs: Any) -> None:
    if was_counted(request):
        known = User.objects.filter(username=username).exists()
        record(Action.LOCKED, username if known else "", actor="", request=request)


def was_counted(request: Any) -> bool:
    """Whether a failure counted; those of somebody who is locked out would only fill the trail."""
    return request.axes_failures_since_start is not None


# Accounts


def before_account(sender: Any, instance: User, update_fields: Any = None, **kwargs: Any) -> None:
    """Remember what a save is about to change."""
    watched = {*FLAGS, "password"} & set(update_fields or (*FLAGS, "password"))
    stored = User.objects.filter(pk=instance.pk).values(*watched).first() if instance.pk and watched else None
    changed = {name for name, value in (stored or {}).items() if value != getattr(instance, name)}
    if update_fields and set(update_fields) == {"password"} and getattr(instance, "_password", None) is None:
        # The same password with a newer hash, as somebody signs in.
        changed.discard("password")
    instance._changed = changed  # type: ignore[attr-defined]


def after_account(sender: Any, instance: User, created: bool, **kwargs: Any) -> None:
    changed = instance._changed  # type: ignore[attr-defined]
    if created:
        record(Action.CREATED, instance, flags=[name for name in FLAGS if getattr(instance, name)])
    for name in FLAGS:
        if name in changed:
            record(Action.RIGHTS, instance, field=name, value=getattr(instance, name))
    if "password" in changed:
        record(Action.PASSWORD, instance, sessions=sessions.end_others(instance))
    elif "is_active" in changed and not instance.is_active:
        sessions.end_others(instance)


def after_group(sender: Any, instance: Group, created: bool, **kwargs: Any) -> None:
    if created:
        record(Action.CREATED, instance)


def deleted(sender: Any, instance: User | Group, **kwargs: Any) -> None:
    record(Action.DELETED, instance)


# Rights


def follower_of(field: str) -> Callable[..., None]:
    """Who is told when rows of ``field`` come or go, from either of its sides."""

    def follower(
        sender: Any, instance: Any, action: str, reverse: bool, model: Any, pk_set: set[int] | None, **kwargs: Any
    ) -> None:
        if action == "pre_clear":
            pk_set = related_keys(sender, instance, model)
        elif action not in ("post_add", "post_remove"):
            return
        others = model.objects.filter(pk__in=pk_set or ())
        # Seen from the other side, each of the others is an owner that gets or loses this one.
        owners = [(owner, [instance]) for owner in others] if reverse else [(instance, list(others))]
        for owner, changed in owners:
            if changed:
                names = sorted(map(name_of, changed))
                added, removed = (names, []) if action == "post_add" else ([], names)
                record(Action.RIGHTS, owner, field=field, added=added, removed=removed)

    return follower


def related_keys(through: Any, instance: Any, model: Any) -> set[int]:
    """The keys of the rows of ``model`` that a row is connected with."""
    mine, other = (
        next(field.name for field in through._meta.fields if field.related_model is one)
        for one in (type(instance), model)
    )
    return set(through._default_manager.filter(**{mine: instance}).values_list(other, flat=True))


def name_of(row: Any) -> str:
    """A group's name; a permission as code names it."""
    return row.name if isinstance(row, Group) else f"{row.content_type.app_label}.{row.codename}"
