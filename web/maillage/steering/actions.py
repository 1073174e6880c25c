"""What is written in this room: frozen results, and the diagnoses that officers keep."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from maillage.steering import compute, diagnosis, inputs, maps
from maillage.steering.diagnosis import Diagnosis
from maillage.steering.drafts import Drafts
from maillage.steering.errors import KeptDiagnosisChanged, PublishedIsFixed
from maillage.steering.inputs import DepartementFacts, Facts, Inputs
from maillage.steering.maps import Ground
from maillage.steering.models import FrozenResult, KeptDiagnosis, key_of
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
    facts: Facts


def answer(
    question: Question,
    everywhere: tuple[DepartementFacts, ...] | None = None,
    like: Answer | None = None,
) -> Answer:
    """Find the frozen result of the same question on the same facts, else compute and keep it.

    What `like` already read is not read again.
    """
    other = (like.diagnosis.question, like.facts) if like else None
    facts = inputs.facts(question, everywhere, other)
    key = key_of("diagnosis", question.as_dict(), facts.sha256(), code_version())
    packed = FrozenResult.objects.packed(key)
    if packed is not None:
        return Answer(diagnosis.unpack(packed), facts)
    found = compute.diagnose(question, Inputs(facts, inputs.communes(question)))
    freeze(key, found.pack())
    return Answer(found, facts)


def ground(facts: Facts) -> Ground:
    """Find the drawn outlines of the département, else draw and keep them."""
    files = [(source.key, source.sha256) for source in facts.sources]
    key = key_of("ground", facts.departement, files, facts.communes_hash, code_version())
    packed = FrozenResult.objects.packed(key)
    if packed is not None:
        return maps.unpack(packed)
    drawn = maps.ground(facts.departement)
    freeze(key, drawn.pack())
    return drawn


def freeze(key: str, packed: bytes) -> bool:
    """Keep a result, and say whether it is new. The oldest beyond `KEPT` are forgotten.

    Of two at once, one is kept: the other waits for it, and is told that it is there.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FREEZE, [key, packed])
        is_new = bool(cursor.rowcount)
        cursor.execute(_FORGET, [KEPT])
    return is_new


def forget_all() -> int:
    """Drop every frozen result; the next page computes its own again."""
    return FrozenResult.objects.all().delete()[0]


DIAGNOSES = Drafts(KeptDiagnosis, "steering.diagnosis", PublishedIsFixed, KeptDiagnosisChanged)
publish, withdraw, discard = DIAGNOSES.publish, DIAGNOSES.withdraw, DIAGNOSES.discard


@transaction.atomic
def keep(found: Diagnosis, *, title: str, note: str, actor_id: int) -> KeptDiagnosis:
    """Keep a diagnosis as it is now, with a title and words. It is a draft until published."""
    kept = KeptDiagnosis.objects.create(
        departement_id=found.question.departement,
        title=title,
        note=note,
        packed=found.pack(),
        data_hash=found.data_hash,
        code_version=found.code_version,
    )
    DIAGNOSES.record(kept, "kept", actor_id)
    return kept


@transaction.atomic
def annotate(
    kept_id: UUID, *, title: str, note: str, seen_at: datetime, actor_id: int
) -> KeptDiagnosis:
    """Change the words of a draft; the figures never change.

    Raises `PublishedIsFixed`, or `KeptDiagnosisChanged` when someone wrote since `seen_at`.
    """
    kept = DIAGNOSES.draft(kept_id, seen_at)
    kept.title, kept.note = title, note
    kept.save()
    DIAGNOSES.record(kept, "annotated", actor_id)
    return kept
