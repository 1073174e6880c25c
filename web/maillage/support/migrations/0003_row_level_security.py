"""The rules of a programme are public; who is in it is not.

An episode is seen by its household, by the practitioner who follows it and by the managers of the
organization that gives it: another employer, a desk agent or a steering officer sees nothing of it.
What a parent hopes for is seen by that parent and by the practitioner, and by no manager. A session
is seen by the parent whose appointment it is, not by the other parent. Steering reads counts.
"""

from django.db import migrations

from maillage.core.rls import protect

MANAGES = """
create function support_manages(organization uuid) returns boolean
language sql stable parallel safe as
$$ select exists (
    select 1 from organizations_membership as role
    where role.organization_id = organization and role.role = 'structure_manager'
      and role.revoked_at is null and role.starts_on <= current_date
      and (role.ends_on is null or role.ends_on >= current_date)
      and maillage_is_user(role.user_id)) $$;

create function support_is_practitioner(practitioner uuid) returns boolean
language sql stable parallel safe as
$$ select exists (select 1 from practitioners_practitioner as self
                  where self.id = practitioner and maillage_is_user(self.user_id)) $$;
"""
NO_MANAGES = "drop function support_manages(uuid); drop function support_is_practitioner(uuid);"
OF_MY_HOUSEHOLD = (
    "exists (select 1 from families_contact as me"
    " where me.household_id = {table}.household_id and maillage_is_contact(me.id))"
)
SYSTEM = "maillage_scope() = 'system'"
EPISODE = (
    f"{SYSTEM} or {OF_MY_HOUSEHOLD.format(table='support_episode')}"
    " or support_is_practitioner(practitioner_id)"
    " or (maillage_sees(departement_id) and support_manages(organization_id))"
)
ENROLMENT = (
    f"{SYSTEM} or {OF_MY_HOUSEHOLD.format(table='support_enrolment')}"
    " or (maillage_scope() = 'member' and exists (select 1 from support_episode as seen"
    " where seen.enrolment_id = support_enrolment.id))"
)
SESSION = (
    f"{SYSTEM} or exists (select 1 from agenda_appointment as mine"
    " where mine.id = appointment_id and maillage_is_contact(mine.contact_id))"
    " or exists (select 1 from agenda_appointment_practitioners as given"
    " where given.appointment_id = support_session.appointment_id"
    " and support_is_practitioner(given.practitioner_id))"
    " or (maillage_scope() = 'member' and exists (select 1 from support_episode as seen"
    " where seen.id = episode_id))"
)
GOALS = (
    f"{SYSTEM} or maillage_is_contact(contact_id)"
    " or exists (select 1 from support_episode as mine"
    " where mine.id = episode_id and support_is_practitioner(mine.practitioner_id))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0002_kept_by_the_database"),
        ("agenda", "0002_row_level_security"),
        ("families", "0002_row_level_security"),
        ("practitioners", "0002_row_level_security"),
    ]
    operations = [
        migrations.RunSQL(MANAGES, NO_MANAGES),
        *(
            protect(f"support_{table}", read="true", write=SYSTEM)
            for table in (
                "programme", "programmeterms", "programmeterritory", "programmeservice",
            )
        ),
        protect(
            "support_enrolmentcount", read="maillage_sees(departement_id)", write=SYSTEM
        ),
        protect("support_enrolment", read=ENROLMENT, write=SYSTEM),
        protect("support_episode", read=EPISODE),
        protect("support_session", read=SESSION),
        protect("support_goals", read=GOALS),
    ]  # fmt: skip
