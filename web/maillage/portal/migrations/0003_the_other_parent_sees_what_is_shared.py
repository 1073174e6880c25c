"""The other parent, given a live link to an appointment that both come to, may read it; not change it."""

from django.db import migrations

from maillage.core.rls import protect_again

OWN = "maillage_sees(departement_id) or maillage_is_contact(contact_id)"
SHARED = (
    " or exists (select 1 from families_contactlink as shared where shared.object_id = {key}"
    " and shared.opens = 'appointment' and shared.shared_by_id is not null"
    " and shared.revoked_at is null and shared.expires_at > now()"
    " and maillage_is_contact(shared.contact_id))"
)
OF_AN_APPOINTMENT = (
    "exists (select 1 from agenda_appointment as seen where seen.id = appointment_id"
    " and (maillage_sees(seen.departement_id) or maillage_is_contact(seen.contact_id)))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0002_who_sees_invitations"),
        ("agenda", "0005_who_sees_offers"),
        ("families", "0004_who_sees_visits"),
    ]
    operations = [
        protect_again(
            "agenda_appointment", read=OWN + SHARED.format(key="agenda_appointment.id"), write=OWN
        ),
        protect_again(
            "agenda_appointment_practitioners",
            read=OF_AN_APPOINTMENT
            + SHARED.format(key="agenda_appointment_practitioners.appointment_id"),
            write=OF_AN_APPOINTMENT,
        ),
    ]
