"""Someone leaves: what is left to hand over, then the last day."""

from datetime import date
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from maillage.agenda import leaving
from maillage.core.errors import DomainError
from maillage.organizations.permissions import AtWork, professionals_only
from maillage.practitioners import permissions
from maillage.practitioners.models import Employment


class LeavingForm(forms.Form):
    """The last day for one employer."""

    employment = forms.ModelChoiceField(
        label=gettext_lazy("Chez quel employeur"),
        queryset=Employment.objects.none(),
        empty_label=None,
    )
    last_day = forms.DateField(
        label=gettext_lazy("Son dernier jour"),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("Donnez une date."),
            "invalid": gettext_lazy("Écrivez une date."),
        },
    )


@never_cache
@professionals_only(permissions.keeps_people)
@require_http_methods(["GET", "POST"])
def end_employment(request: AtWork, practitioner_id: UUID) -> HttpResponse:
    """Show what stands after the last day; end the employment once nothing does."""
    today = timezone.localdate()
    person = permissions.person_to_keep(request, practitioner_id, today)
    jobs = Employment.objects.filter(practitioner=person, organization__in=request.rights.manages)
    jobs = jobs.on(today).select_related("organization").order_by("pk")
    data = request.POST if request.method == "POST" else None
    form = LeavingForm(data, initial={"employment": jobs.first(), "last_day": today})
    choice = form.fields["employment"]
    choice.queryset = jobs  # type: ignore[attr-defined]
    choice.label_from_instance = lambda job: job.organization.name  # type: ignore[attr-defined]
    job, last_day = jobs[0], today
    if data is not None and form.is_valid():
        job, last_day = form.cleaned_data["employment"], form.cleaned_data["last_day"]
        if "end" in data:
            try:
                leaving.end(job, last_day, by=request.user.pk, today=today)
            except DomainError as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _ended(person.name, last_day))
                return redirect("practitioners:people")
    page = {
        "person": person,
        "form": form,
        "job": job,
        "last_day": last_day,
        "left": leaving.plan(job, last_day),
    }
    return render(request, "agenda/leaving.html", page, status=400 if form.errors else 200)


def _ended(name: str, last_day: date) -> str:
    facts = {"name": name, "day": date_format(last_day, "j F Y")}
    return _("C’est noté : %(name)s termine le %(day)s. Plus rien n’est proposé après.") % facts
