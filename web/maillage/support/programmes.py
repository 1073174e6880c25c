"""Which programme a service is in, which rules held on a day, and a past decision judged again."""

from datetime import date, datetime

from django.db.models import Q

from maillage.directory.models import Service
from maillage.support.eligibility import Decision, Family, judge
from maillage.support.models import Enrolment, Programme, ProgrammeService, ProgrammeTerms


def for_service(service: Service, on: date) -> Programme | None:
    """The programme whose sessions this service gives on that day, open or over; or none."""
    entries = ProgrammeService.objects.filter(
        Q(left_on=None) | Q(left_on__gte=on), service=service, entered_on__lte=on
    ).exclude(programme__status=Programme.Status.DRAFT)
    entry = entries.select_related("programme").order_by("-entered_on", "pk").first()
    return None if entry is None else entry.programme


def terms_at(programme: Programme, moment: datetime) -> ProgrammeTerms | None:
    """The version in force at that moment, if the programme had rules then."""
    found = ProgrammeTerms.objects.filter(programme=programme, in_force_at__lte=moment)
    return found.order_by("-version").first()


def latest_terms(programme: Programme) -> ProgrammeTerms:
    """The version in force now."""
    return ProgrammeTerms.objects.filter(programme=programme).order_by("-version")[0]


def replay(enrolment: Enrolment) -> Decision:
    """Judge an entry again, by the rules and the facts of its day (R43)."""
    terms = enrolment.terms
    age = enrolment.child_age_months
    family = Family(
        day=enrolment.enrolled_on,
        departements=frozenset({enrolment.departement_id}),
        ages=() if age is None else (age,),
    )
    territories = frozenset(
        terms.territories.order_by("departement").values_list("departement", flat=True)
    )
    return judge(terms, territories, family)
