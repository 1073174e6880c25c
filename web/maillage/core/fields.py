"""Read a value in what another program sent, by the path that the operator gave."""

from typing import Any


def at_path(found: Any, path: str) -> Any:
    """Return what is at ``messages.0.id``; None where the path leads nowhere."""
    for step in path.split("."):
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found
