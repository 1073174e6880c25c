"""What is not kept: the words of families that nothing names any more."""

from procrastinate.contrib.django import app

from maillage.core import scope
from maillage.support.models import Goals


@app.periodic(cron="41 4 * * *")
@app.task(name="support.forget_words", queueing_lock="support.forget_words")
def forget_words(timestamp: int) -> None:
    """Erase, every night after the names, what their owners had hoped for."""
    forget()


def forget() -> int:
    """Do it now; return how many were erased. Counts of sessions stay true."""
    with scope.system():
        found = Goals.objects.filter(contact__erased_at__isnull=False)
        return found.delete()[0]
