"""What quality does by itself."""

from django.utils import timezone
from procrastinate.contrib.django import app

from maillage.quality import asking


@app.periodic(cron="35 9 * * *")
@app.task(name="quality.ask_families", queueing_lock="quality.ask_families")
def ask_families(timestamp: int) -> None:
    """Each morning, ask those whose support is over."""
    asking.ask_all(timezone.now())
