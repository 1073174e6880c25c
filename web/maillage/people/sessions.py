"""Sessions that know whose they are, each readable only with the cookie that names it."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions

from maillage.core import scope
from maillage.people.models import Session


class SessionStore(DatabaseSessions):
    """Django's database sessions under row-level security."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Use the table that has an owner."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Note whose session it is, so that its owner can close it from elsewhere."""
        session = Session(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
        )
        owner = data.get(SESSION_KEY)
        session.user_id = None if owner is None else int(owner)
        return session

    def save(self, must_create: bool = False) -> None:
        """Hold the session about to be written: signing in changes its key."""
        if self.session_key is not None:
            scope.hold_session(self.session_key)
        super().save(must_create)
