"""What is done about complaints by itself, in the morning and at night."""

from django.utils import timezone
from procrastinate.contrib.django import app

from maillage.complaints import actions


@app.periodic(cron="15 8 * * *")
@app.task(name="complaints.chase", queueing_lock="complaints.chase")
def chase(timestamp: int) -> None:
    """Each morning, remind who should answer; pass what is late to the département."""
    actions.chase(timezone.now())


@app.periodic(cron="50 3 * * *")
@app.task(name="complaints.forget", queueing_lock="complaints.forget")
def forget(timestamp: int) -> None:
    """Erase the words of old complaints."""
    actions.forget(timezone.now())
