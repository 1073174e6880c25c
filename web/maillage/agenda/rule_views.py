"""When each practitioner receives: the rules, said in plain words, added, changed and stopped."""

from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from maillage.agenda import availabilities, permissions
from maillage.agenda.errors import RuleChangedMeanwhile
from maillage.agenda.models import Availability
from maillage.agenda.rule_forms import (
    AvailabilityForm,
    DayForms,
    EndForm,
    days_apart,
    days_of,
    new_rule,
)
from maillage.core.errors import DomainError
from maillage.organizations.models import Membership
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.practitioners.models import Practitioner


@never_cache
@professionals_only(permissions.keeps_an_agenda)
@require_GET
def rules(request: AtWork) -> HttpResponse:
    """Who receives, when, where: mine, and those of where I work."""
    today = timezone.localdate()
    known = permissions.rules_of(request).select_related(
        "practitioner", "room", "service", "service_at_location__location__commune"
    )
    found = availabilities.standing(
        known.order_by("practitioner__name", "practitioner", "dtstart", "pk"), today
    )
    shown: dict[UUID, dict[str, Any]] = {
        one.pk: {"person": one, "rules": [], "may_add": True}
        for one in permissions.planned_people(request, today)
    }
    for person, each in groupby(found, key=lambda rule: rule.practitioner):
        row = shown.setdefault(person.pk, {"person": person, "may_add": False})
        row["rules"] = [_line(request, rule, today) for rule in each]
    people = sorted(shown.values(), key=lambda row: (row["person"].name, str(row["person"].pk)))
    return render(request, "agenda/rules.html", {"people": people, "today": today})


@never_cache
@professionals_only(permissions.keeps_an_agenda)
@require_http_methods(["GET", "POST"])
def add_rule(request: AtWork, practitioner_id: UUID) -> HttpResponse:
    """Open new times of one person."""
    today = timezone.localdate()
    person = permissions.person_to_plan(request, practitioner_id, today)
    return _edit(request, new_rule(person, today), today)


@never_cache
@professionals_only(permissions.keeps_an_agenda)
@require_http_methods(["GET", "POST"])
def change_rule(request: AtWork, rule_id: UUID) -> HttpResponse:
    """Change when, where or how; what is booked stays."""
    rule = permissions.rule_to_keep(request, rule_id)
    return _edit(request, rule, timezone.localdate())


@require_POST
@professionals_only(permissions.keeps_an_agenda)
def end_rule(request: AtWork, rule_id: UUID) -> HttpResponse:
    """Offer nothing more after a day."""
    rule = permissions.rule_to_keep(request, rule_id)
    form = EndForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(text) for text in form.errors["last_day"]))
        return redirect("agenda:change_rule", rule.pk)
    availabilities.end(
        rule, form.cleaned_data["last_day"], by=request.user.pk,
        acting_as=_role(request, rule), today=timezone.localdate(),
    )  # fmt: skip
    _told(request, rule.practitioner, _("C’est arrêté : rien n’est proposé après ce jour."))
    return redirect("agenda:rules")


def _edit(request: AtWork, rule: Availability, today: date) -> HttpResponse:
    services = permissions.services_to_plan(request, rule.practitioner, today)
    data = request.POST if request.method == "POST" else None
    form = AvailabilityForm(data, rule=rule, services=services)
    days = DayForms(data, initial=days_of(rule, today), prefix="days")
    if data is not None and all([form.is_valid(), days.is_valid()]):
        try:
            availabilities.keep(
                form.rule, days_apart(days), by=request.user.pk,
                acting_as=_role(request, form.rule), today=today,
            )  # fmt: skip
        except DomainError as refusal:
            form.add_error(None, str(refusal))
            if isinstance(refusal, RuleChangedMeanwhile):
                form.read_again()
        else:
            _told(request, rule.practitioner, _("C’est enregistré : les familles le voient déjà."))
            return redirect("agenda:rules")
    page = {
        "form": form,
        "days": days,
        "rule": rule,
        "is_new": rule._state.adding,
        "end": EndForm(initial={"last_day": today}),
        "nowhere": not services,
    }
    return render(request, "agenda/rule.html", page, status=200 if data is None else 400)


def _line(request: AtWork, rule: Availability, today: date) -> dict[str, Any]:
    return {
        "rule": rule,
        "said": availabilities.in_words(rule, today),
        "modes": ", ".join(rule.mode_labels),
        "may_keep": permissions.may_keep(request, rule),
    }


def _role(request: AtWork, rule: Availability) -> str:
    """As whom: for oneself nothing is added to the trail."""
    mine = rule.practitioner.user_id == request.user.pk
    return "" if mine else Membership.Role.STRUCTURE_MANAGER.value


def _told(request: AtWork, person: Practitioner, text: str) -> None:
    """Confirm, and say what stays booked outside the rules: nothing is undone in silence."""
    left = availabilities.booked_outside(person.pk, timezone.now())
    if left:
        text += " " + ngettext(
            "%(count)d rendez-vous déjà pris reste en dehors de ces heures : il tient, sauf si vous"
            " l’annulez.",
            "%(count)d rendez-vous déjà pris restent en dehors de ces heures : ils tiennent, sauf"
            " si vous les annulez.",
            left,
        ) % {"count": left}
    messages.success(request, text)
