"""Rows that tests are made of: a grid of three criteria, a partner that applied."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from maillage.organizations import accrediting
from maillage.organizations.accrediting import Decision, Found, Question
from maillage.organizations.models import Organization
from maillage.organizations.partnership import Accreditation, CriteriaGrid, VenueCheck

QUESTIONS = (
    Question("L’équipe a déjà accompagné des parents", 3, required=True),
    Question("Les intervenants ont une supervision", 2),
    Question("Un lieu discret est disponible"),
)
YEAR = timedelta(days=365)


def grid(by: int, since: date | None = None, place: str = "70") -> CriteriaGrid:
    day = since or timezone.localdate()
    return accrediting.publish_grid(place, QUESTIONS, day, by=by, today=day)


def application(partner: Organization, by: int) -> Accreditation:
    today = timezone.localdate()
    return accrediting.apply(partner, "Dix ans auprès des familles.", by=by, today=today)


def filled(asked: Accreditation, by: int, *met: bool) -> Accreditation:
    answers = met or (True, True, True)
    criteria = list(asked.grid.criteria.all())
    found = [Found(one.pk, is_met) for one, is_met in zip(criteria, answers, strict=True)]
    accrediting.fill_grid(asked, found, by=by)
    return asked


def accredited(partner: Organization, by: int, days: int = 365) -> Accreditation:
    today = timezone.localdate()
    asked = filled(application(partner, by), by)
    until = today + timedelta(days=days)
    return accrediting.decide(asked, Decision(True, "Solide.", today, until), by=by, today=today)


def arguments(partner: Organization, by: int) -> dict[str, list[Any]]:
    """What the addresses of accreditation need, for the access matrix; every table gets a row."""
    grid(by, timezone.localdate() + YEAR)
    today = timezone.localdate()
    CriteriaGrid.objects.update(valid_from=today)
    asked = filled(application(partner, by), by)
    CriteriaGrid.objects.update(valid_from=today + YEAR)
    accrediting.sign_charter(partner, "Charte", today + YEAR, by=by, today=today)
    seen = dict.fromkeys(VenueCheck.ITEMS, True)
    check = VenueCheck(organization=partner, place="Maison", seen_on=today, **seen)
    accrediting.check_venue(check, by=by)
    return {
        "organizations:apply": [partner.pk],
        "organizations:sign_charter": [partner.pk],
        "organizations:accreditation": [asked.pk],
    }
