"""The whole form of an entry: its facts, its hours, its days apart, and what it started from.

The form works without JavaScript: adding or removing a row is a button that sends the form back
as it was typed. `base` is the draft from which the editor started, signed, so that a second editor
learns what changed in between.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core import signing
from django.http import QueryDict
from django.utils.translation import gettext as _

from maillage.directory.drafts import NEW_PLACE, Draft
from maillage.directory.forms import (
    ExceptionForms,
    ServiceForm,
    TimesForms,
    place_choices,
    times_as_typed,
)
from maillage.directory.models import Location, Service
from maillage.directory.when import WEEKDAYS

SALT = "maillage.directory.draft"
ROWS: dict[str, Any] = {"times": TimesForms, "exceptions": ExceptionForms}


@dataclass
class EntryForm:
    """The forms of one entry, shown and read together."""

    main: ServiceForm
    times: Any
    exceptions: Any
    base: Draft
    places: list[Location]
    today: date

    @property
    def faults(self) -> list[tuple[str, str, str]]:
        """Every fault of every part: where it is, the address of its field, what is wrong."""
        names: list[tuple[forms.BaseForm, str]] = [(self.main, "")]
        names += [(row, _("Horaire %d") % n) for n, row in enumerate(self.times.forms, 1)]
        names += [
            (row, _("Jour particulier %d") % n) for n, row in enumerate(self.exceptions.forms, 1)
        ]
        rows = (*self.times.non_form_errors(), *self.exceptions.non_form_errors())
        found = [("", "", str(text)) for text in rows]
        for part, name in names:
            found += _faults_of(part, name)
        return found

    @property
    def signed_base(self) -> str:
        """What the editor started from, for the hidden field."""
        return signing.dumps(self.base, salt=SALT, compress=True)

    def is_valid(self) -> bool:
        """Check every part, all faults at once, then that hours are in places that are chosen."""
        right = [self.main.is_valid(), self.times.is_valid(), self.exceptions.is_valid()]
        return all(right) and self._hours_are_in_chosen_places()

    def _hours_are_in_chosen_places(self) -> bool:
        facts = self.main.draft()
        chosen = {"", *facts["places"], *([NEW_PLACE] if facts["new_place"] else [])}
        right = True
        for row in (*self.times.forms, *self.exceptions.forms):
            if row.has_changed() and row.cleaned_data.get("place", "") not in chosen:
                row.add_error(
                    "place", _("Cochez d’abord ce lieu plus haut, ou choisissez-en un autre.")
                )
                right = False
        return right

    def draft(self) -> Draft:
        """What was typed, once valid."""
        times = [row.draft(self.today) for row in self.times.forms if row.has_changed()]
        apart = {}
        for row in (one for one in self.exceptions.forms if one.has_changed()):
            place = row.cleaned_data["place"]
            open_on = {day[-2:] for one in times if one["place"] == place for day in one["byday"]}
            for one in row.drafts({WEEKDAYS.index(day) for day in open_on}):
                apart[(one["day"], one["place"])] = one
        exceptions = [apart[key] for key in sorted(apart)]
        return self.main.draft() | {"times": times, "exceptions": exceptions}


def _faults_of(part: forms.BaseForm, name: str) -> list[tuple[str, str, str]]:
    found = [(name, "", str(text)) for text in part.non_field_errors()]
    for field in part:
        label = " · ".join(filter(None, [name, str(field.label)]))
        anchor = field.id_for_label or field.auto_id
        found += [(label, anchor, str(text)) for text in field.errors]
    return found


def from_draft(
    service: Service, draft: Draft, base: Draft, places: list[Location], today: date
) -> EntryForm:
    """Show a draft."""
    choices = {"places": place_choices(places)}
    return EntryForm(
        ServiceForm(instance=service, places=places, draft=draft),
        TimesForms(
            initial=[times_as_typed(one) for one in draft["times"]],
            prefix="times",
            form_kwargs=choices,
        ),
        ExceptionForms(initial=draft["exceptions"], prefix="exceptions", form_kwargs=choices),
        base,
        places,
        today,
    )


def from_post(
    data: QueryDict, service: Service, places: list[Location], today: date, fresh: Draft
) -> EntryForm:
    """Read what was typed; without a base that we signed, the editor starts from `fresh`."""
    choices = {"places": place_choices(places)}
    return EntryForm(
        ServiceForm(data, instance=service, places=places, draft=fresh),
        TimesForms(data, prefix="times", form_kwargs=choices),
        ExceptionForms(data, prefix="exceptions", form_kwargs=choices),
        _base(data, fresh),
        places,
        today,
    )


def _base(data: QueryDict, fresh: Draft) -> Draft:
    try:
        base: Draft = signing.loads(data.get("base", ""), salt=SALT)
    except signing.BadSignature:
        return fresh
    return base


def with_rows(form: EntryForm, data: QueryDict, action: str) -> EntryForm:
    """Send the form back as it was typed, with one row more or one less, and no fault shown.

    `action` is "add_times", "remove_times-2", "add_exceptions"…
    """
    verb, _sep, which = action.partition("_")
    name, _sep, position = which.partition("-")
    rows = {key: _typed_rows(getattr(form, key), data) for key in ROWS}
    if verb == "add":
        rows[name].append({})
    elif position.isdigit() and int(position) < len(rows[name]):
        rows[name].pop(int(position))
    choices = {"places": place_choices(form.places)}
    shown = {
        key: forms_of(initial=rows[key], prefix=key, form_kwargs=choices)
        for key, forms_of in ROWS.items()
    }
    main = ServiceForm(
        instance=form.main.instance,
        places=form.places,
        draft=form.base,
        initial=_typed(form.main, data),
    )
    return EntryForm(main, shown["times"], shown["exceptions"], form.base, form.places, form.today)


def is_about_rows(action: str) -> bool:
    """Whether a button only adds or removes a row."""
    verb, _sep, which = action.partition("_")
    return verb in ("add", "remove") and which.partition("-")[0] in ROWS


def _typed_rows(rows: Any, data: QueryDict) -> list[dict[str, Any]]:
    return [_typed(row, data) for row in rows.forms]


def _typed(form: forms.BaseForm, data: QueryDict) -> dict[str, Any]:
    return {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))
        for name, field in form.fields.items()
    }


def as_hidden(data: QueryDict) -> list[tuple[str, str]]:
    """Every value typed, to carry it through the preview."""
    skipped = {"csrfmiddlewaretoken", "action"}
    return [(key, value) for key, values in data.lists() if key not in skipped for value in values]
