from django.apps import AppConfig
from django.core.signals import request_started
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class CodesConfig(AppConfig):
    """The reference: status codes, their classes, origins, specifications and texts."""

    name = "codes"
    verbose_name = _("HTTP status codes")

    def ready(self) -> None:
        from codes import (
            checks,  # noqa: F401  (registers the system checks)
            generation,
            replacement,
        )
        from codes.curation import triggers
        from codes.search import index

        # What Django calls around migrations and for a new connection. No write of the reference sends a signal.
        # The last to follow is the first to be called after a commit: pages are new before the index is.
        for follower in (index, generation):
            pre_migrate.connect(follower.before_migrations, sender=self)
            post_migrate.connect(follower.after_migrations, sender=self)
            connection_created.connect(follower.follow_connection)
        connection_created.connect(replacement.note_file)
        request_started.connect(replacement.leave_replaced_files)
        pre_migrate.connect(triggers.before_migrations, sender=self)
        post_migrate.connect(triggers.after_migrations, sender=self)
