"""What the day does by itself: forget, every night, the calls that were answered long ago."""

from django.utils import timezone
from procrastinate.contrib.django import app

from maillage.workday import retention


@app.periodic(cron="43 4 * * *")
@app.task(name="workday.forget_calls", queueing_lock="workday.forget_calls")
def forget_calls(timestamp: int) -> None:
    """Delete lines answered three months ago, and at once those that a family takes back."""
    retention.forget(timezone.now())
