"""What is written in this room: frozen results."""

from django.db import connection

from maillage.steering.models import FrozenResult

KEPT = 400  # frozen results: about 20 MB

_FREEZE = """
insert into steering_frozenresult (key, packed, made_at) values (%s, %s, now())
on conflict (key) do nothing
"""
_FORGET = """
delete from steering_frozenresult where key in (
    select key from steering_frozenresult order by made_at desc, key offset %s for update skip locked)
"""


def freeze(key: str, packed: bytes) -> None:
    """Keep a result. Two at once keep one; the oldest beyond `KEPT` are forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(_FREEZE, [key, packed])
        cursor.execute(_FORGET, [KEPT])


def forget_all() -> int:
    """Drop every frozen result; the next page computes its own again."""
    return FrozenResult.objects.all().delete()[0]
