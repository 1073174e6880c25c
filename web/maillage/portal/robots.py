"""Who reads pages without being a person."""

import re

from django.http import HttpRequest

_ROBOT = re.compile(r"bot|crawl|spider|slurp|preview|monitor|curl|wget|python|headless|scan", re.I)


def looks_like_a_robot(request: HttpRequest) -> bool:
    """Judge by what the program says of itself; silence is taken for a robot."""
    said = request.headers.get("User-Agent", "")
    return not said or bool(_ROBOT.search(said))
