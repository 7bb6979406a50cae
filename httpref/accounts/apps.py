from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangosAdminConfig
from django.utils.translation import gettext_lazy as _


class AdminConfig(DjangosAdminConfig):
    """Django's admin, with our way of signing in."""

    default_site = "httpref.accounts.site.Site"


class AccountsConfig(AppConfig):
    """Signing in: sessions, the second factor, the audit trail."""

    name = "httpref.accounts"
    verbose_name = _("Signing in")

    def ready(self) -> None:
        from httpref.accounts import (
            checks,  # noqa: F401  (registers the system checks)
            followers,
        )

        followers.follow()
