"""What may be done with feedback. Each action is one transaction, safe to run twice at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from maillage.core import audit, scope
from maillage.core.tokens import fingerprint
from maillage.organizations.models import Organization
from maillage.quality.errors import AlreadyAnswered, ChangeCitesNothing, FeedbackLinkIsOver
from maillage.quality.models import (
    Change,
    Citation,
    Feedback,
    FeedbackRequest,
    Reading,
    StaffFeedback,
    SupervisionMeeting,
)
from maillage.quality.periods import Quarter


@dataclass(frozen=True, slots=True)
class Answers:
    """Three answers from 1 to 4, in the order of the questions, and a few words."""

    three: tuple[int, int, int]
    words: str = ""


def follow(token: str) -> FeedbackRequest:
    """Find the request of a link. Raises `FeedbackLinkIsOver` or `AlreadyAnswered`."""
    scope.hold_link(fingerprint(token))
    found = FeedbackRequest.objects.filter(pk=fingerprint(token), expires_at__gt=timezone.now())
    request = found.first()
    if request is None:
        raise FeedbackLinkIsOver
    if request.is_answered:
        raise AlreadyAnswered
    return request


@transaction.atomic
def answer(token: str, given: Answers, *, today: date) -> Feedback:
    """Keep what a family says, apart from who it is. Raises what `follow` raises."""
    request = follow(token)
    words = given.words.strip()
    said = Feedback(
        departement_id=request.departement_id,
        organization_id=request.organization_id,
        quarter=Quarter.of(today).first,
        words=words,
        reading=Reading.WAITING if words else Reading.NONE,
        **dict(zip(Feedback.QUESTIONS, given.three, strict=True)),
    )
    said.save(force_insert=True)
    # Under the row's lock: of two answers sent at once, the second finds it answered.
    if not FeedbackRequest.objects.filter(pk=request.pk, is_answered=False).update(
        is_answered=True
    ):
        raise AlreadyAnswered
    return said


@transaction.atomic
def answer_as_staff(
    organization: Organization, given: Answers, *, by: int, today: date
) -> StaffFeedback:
    """Keep what a professional says, once a quarter. Raises `AlreadyAnswered`."""
    quarter = Quarter.of(today)
    words = given.words.strip()
    said = StaffFeedback(
        departement_id=organization.departement_id,
        organization=organization,
        quarter=quarter.first,
        words=words,
        reading=Reading.WAITING if words else Reading.NONE,
        once_key=_once(by, quarter),
        **dict(zip(StaffFeedback.QUESTIONS, given.three, strict=True)),
    )
    try:
        with transaction.atomic():
            said.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyAnswered from error
    return said


def _once(user_id: int, quarter: Quarter) -> str:
    """Return the same word for one person and quarter, made with the site's secret key."""
    return salted_hmac(
        "maillage.quality.once", f"{user_id}/{quarter.code}", algorithm="sha256"
    ).hexdigest()


@transaction.atomic
def read_words(item: Feedback | StaffFeedback, *, keep: bool, by: int) -> None:
    """Keep words for those who steer, or set them aside for good: they are then erased."""
    reading = Reading.KEPT if keep else Reading.SET_ASIDE
    waiting = type(item).objects.filter(pk=item.pk, reading__in=[Reading.WAITING, Reading.KEPT])
    changed = waiting.update(reading=reading) if keep else waiting.update(reading=reading, words="")
    if changed:
        verb = f"quality.words_{reading}"
        audit.record(by, verb, item, departement=item.departement_id)


@transaction.atomic
def write_change(
    change: Change, *, families: Collection[UUID], staff: Collection[UUID], by: int
) -> Change:
    """Write down what changed and which feedback asked for it."""
    change.written_by_id = by
    change.save()
    Citation.objects.filter(change=change).delete()
    where = {"change": change, "departement_id": change.departement_id}
    Citation.objects.bulk_create(
        [Citation(feedback_id=key, **where) for key in families]
        + [Citation(staff_feedback_id=key, **where) for key in staff]
    )
    audit.record(by, "quality.change_written", change, departement=change.departement_id)
    return change


@transaction.atomic
def publish_change(change: Change, *, by: int) -> None:
    """Show it to everyone. Raises `ChangeCitesNothing`; the database refuses it too."""
    found = Change.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if not found.citations.exists():
        raise ChangeCitesNothing
    if found.published_at is None:
        found.published_at = timezone.now()
        found.save(update_fields=["published_at"])
        audit.record(by, "quality.change_published", found, departement=found.departement_id)


@transaction.atomic
def withdraw_change(change: Change, *, by: int) -> None:
    """Show it no more; twice is harmless."""
    if Change.objects.filter(pk=change.pk).exclude(published_at=None).update(published_at=None):
        audit.record(by, "quality.change_withdrawn", change, departement=change.departement_id)


@transaction.atomic
def note_supervision(meeting: SupervisionMeeting, *, by: int) -> SupervisionMeeting:
    """Note one meeting; the same day for the same organization is refused by the database."""
    meeting.departement_id = meeting.organization.departement_id
    meeting.save(force_insert=True)
    audit.record(by, "quality.supervision_noted", meeting, departement=meeting.departement_id)
    return meeting
