"""Typed readers of environment variables. A bad value stops the program with a sentence."""

import json
import os
from urllib.parse import parse_qsl, unquote, urlsplit


class BadEnvironment(SystemExit):
    """A variable has a value that the program cannot use."""


def flag(name: str, *, default: bool) -> bool:
    """Read yes or no."""
    raw = os.environ.get(name, "").strip().lower()
    if raw in {"1", "true", "yes", "oui"}:
        return True
    if raw in {"0", "false", "no", "non"}:
        return False
    if not raw:
        return default
    raise BadEnvironment(f"{name} must be 1 or 0; got {raw!r}.")


def number(name: str, *, default: int, minimum: int = 0) -> int:
    """Read a whole number."""
    raw = os.environ.get(name, "").strip()
    if not raw:
        return default
    if not raw.isascii() or not raw.isdigit() or int(raw) < minimum:
        raise BadEnvironment(f"{name} must be a whole number of at least {minimum}; got {raw!r}.")
    return int(raw)


def pattern(name: str, *, default: str = "") -> str:
    """Read a web address with {id} in it, or nothing."""
    raw = os.environ.get(name, default).strip()
    if raw and not (raw.startswith("https://") and "{id}" in raw):
        raise BadEnvironment(f"{name} must start with https:// and hold {{id}}; got {raw!r}.")
    return raw


def words(name: str, *, default: str = "") -> list[str]:
    """Read a list separated by commas."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def pairs(name: str) -> dict[str, str]:
    """Read ``{"Header": "value"}``."""
    raw = os.environ.get(name, "").strip() or "{}"
    try:
        found = json.loads(raw)
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise BadEnvironment(f'{name} must look like {{"Header": "value"}}; got {raw!r}.')
    return found


def database(url: str) -> dict[str, object]:
    """Turn ``postgresql://user:password@host:port/name?option=value`` into Django's form."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise BadEnvironment(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name; "
            f"got the scheme {parts.scheme!r}."
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }
