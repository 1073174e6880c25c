"""What the directory does by itself, at night and in the morning."""

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from maillage.directory import links, openings, reminders


@app.periodic(cron="10 2 * * *")
@app.task(queueing_lock="directory.extend_openings")
def extend_openings(timestamp: int) -> None:
    """Each night, move the span of stored openings one day further."""
    for _ in openings.rebuild_all(today=timezone.localdate()):
        pass


@app.periodic(cron="30 7 * * 2")
@app.task(name="directory.remind_keepers", queueing_lock="directory.remind_keepers")
def remind_keepers(timestamp: int) -> None:
    """Each Tuesday morning, write to the keepers of entries to verify, once a month at most."""
    reminders.remind_all(timezone.now())


@app.periodic(cron="40 3 * * *")
@app.task(name="directory.forget", queueing_lock="directory.forget")
def forget(timestamp: int) -> None:
    """Remove what has served: expired links, answered reports of more than two years."""
    reminders.forget_links(timezone.now())
    reminders.forget_reports(timezone.now())


@app.periodic(cron="20 4 * * *")
@app.task(name="directory.check_links", queueing_lock="directory.check_links")
def check_links(timestamp: int) -> None:
    """Each night, try the addresses that we send families to. A demonstration calls nobody."""
    if not settings.DEMONSTRATION:
        links.check(links.due(), now=timezone.now())
