"""What organizations do by themselves, in the morning."""

from django.utils import timezone
from procrastinate.contrib.django import app

from maillage.organizations import trust_ending


@app.periodic(cron="45 7 * * *")
@app.task(name="organizations.warn_of_ends", queueing_lock="organizations.warn_of_ends")
def warn_of_ends(timestamp: int) -> None:
    """Each morning, announce the accreditations and charters that end within two months."""
    trust_ending.warn(timezone.now())
