"""What the steering room computes away from a page."""

from procrastinate.contrib.django import app

from maillage.steering.scenarios import actions
from maillage.steering.scenarios.plan import Plan


@app.task(name="steering.solve_scenario")
def solve_scenario(plan: dict[str, str | int]) -> None:
    """Answer a plan and freeze its outcome; done twice, the second finds it made."""
    actions.outcome(Plan(**plan))  # type: ignore[arg-type]
