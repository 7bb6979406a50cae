from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CodesConfig(AppConfig):
    """The reference: status codes, their classes, origins, specifications and texts."""

    name = "codes"
    verbose_name = _("HTTP status codes")

    def ready(self) -> None:
        from codes import checks  # noqa: F401  (registers the system checks)
