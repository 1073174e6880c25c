"""What is written in this room: frozen results, and the diagnoses that officers keep."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from maillage.core import audit
from maillage.steering import compute, diagnosis, inputs, maps
from maillage.steering.diagnosis import Diagnosis
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


def freeze(key: str, packed: bytes) -> None:
    """Keep a result. Two at once keep one; the oldest beyond `KEPT` are forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(_FREEZE, [key, packed])
        cursor.execute(_FORGET, [KEPT])


def forget_all() -> int:
    """Drop every frozen result; the next page computes its own again."""
    return FrozenResult.objects.all().delete()[0]


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
    _record(kept, "steering.diagnosis_kept", actor_id)
    return kept


@transaction.atomic
def annotate(
    kept_id: UUID, *, title: str, note: str, seen_at: datetime, actor_id: int
) -> KeptDiagnosis:
    """Change the words of a draft; the figures never change.

    Raises `PublishedIsFixed`, or `KeptDiagnosisChanged` when someone wrote since `seen_at`. The row
    is locked first, so two who write at once cannot both win.
    """
    kept = _locked(kept_id)
    if kept.published_at:
        raise PublishedIsFixed(title=kept.title)
    if kept.changed_at != seen_at:
        raise KeptDiagnosisChanged(title=kept.title)
    kept.title, kept.note = title, note
    kept.save()
    _record(kept, "steering.diagnosis_annotated", actor_id)
    return kept


@transaction.atomic
def publish(kept_id: UUID, *, actor_id: int) -> KeptDiagnosis:
    """Let anyone read it. Twice changes nothing."""
    kept = _locked(kept_id)
    if kept.published_at is None:
        kept.published_at = timezone.now()
        kept.save()
        _record(kept, "steering.diagnosis_published", actor_id)
    return kept


@transaction.atomic
def withdraw(kept_id: UUID, *, actor_id: int) -> KeptDiagnosis:
    """Make it a draft again. Twice changes nothing."""
    kept = _locked(kept_id)
    if kept.published_at is not None:
        kept.published_at = None
        kept.save()
        _record(kept, "steering.diagnosis_withdrawn", actor_id)
    return kept


@transaction.atomic
def discard(kept_id: UUID, *, actor_id: int) -> None:
    """Delete a draft. Raises `PublishedIsFixed`: what was published is withdrawn first."""
    kept = _locked(kept_id)
    if kept.published_at:
        raise PublishedIsFixed(title=kept.title)
    _record(kept, "steering.diagnosis_discarded", actor_id)
    kept.delete()


def _locked(kept_id: UUID) -> KeptDiagnosis:
    return KeptDiagnosis.objects.select_for_update(of=("self",)).get(pk=kept_id)


def _record(kept: KeptDiagnosis, verb: str, actor_id: int) -> None:
    audit.record(actor_id, verb, kept, departement=kept.departement_id)
