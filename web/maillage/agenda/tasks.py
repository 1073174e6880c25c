"""What the agenda does by itself, at night."""

from django.utils import timezone
from procrastinate.contrib.django import app

from maillage.agenda import occurrences


@app.periodic(cron="25 2 * * *")
@app.task(name="agenda.extend_agendas", queueing_lock="agenda.extend_agendas")
def extend_agendas(timestamp: int) -> None:
    """Each night, open one more day of every agenda."""
    for _ in occurrences.rebuild_all(today=timezone.localdate()):
        pass
