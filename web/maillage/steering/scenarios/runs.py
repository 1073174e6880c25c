"""What becomes of a computation that was asked for: waiting, under way, or lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

TASK, TOUR_TASK = "steering.solve_scenario", "steering.plan_tour"
SHARING_TASK = "steering.share_places"
TASKS = (TASK, TOUR_TASK, SHARING_TASK)
TAKEN_WITHIN = timedelta(seconds=30)  # a worker that lives takes what waits at once
SEEN_WITHIN = timedelta(minutes=1)  # a worker says every ten seconds that it lives
ENDED_BADLY = frozenset({"failed", "cancelled", "aborted"})


@dataclass(frozen=True, slots=True)
class Run:
    """How a run stands. `silence` says why no answer will come by itself; "" while one may."""

    silence: str = ""  # "failed", "lost" with its worker, or "late": nobody is there to take it
    taken: bool = False  # a worker is on it
    before: int = 0  # computations that will be done first


def run_of(asked: str, since: datetime) -> Run:
    """Look at the last run of what was asked under this key, at this moment."""
    now = timezone.now()
    lives = ProcrastinateWorker.objects.filter(last_heartbeat__gt=now - SEEN_WITHIN)
    jobs = ProcrastinateJob.objects.filter(task_name__in=TASKS, args__plan_id=asked)
    last = jobs.order_by("-id").values_list("id", "status", "worker_id").first()
    number, status, worker = last or (0, "todo", None)
    if status in ENDED_BADLY:
        return Run("failed")
    if status == "doing":
        return Run(taken=True) if lives.filter(pk=worker).exists() else Run("lost")
    if status == "succeeded":  # its answer was frozen just now, or is forgotten since
        return Run("" if now - since < TAKEN_WITHIN else "lost")
    if now - since >= TAKEN_WITHIN and not lives.exists():
        return Run("late")
    waiting = ProcrastinateJob.objects.filter(task_name__in=TASKS, status__in=["todo", "doing"])
    return Run(before=waiting.filter(pk__lt=number).count())
