"""What referrals do by themselves: reminders by day, gaps and old words by night."""

from django.utils import timezone
from procrastinate.contrib.django import app

from maillage.referrals import deadlines, pathways
from maillage.territory.models import Departement


@app.periodic(cron="10 8 * * *")
@app.task(name="referrals.meet_deadlines", queueing_lock="referrals.meet_deadlines")
def meet_deadlines(timestamp: int) -> None:
    """Each morning, remind, escalate, expire: twice in a day does it once."""
    deadlines.run(timezone.now())


@app.periodic(cron="40 3 * * *")
@app.task(name="referrals.forget", queueing_lock="referrals.forget")
def forget(timestamp: int) -> None:
    """Each night, erase the words of what ended six months ago."""
    deadlines.forget(timezone.now())


@app.periodic(cron="50 3 * * 1")
@app.task(name="referrals.survey_gaps", queueing_lock="referrals.survey_gaps")
def survey_gaps(timestamp: int) -> None:
    """Each Monday, raise the needs without a next step and resolve those that have one."""
    today = timezone.localdate()
    for code in Departement.objects.filter(loaded=True).order_by("pk").values_list("pk", flat=True):
        pathways.survey_gaps(code, today)
