"""R35: whatever the scale and whatever the answer, a family that booked keeps its appointment."""

from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.agenda import actions as agenda
from maillage.agenda.models import Appointment
from maillage.agenda.tests import made as times
from maillage.core import scope
from maillage.fees import quotes
from maillage.fees.actions import Answer, set_fee
from maillage.fees.answers import FeeForm
from maillage.fees.models import Band, Fee, ScheduleVersion
from maillage.fees.tests import made
from maillage.fees.tests.test_scale import scales

ANSWERS = st.builds(
    Answer,
    st.sampled_from([*Fee.Kind.values, "", "autre"]),
    st.one_of(st.none(), st.uuids(), st.integers(0, 6)),
    st.one_of(st.none(), st.decimals(), st.decimals(0, 10_000, places=2)),
)


@pytest.fixture
def appointment(db) -> Appointment:
    with scope.system():
        rule = times.availability(times.practitioner())
        own = made.schedule(rule.service.organization, is_demonstration=True)
        made.applied(rule.service, own)
    scope.enter("public")
    return agenda.book(times.booking(rule, times.at(1, 9)), now=times.NOW)


def lay(appointment: Appointment, scale, *, per: str, status: str, confirmed: bool) -> None:
    """Put this scale in the place of the one before; only a demonstration may."""
    Fee.objects.all().delete()
    ScheduleVersion.objects.all().delete()
    own = appointment.service.tariffs.get().schedule
    own.per = per
    own.save()
    version = ScheduleVersion.objects.create(
        schedule=own, valid_from=made.SINCE, status=status, source="x", rounding=scale.rounding,
        floor=scale.floor, ceiling=scale.ceiling,
    )  # fmt: skip
    Band.objects.bulk_create(
        Band(version=version, position=n, up_to=one.up_to, holds_bound=one.holds_bound,
             base=one.base, percent=one.percent)
        for n, one in enumerate(scale.steps, 1)
    )  # fmt: skip
    if confirmed and status == "unchecked":
        with scope.system():
            made.confirmed(version)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    scales(), ANSWERS, st.sampled_from(["person", "session"]),
    st.sampled_from(["checked", "unchecked"]), st.booleans(),
)  # fmt: skip
def test_no_path_refuses_a_booking_for_money(appointment, scale, answer, per, status, confirmed):
    lay(appointment, scale, per=per, status=status, confirmed=confirmed)
    shown = quotes.quote(appointment.service, times.at(1, 9).date())
    if shown is not None and isinstance(answer.band, int):
        at = answer.band % len(shown.lines)
        answer = Answer(answer.kind, shown.lines[at].band, answer.income)

    fee = set_fee(appointment, answer)

    assert Appointment.objects.get(pk=appointment.pk).state == "confirmed"
    if status == "unchecked" and not confirmed:
        assert (shown, fee, Fee.objects.count()) == (None, None, 0)
        return
    assert 0 <= fee.amount <= shown.highest
    assert answer.kind != "waiver" or fee.amount == 0
    assert answer.kind in {"waiver", "band"} or fee.amount == shown.lowest
    least, most = quotes.replay(Fee.objects.select_related("version__schedule").get())
    assert least <= fee.unit_amount <= most


@pytest.mark.parametrize(
    ("typed", "kind", "amount"),
    [
        ({}, "undisclosed", 0),
        ({"band": "n’importe quoi"}, "undisclosed", 0),
        ({"band": str(uuid4())}, "undisclosed", 0),
        ({"band": "undisclosed"}, "undisclosed", 0),
        ({"band": "waiver", "revenue": "5000"}, "waiver", 0),
        ({"revenue": "1 000,00 €"}, "band", 10),
        ({"revenue": "beaucoup"}, "undisclosed", 0),
        ({"revenue": "-12"}, "undisclosed", 0),
    ],
)
def test_whatever_is_typed_is_an_answer(appointment, typed, kind, amount):
    with scope.system():
        own = appointment.service.tariffs.get().schedule
        made.version(own, rows=((None, 0, 1),))
    shown = quotes.quote(appointment.service, times.at(1, 9).date())
    fee = set_fee(appointment, FeeForm(typed, quote=shown).answer())
    assert (fee.answer, fee.amount) == (kind, Decimal(amount))


def test_the_question_says_every_answer_in_words(appointment):
    with scope.system():
        made.version(appointment.service.tariffs.get().schedule, rows=((800, 0, 0), (None, 5, 0)))
    form = FeeForm(quote=quotes.quote(appointment.service, times.at(1, 9).date()))
    said = [str(label).replace("\u00a0", " ") for _value, label in form.fields["band"].choices]
    assert said == [
        "Jusqu’à 800 € par mois : rien",
        "Plus de 800 € par mois : 5 €",
        "Je préfère ne pas dire : rien",
        "Je ne peux pas payer en ce moment : rien, sans justificatif",
    ]
    assert "revenue" not in form.fields
