"""What every state machine on the database shares: rows undone at the end, how long it runs."""

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from maillage.core import scope


class Undone(RuleBasedStateMachine):
    """A machine whose rows are undone at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        scope.enter("system")
        self.begin()

    def begin(self) -> None:
        """Lay the first rows."""
        raise NotImplementedError

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)


def run_in_any_order(machine: type[Undone], *, examples: int, steps: int) -> None:
    """Try so many orders, of so many steps at most."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
