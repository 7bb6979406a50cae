"""The session engine: Django's in the database, which notes whose session it is."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from httpref.accounts.models import Session


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        found = super().create_model_instance(data)
        assert isinstance(found, Session)
        found.account_id = data.get(SESSION_KEY)
        return found
