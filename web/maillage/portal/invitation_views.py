"""Invitations to book: a professional sends them, a parent types the code or follows the link."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.agenda.models import Availability
from maillage.agenda.permissions import keeps_an_agenda
from maillage.core.tokens import typed_code
from maillage.directory.models import Service
from maillage.families.errors import LinkIsDead
from maillage.families.form_fields import NameField, ReachField
from maillage.families.limits import caller, may_try
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.portal import invitations, letters, space, words
from maillage.portal.door_views import A_WHILE
from maillage.portal.models import Invitation
from maillage.practitioners.models import Practitioner
from maillage.workday.call_forms import Subject
from maillage.workday.call_views import keep_for
from maillage.workday.models import CallBack

TRIES = 10
SHOWN = 50


class CodeForm(forms.Form):
    """The code of a letter."""

    code = forms.CharField(
        label=gettext_lazy("Le code de la lettre"),
        help_text=gettext_lazy(
            "Dix lettres et chiffres ; majuscules et espaces sont sans importance."
        ),
        max_length=40,
        error_messages={
            "required": gettext_lazy("Recopiez le code de la lettre."),
            "max_length": gettext_lazy("Un code a dix lettres ou chiffres."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class InviteForm(forms.Form):
    """Whom to invite, to what, and how to tell them."""

    service = forms.ModelChoiceField(
        Service.objects.none(), label=gettext_lazy("Pour quel rendez-vous ?"), empty_label=None
    )
    practitioner = forms.ModelChoiceField(
        Practitioner.objects.none(),
        label=gettext_lazy("Avec qui ?"),
        required=False,
        empty_label=gettext_lazy("N’importe qui"),
        error_messages={
            "invalid_choice": gettext_lazy("Cette personne ne reçoit pas ici. Choisissez-en une.")
        },
    )
    name = NameField(label=gettext_lazy("Le prénom ou le surnom du parent"))
    reach = ReachField(
        label=gettext_lazy("Son adresse électronique ou son téléphone"),
        help_text=gettext_lazy("Laissez vide pour imprimer une lettre avec un code."),
        required=False,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Langue du parent"),
        choices=settings.LANGUAGES,
        initial="fr",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, services: Any, people: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["service"].queryset = services  # type: ignore[attr-defined]
        self.fields["practitioner"].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Invite with someone only to what they give."""
        typed = super().clean() or {}
        who, service = typed.get("practitioner"), typed.get("service")
        if who is None or service is None:
            return typed
        if not Availability.objects.filter(practitioner=who, service=service).exists():
            self.add_error(
                "practitioner",
                _("%(name)s ne reçoit pas pour ce rendez-vous. Choisissez quelqu’un d’autre.")
                % {"name": who.name},
            )
        return typed

    def asked(self) -> invitations.Asked:
        """What the action needs; call it on a valid form."""
        data = self.cleaned_data
        channel, reach = data["reach"] or (Invitation.Means.LETTER, "")
        return invitations.Asked(
            service=data["service"],
            practitioner=data["practitioner"],
            means=str(channel),
            name=data["name"],
            reach=reach,
            language=data["language"],
        )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def enter(request: HttpRequest) -> HttpResponse:
    """Type the code of a letter."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 400 if request.method == "POST" else 200
        return render(request, "portal/invitation.html", {"form": form}, status=status)
    if not may_try("invitation", caller(request), most=TRIES, within=A_WHILE):
        form.add_error(
            "code", _("Trop d’essais. Attendez un quart d’heure, ou appelez la structure.")
        )
        return render(request, "portal/invitation.html", {"form": form}, status=429)
    return _opened(request, form.cleaned_data["code"], form)


@require_safe
@never_cache
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Follow the link of a message or the picture of a letter."""
    if not may_try("invitation", caller(request), most=TRIES * 3, within=A_WHILE):
        form = CodeForm()
        return render(request, "portal/invitation.html", {"form": form}, status=429)
    return _opened(request, code, CodeForm({"code": code}))


