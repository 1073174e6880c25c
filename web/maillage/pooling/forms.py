"""What is typed about something shared: the agreement and its parties, answers, costs."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from maillage.agenda.models import Room
from maillage.directory.models import Service, ServiceAtLocation
from maillage.organizations.models import Organization
from maillage.pooling.actions import PartyTerms, PlaceTerms, Terms
from maillage.pooling.models import CostEntry, PoolingAgreement, Vehicle
from maillage.practitioners.models import Practitioner
from maillage.territory.models import Commune

DAY = {"type": "date"}
CLOCK = {"type": "time"}
MOST_PARTIES = 12
PERCENT: dict[str, Any] = {"min_value": 0, "max_value": 100, "max_digits": 5, "decimal_places": 2}

Shared = Practitioner | Room | Vehicle


class AgreementForm(forms.Form):
    """What is shared, kept by whom, from when, and how the costs are split."""

    title = forms.CharField(
        label=_("Intitulé"), max_length=120, help_text=_("Par exemple : Psychologue partagée")
    )
    shared = forms.ChoiceField(label=_("Ce qui est partagé"))
    holder = forms.ChoiceField(
        label=_("Organisme qui tient la convention"),
        help_text=_("Il note les dépenses et émet le relevé de chaque mois."),
    )
    starts_on = forms.DateField(label=_("À partir du"), widget=forms.DateInput(DAY, "%Y-%m-%d"))
    ends_on = forms.DateField(
        label=_("Jusqu’au"), widget=forms.DateInput(DAY, "%Y-%m-%d"), required=False
    )
    period = forms.ChoiceField(
        label=_("Les parts se jugent"), choices=PoolingAgreement.Period.choices
    )
    cost_key = forms.ChoiceField(
        label=_("Partage des dépenses"), choices=PoolingAgreement.CostKey.choices
    )
    counts_no_shows = forms.BooleanField(
        label=_("Compter les rendez-vous où personne n’est venu"), required=False,
        help_text=_("Pour leur durée réservée : le temps était pris."),
    )  # fmt: skip
    base = forms.ChoiceField(
        label=_("Commune où la journée commence et finit"), required=False,
        help_text=_("Les kilomètres partent de là."),
    )  # fmt: skip
    edition = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        shared: list[Shared],
        holders: list[Organization],
        bases: list[Commune],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.bases = {one.pk: one for one in bases}
        towns: list[tuple[str, Any]] = [("", _("celle de l’organisme qui tient la convention"))]
        towns += [(one.pk, str(one)) for one in bases]
        cast(forms.ChoiceField, self.fields["base"]).choices = towns
        self.known = {f"{one._meta.model_name}:{one.pk}": one for one in shared}
        self.holders = {str(one.pk): one for one in holders}
        choices = [(key, _named(one)) for key, one in self.known.items()]
        cast(forms.ChoiceField, self.fields["shared"]).choices = choices
        held = [(key, one.name) for key, one in self.holders.items()]
        cast(forms.ChoiceField, self.fields["holder"]).choices = held

    def clean(self) -> dict[str, Any]:
        """The end follows the start."""
        found: dict[str, Any] = super().clean() or {}
        starts, ends = found.get("starts_on"), found.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("La fin doit suivre le début."))
        return found

    def terms(self, parties: list[PartyTerms]) -> Terms:
        """What was typed, once valid."""
        found = self.cleaned_data
        return Terms(
            title=found["title"],
            holder=self.holders[found["holder"]],
            shared=self.known[found["shared"]],
            starts_on=found["starts_on"],
            ends_on=found["ends_on"],
            period=found["period"],
            cost_key=found["cost_key"],
            counts_no_shows=found["counts_no_shows"],
            base=self.bases.get(found["base"]),
            parties=parties,
        )


def _named(one: Shared) -> str:
    if isinstance(one, Practitioner):
        return f"{one.name}, {one.get_profession_display()}"
    if isinstance(one, Room):
        return f"{_('salle')} {one.name}, {one.location.name}"
    return f"{_('véhicule')} {one.name}"


class PartyForm(forms.Form):
    """One party: its part of the hours, and where it is served."""

    organization = forms.ChoiceField(label=_("Commune ou organisme"))
    quota = forms.DecimalField(label=_("Part des heures, en %"), **PERCENT)
    fixed_share = forms.DecimalField(
        label=_("Part fixe des dépenses, en %"), required=False, **PERCENT
    )
    places = forms.MultipleChoiceField(
        label=_("Lieux desservis"), required=False, widget=forms.CheckboxSelectMultiple
    )
    rooms = forms.MultipleChoiceField(
        label=_("Salle de chaque lieu"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Une par lieu au plus : la rotation vérifie qu’elle est libre."),
    )  # fmt: skip
    minimum_hours = forms.DecimalField(
        label=_("Heures par semaine au moins, dans chaque lieu"), min_value=0, max_value=60,
        max_digits=4, decimal_places=1, initial=Decimal(0), required=False,
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        organizations: dict[str, Organization],
        places: dict[str, ServiceAtLocation],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.organizations, self.known = organizations, places
        sites = {one.location_id for one in places.values()}
        rooms = Room.objects.filter(location__in=sites).select_related("location")
        self.known_rooms = {str(one.pk): one for one in rooms.order_by("location__name", "name")}
        cast(forms.MultipleChoiceField, self.fields["rooms"]).choices = [
            (key, f"{one.location.name} – {one.name}") for key, one in self.known_rooms.items()
        ]
        names = [("", "—"), *((key, one.name) for key, one in organizations.items())]
        cast(forms.ChoiceField, self.fields["organization"]).choices = names
        where = [
            (key, f"{one.location.commune} – {one.location.name} ({one.service.name})")
            for key, one in places.items()
        ]
        cast(forms.MultipleChoiceField, self.fields["places"]).choices = where

    def clean(self) -> dict[str, Any]:
        """Hold each room to a place that was ticked, one for each."""
        found: dict[str, Any] = super().clean() or {}
        sites = {self.known[key].location_id for key in found.get("places", ())}
        taken = [self.known_rooms[key].location_id for key in found.get("rooms", ())]
        if not set(taken) <= sites:
            self.add_error("rooms", _("Cochez aussi le lieu de chaque salle."))
        elif len(taken) != len(set(taken)):
            self.add_error("rooms", _("Choisissez une seule salle par lieu."))
        return found

    def terms(self) -> PartyTerms:
        """What was typed, once valid."""
        found = self.cleaned_data
        rooms = {one.location_id: one for one in map(self.known_rooms.get, found["rooms"]) if one}
        least = found["minimum_hours"] or Decimal(0)
        return PartyTerms(
            self.organizations[found["organization"]],
            found["quota"],
            found["fixed_share"],
            [
                PlaceTerms(place, least, rooms.get(place.location_id))
                for place in map(self.known.__getitem__, found["places"])
            ],
        )


class BasePartyForms(forms.BaseFormSet):  # type: ignore[type-arg]
    """A party appears once."""

    def clean(self) -> None:
        """Refuse the same organization twice."""
        named = [
            one.cleaned_data["organization"]
            for one in self.forms
            if getattr(one, "cleaned_data", {}).get("organization")
        ]
        if len(named) != len(set(named)):
            raise forms.ValidationError(_("Un organisme figure deux fois. Gardez une seule ligne."))

    def terms(self) -> list[PartyTerms]:
        """The parties typed, in order; those to remove are left out."""
        kept = [one for one in self.forms if one.cleaned_data.get("organization")]
        return [one.terms() for one in kept if not one.cleaned_data.get("DELETE")]


PartyForms = forms.formset_factory(
    PartyForm, BasePartyForms, extra=2, can_delete=True, max_num=MOST_PARTIES, validate_max=True
)


class AnswerForm(forms.Form):
    """Approve, or refuse with a reason."""

    party = forms.CharField(widget=forms.HiddenInput)
    edition = forms.IntegerField(widget=forms.HiddenInput)
    accepted = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
    reason = forms.CharField(
        label=_("Si vous refusez, pourquoi"), max_length=1000, required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Les autres parties vous liront."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A refusal says why."""
        found: dict[str, Any] = super().clean() or {}
        if found.get("accepted") == "no" and not found.get("reason", "").strip():
            self.add_error("reason", _("Dites pourquoi : les autres parties vous liront."))
        return found


