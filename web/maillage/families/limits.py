"""How often something may be tried: by an address, by a caller. Only keyed hashes are kept."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from allauth.account.adapter import get_adapter
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

KEPT = timedelta(days=1)


def caller(request: HttpRequest) -> str:
    """From where this is asked, as the operator's proxies say it; kept as a keyed hash only."""
    return str(get_adapter(request).get_client_ip(request))


def may_try(what: str, key: str, *, most: int, within: timedelta) -> bool:
    """Count one more try, and say whether it is still allowed.

    The count is one statement of the database: a hundred tries at once are a hundred. It stays
    counted only if the transaction stands, so a refusal is a page and not an exception.
    """
    return _counted(what, key, within) <= most


def _counted(what: str, key: str, within: timedelta) -> int:
    seconds = within.total_seconds()
    now = timezone.now().timestamp()
    since = datetime.fromtimestamp(now - now % seconds, UTC)
    digest = salted_hmac(f"families.tries.{what}", key, algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("select families_try(%s, %s, %s)", [uuid4(), digest, since])
        (found,) = cursor.fetchone() or (0,)
    return int(found)
