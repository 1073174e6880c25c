"""What is done to notes by itself. Every job is safe to run twice."""

from django.utils import timezone
from procrastinate.contrib.django import app

from maillage.notes import changes, leaving


@app.periodic(cron="*/10 * * * *")
@app.task(name="notes.follow_changes", queueing_lock="notes.follow_changes")
def follow_changes(timestamp: int) -> None:
    """Tell parents whose word does not reach who gives the session."""
    changes.follow(timezone.now())


@app.periodic(cron="41 4 * * *")
@app.task(name="notes.every_night", queueing_lock="notes.every_night")
def every_night(timestamp: int) -> None:
    """Notice departures, destroy and forget what is due, remind who must answer a family."""
    today = timezone.localdate()
    leaving.notice(today)
    leaving.destroy_due(today)
    leaving.remind(today)
    leaving.forget(timezone.now())
