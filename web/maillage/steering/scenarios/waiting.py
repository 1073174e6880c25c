"""The page of an answer that a worker still computes: how far it is, or why none will come."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from maillage.steering.scenarios import wordings
from maillage.steering.scenarios.asking import Asked

SECONDS = "2"  # between two looks, without a script


def waiting(
    request: HttpRequest, template: str, asked: Asked, context: dict[str, Any]
) -> HttpResponse:
    """Have it computed, once, and say how it stands: `steering/waiting.html` shows it."""
    done, run = asked.ask(), asked.run()
    context |= {"waiting": not run.silence, "silence": wordings.silence(run.silence),
                "line": wordings.line(run), "done": done, "steps": len(asked.steps)}  # fmt: skip
    response = render(request, template, context)
    if not run.silence:
        response["Refresh"] = SECONDS
    response["Cache-Control"] = "no-store"
    return response
