"""What is written in this room: frozen results."""

from dataclasses import dataclass

from django.db import connection

from maillage.steering import compute, diagnosis, inputs, maps
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.inputs import DepartementFacts, Inputs
from maillage.steering.maps import Ground
from maillage.steering.models import FrozenResult, key_of
from maillage.steering.provenance import code_version
from maillage.steering.question import Question

KEPT = 400  # frozen results: about 20 MB

_FREEZE = """
insert into steering_frozenresult (key, packed, made_at) values (%s, %s, now())
on conflict (key) do nothing
"""
_FORGET = """
delete from steering_frozenresult where key in (
    select key from steering_frozenresult order by made_at desc, key
    offset %s for update skip locked)
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """A diagnosis, and the facts it was made from, to link to."""

    diagnosis: Diagnosis
    inputs: Inputs


def answer(
    question: Question,
    everywhere: tuple[DepartementFacts, ...] | None = None,
    like: Answer | None = None,
) -> Answer:
    """Find the frozen result of the same question on the same facts, else compute and keep it.

    What `like` already read is not read again.
    """
    facts = inputs.read(
        question, everywhere, (like.diagnosis.question, like.inputs) if like else None
    )
    key = key_of("diagnosis", question.as_dict(), facts.sha256(), code_version())
    packed = FrozenResult.objects.packed(key)
    if packed is not None:
        return Answer(diagnosis.unpack(packed), facts)
    found = compute.diagnose(question, facts)
    freeze(key, found.pack())
    return Answer(found, facts)


def ground(facts: Inputs) -> Ground:
    """Find the drawn outlines of the département, else draw and keep them."""
    files = [(source.key, source.sha256) for source in facts.sources]
    places = [(c.code, c.name, c.latitude, c.longitude) for c in facts.communes if c.inside]
    key = key_of("ground", facts.departement, files, places, code_version())
    packed = FrozenResult.objects.packed(key)
    if packed is not None:
        return maps.unpack(packed)
    drawn = maps.ground(facts.departement)
    freeze(key, drawn.pack())
    return drawn


def freeze(key: str, packed: bytes) -> None:
    """Keep a result. Two at once keep one; the oldest beyond `KEPT` are forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(_FREEZE, [key, packed])
        cursor.execute(_FORGET, [KEPT])


def forget_all() -> int:
    """Drop every frozen result; the next page computes its own again."""
    return FrozenResult.objects.all().delete()[0]