@never_cache
@professionals_only(keeps_an_agenda)
@require_http_methods(["GET", "POST"])
def sent(request: AtWork) -> HttpResponse:
    """The invitations of where I work, and a form for one more."""
    data = request.POST if request.method == "POST" else None
    form = InviteForm(data, services=_services(request), people=_people(request))
    if data is None or not form.is_valid():
        page = {"form": form, "sent": _sent(request), "now": timezone.now()}
        return render(request, "portal/invitations.html", page, status=200 if data is None else 400)
    made, code = invitations.invite(form.asked(), by=request.user.pk)
    if made.means == Invitation.Means.LETTER:
        return _letter(made, code)
    letters.send(made, _address(code))
    messages.success(request, _("L’invitation est partie."))
    return redirect("portal:invitations")


@never_cache
@professionals_only(keeps_an_agenda)
@require_http_methods(["GET", "POST"])
def call_back(request: AtWork, invitation_id: UUID) -> HttpResponse:
    """Call who was invited, if no appointment comes of it."""
    mine = Invitation.objects.filter(organization__in=request.rights.works_in)
    found = get_object_or_404(mine, pk=invitation_id)
    about = Subject(
        CallBack.Origin.INVITED,
        found.departement_id,
        object_id=found.pk,
        name=found.name,
        reach=found.phone or found.email,
        language=found.language,
    )
    return keep_for(request, about)


@require_POST
@professionals_only(keeps_an_agenda)
def revoke(request: AtWork, invitation_id: UUID) -> HttpResponse:
    """Take one back."""
    mine = Invitation.objects.filter(organization__in=request.rights.works_in)
    invitations.revoke(get_object_or_404(mine, pk=invitation_id), by=request.user.pk)
    messages.success(request, _("L’invitation est reprise : son code ne marche plus."))
    return redirect("portal:invitations")


def _opened(request: HttpRequest, code: str, form: CodeForm) -> HttpResponse:
    try:
        found = invitations.follow(code)
    except LinkIsDead:
        form.is_valid()
        form.add_error("code", _("Ce code ne marche pas : vérifiez-le, ou appelez la structure."))
        return render(request, "portal/invitation.html", {"form": form}, status=410)
    address = reverse("portal:slots", args=[found.service_id])
    if found.practitioner_id is not None:
        address += f"?avec={found.practitioner_id}"
    answer = redirect(address)
    return invitations.keep(answer, typed_code(code), space.kept(path="/"))


def _services(request: AtWork) -> Any:
    receiving = Availability.objects.filter(organization__in=request.rights.works_in)
    found = Service.objects.filter(status=Service.Status.ACTIVE, pk__in=receiving.values("service"))
    return found.order_by("name", "pk")


def _people(request: AtWork) -> Any:
    receiving = Availability.objects.filter(organization__in=request.rights.works_in)
    found = Practitioner.objects.filter(pk__in=receiving.values("practitioner"), stopped_on=None)
    return found.order_by("name", "pk")


def _sent(request: AtWork) -> Iterable[dict[str, Any]]:
    mine = Invitation.objects.filter(organization__in=request.rights.works_in)
    found = mine.select_related("service", "practitioner").order_by("-created_at", "pk")[:SHOWN]
    now = timezone.now()
    return [
        {
            "invitation": one,
            "title": words.name(one.service),
            "with": one.practitioner.name if one.practitioner else "",
            "state": _state(one, now),
            "is_open": one.appointment_id is None and not one.revoked_at and one.expires_at > now,
        }
        for one in found
    ]


def _state(one: Invitation, now: Any) -> str:
    if one.appointment_id is not None:
        return _("rendez-vous pris")
    if one.revoked_at is not None:
        return _("reprise")
    return _("sans réponse, terminée") if one.expires_at <= now else _("attend une réponse")


def _letter(made: Invitation, code: str) -> HttpResponse:
    with translation.override(made.language):
        body = letters.pdf(made, code, _address(code), timezone.localdate())
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="invitation.pdf"'
    return answer


def _address(code: str) -> str:
    return settings.SITE_URL + reverse("portal:follow_invitation", args=[code])
