"""What the steering room computes away from a page."""

from procrastinate.contrib.django import app

from maillage.steering.scenarios import actions, rebalance_actions, rounds_actions


@app.task(name="steering.solve_scenario")
def solve_scenario(plan_id: str) -> None:
    """Answer a plan and freeze its outcome; done twice, the second finds it made."""
    actions.answer_asked(plan_id)


@app.task(name="steering.plan_tour")
def plan_tour(plan_id: str) -> None:
    """Answer a tour and freeze it; done twice, the second finds it made."""
    rounds_actions.answer_asked(plan_id)


@app.task(name="steering.share_places")
def share_places(plan_id: str) -> None:
    """Answer a sharing of places and freeze it; done twice, the second finds it made."""
    rebalance_actions.answer_asked(plan_id)