class CostForm(forms.Form):
    """One expense of a month."""

    kind = forms.ChoiceField(label=_("Nature"), choices=CostEntry.Kind.choices)
    label = forms.CharField(label=_("Libellé"), max_length=120)
    amount = forms.DecimalField(
        label=_("Montant, en euros"), max_digits=10, decimal_places=2, localize=True,
        help_text=_("Négatif pour corriger une erreur."),
    )  # fmt: skip

    def clean_amount(self) -> Decimal:
        """Nothing is not an expense."""
        amount: Decimal = self.cleaned_data["amount"]
        if amount == 0:
            raise forms.ValidationError(_("Donnez un montant."))
        return amount


class VehicleForm(forms.Form):
    """A vehicle and whose it is."""

    name = forms.CharField(label=_("Nom du véhicule"), max_length=80)
    organization = forms.ChoiceField(label=_("À quel organisme"))

    def __init__(self, *args: Any, organizations: list[Organization], **options: Any) -> None:
        super().__init__(*args, **options)
        self.organizations = {str(one.pk): one for one in organizations}
        names = [(key, one.name) for key, one in self.organizations.items()]
        cast(forms.ChoiceField, self.fields["organization"]).choices = names


class UseForm(forms.Form):
    """One outing of a vehicle."""

    party = forms.ChoiceField(label=_("Pour"))
    day = forms.DateField(label=_("Jour"), widget=forms.DateInput(DAY, "%Y-%m-%d"))
    left_at = forms.TimeField(label=_("De"), widget=forms.TimeInput(CLOCK, "%H:%M"))
    back_at = forms.TimeField(label=_("À"), widget=forms.TimeInput(CLOCK, "%H:%M"))
    kilometres = forms.DecimalField(
        label=_("Kilomètres"), min_value=0, max_value=2000, max_digits=6, decimal_places=1,
        localize=True,
    )  # fmt: skip

    def __init__(self, *args: Any, agreement: PoolingAgreement, **options: Any) -> None:
        super().__init__(*args, **options)
        parties = agreement.parties.select_related("organization").order_by("rank")
        self.parties = {str(one.pk): one for one in parties}
        names = [(key, one.organization.name) for key, one in self.parties.items()]
        cast(forms.ChoiceField, self.fields["party"]).choices = names

    def clean(self) -> dict[str, Any]:
        """Back after one left."""
        found: dict[str, Any] = super().clean() or {}
        left, back = found.get("left_at"), found.get("back_at")
        if left and back and back <= left:
            self.add_error("back_at", _("Donnez les heures dans l’ordre."))
        return found


class LastDayForm(forms.Form):
    """A day: when it stops, or when the next version begins."""

    day = forms.DateField(label=_("Jour"), widget=forms.DateInput(DAY, "%Y-%m-%d"))


def places_for(organizations: list[Organization]) -> list[ServiceAtLocation]:
    """Where these organizations give their active services."""
    found = ServiceAtLocation.objects.filter(
        service__organization__in=organizations, service__status=Service.Status.ACTIVE
    ).select_related("service", "location__commune")
    return list(found.order_by("location__commune__name", "location__name", "service__name", "pk"))
