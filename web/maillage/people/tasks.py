"""What is done to accounts by itself, at night."""

from django.utils import timezone
from procrastinate.contrib.django import app

from maillage.people import retention


@app.periodic(cron="20 3 * * *")
@app.task(name="people.apply_retention", queueing_lock="people.apply_retention")
def apply_retention(timestamp: int) -> None:
    """Warn, close, forget: twice in a night does it once."""
    now = timezone.now()
    retention.warn(now)
    retention.close(now)
    retention.forget_sessions(now)
