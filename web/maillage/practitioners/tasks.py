"""What is done each morning about papers."""

from django.utils import timezone
from procrastinate.contrib.django import app

from maillage.practitioners import lapsing


@app.periodic(cron="50 7 * * *")
@app.task(name="practitioners.warn_of_papers", queueing_lock="practitioners.warn_of_papers")
def warn_of_papers(timestamp: int) -> None:
    """Write about papers that end within two months, once for each paper."""
    lapsing.warn(timezone.now())
