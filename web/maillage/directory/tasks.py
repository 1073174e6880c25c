"""What the directory does by itself. The directory is public: no wider scope is needed."""

from django.utils import timezone
from procrastinate.contrib.django import app

from maillage.directory import openings


@app.periodic(cron="10 2 * * *")
@app.task(queueing_lock="directory.extend_openings")
def extend_openings(timestamp: int) -> None:
    """Each night, move the span of stored openings one day further."""
    for _ in openings.rebuild_all(today=timezone.localdate()):
        pass
