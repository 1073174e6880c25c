"""What a worker is asked for, once however often it is asked, and how far it is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias, TypeVar

from django.db import transaction
from procrastinate.contrib.django import app

from maillage.steering.actions import freeze
from maillage.steering.models import FrozenResult, key_of
from maillage.steering.scenarios.runs import Run, run_of
from maillage.steering.scenarios.steps import Tell

WAITING = "attente"
Redo: TypeAlias = Callable[[bytes], bytes | None]  # an answer → what to ask in its place


class Packed(Protocol):
    """An answer that is frozen as bytes."""

    def pack(self) -> bytes:
        """Bytes to store."""


Answer = TypeVar("Answer", bound=Packed)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question under the key of its answer; the worker writes each step that is done."""

    key: str
    question: bytes  # what the worker reads
    task: str
    steps: tuple[str, ...]

    @property
    def waiting(self) -> str:
        """The key under which the question waits."""
        return self._step(WAITING)

    def found(self, read: Callable[[bytes], Answer]) -> Answer | None:
        """Read the frozen answer, if it was made."""
        packed = FrozenResult.objects.packed(self.key)
        return read(packed) if packed is not None else None

    def answered(self, read: Callable[[bytes], Answer], make: Callable[[Tell], Answer]) -> Answer:
        """Find the answer, else make it, telling each step, and freeze it."""
        before = self.found(read)
        if before is not None:
            return before
        self.tell(self.steps[0])
        made = make(self.tell)
        freeze(self.key, made.pack())
        return made

    def done(self) -> int:
        """How many steps are done; 0 when nobody works on it yet."""
        return FrozenResult.objects.filter(pk__in=map(self._step, self.steps)).count()

    def ask(self) -> int:
        """Have a worker answer, once; say how many steps are done."""
        with transaction.atomic():
            known = FrozenResult.objects.filter(pk=self.waiting).exists()
            if not known and freeze(self.waiting, self.question):
                app.configure_task(self.task).defer(plan_id=self.waiting)
        return self.done()

    def tell(self, step: str) -> None:
        """Write that a step is done."""
        freeze(self._step(step), b"")

    def run(self) -> Run:
        """How the run that was asked for stands."""
        rows = FrozenResult.objects.filter(pk=self.waiting)
        since = rows.values_list("made_at", flat=True).first()
        return run_of(self.waiting, since) if since else Run()

    @transaction.atomic
    def ask_again(self, redo: Redo = lambda _answer: None) -> None:
        """Forget the run that gave no answer, and ask once more; one that may answer is left.

        An answer is left too, unless `redo` finds it unfinished. The rows are locked before they
        are judged: of two who ask at once, the second finds it asked.
        """
        rows = FrozenResult.objects.select_for_update().filter(pk__in=[self.key, self.waiting])
        answer = dict(rows.values_list("pk", "packed")).get(self.key)
        better = redo(bytes(answer)) if answer is not None else None
        if better or (answer is None and self.run().silence):
            steps = [self._step(step) for step in (WAITING, *self.steps)]
            FrozenResult.objects.filter(pk__in=[self.key, *steps]).delete()
            replace(self, question=better or self.question).ask()

    def _step(self, step: str) -> str:
        return key_of("step", self.key, step)


def question_under(plan_id: str) -> bytes | None:
    """The question that waits under this key; None if it was forgotten meanwhile."""
    return FrozenResult.objects.packed(plan_id)
