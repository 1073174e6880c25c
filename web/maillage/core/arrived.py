"""Whether what was written about some things arrived: shown to those who serve the family."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from maillage.core.models import OutboxMessage


@dataclass(frozen=True, slots=True)
class News:
    """The last message about one thing."""

    state: str
    channel: str
    at: datetime
    reason: str

    @property
    def failed(self) -> bool:
        """Whether nobody was reached by it."""
        return self.state == OutboxMessage.State.FAILED

    @property
    def label(self) -> str:
        """The state, as people read it."""
        return str(OutboxMessage.State(self.state).label)


def news(things: Iterable[UUID]) -> dict[UUID, News]:
    """Return the last message about each, in one query; only of the départements one serves."""
    with connection.cursor() as cursor:
        cursor.execute("select * from maillage_arrived(%s::uuid[])", [list(things)])
        return {about: News(*said) for about, *said in cursor.fetchall()}
