"""What the agenda does by itself, at night."""

from django.utils import timezone
from procrastinate.contrib.django import app

from maillage.agenda import occurrences, shortage, waiting


@app.periodic(cron="25 2 * * *")
@app.task(name="agenda.extend_agendas", queueing_lock="agenda.extend_agendas")
def extend_agendas(timestamp: int) -> None:
    """Each night, open one more day of every agenda."""
    for _ in occurrences.rebuild_all(today=timezone.localdate()):
        pass


@app.periodic(cron="*/10 * * * *")
@app.task(name="agenda.pass_on_offers", queueing_lock="agenda.pass_on_offers")
def pass_on_offers(timestamp: int) -> None:
    """Give the slots that nobody answered for to the next family in line."""
    waiting.pass_on_unanswered(timezone.now())


@app.periodic(cron="40 6 * * *")
@app.task(name="agenda.look_for_shortages", queueing_lock="agenda.look_for_shortages")
def look_for_shortages(timestamp: int) -> None:
    """Each morning, tell the services that have no slot left."""
    shortage.look(timezone.now())
