"""Feedback is read by those who steer, never by those who receive; a published change by everyone.

A family adds its answer by the link that it holds, and cannot read it back: nothing leads from the
answer to the family. A change that cites no feedback cannot be published, whatever the path.
"""

from django.db import migrations

from maillage.core.rls import protect

STEERS = """
create function quality_steers(departement text) returns boolean
language sql stable parallel safe as
$$ select maillage_scope() = 'system' or (maillage_sees(departement) and exists (
    select 1 from organizations_membership as role
    where role.departement_id = departement
      and role.role in ('steering_officer', 'administrator')
      and role.revoked_at is null and role.starts_on <= current_date
      and (role.ends_on is null or role.ends_on >= current_date)
      and maillage_is_user(role.user_id))) $$;
"""
OF_THE_LINK = (
    "exists (select 1 from quality_feedbackrequest as asked"
    " where maillage_holds_link(asked.token_hash) and not asked.is_answered"
    " and asked.organization_id = quality_feedback.organization_id"
    " and asked.departement_id = quality_feedback.departement_id)"
)
CITES = """
create function quality_change_cites() returns trigger language plpgsql as $$
begin
    if new.published_at is not null and not exists (
        select 1 from quality_citation where change_id = new.id) then
        raise exception 'A change that cites no feedback is not published.'
            using errcode = 'check_violation';
    end if;
    return new;
end $$;
create constraint trigger a_published_change_cites_feedback
    after insert or update on quality_change deferrable initially immediate
    for each row execute function quality_change_cites();
"""
NO_CITES = """
drop trigger a_published_change_cites_feedback on quality_change;
drop function quality_change_cites();
"""
READ = "quality_steers(departement_id)"
SYSTEM = "maillage_scope() = 'system'"


class Migration(migrations.Migration):
    dependencies = [
        ("quality", "0001_feedback_changes_supervision"),
        ("organizations", "0002_row_level_security"),
        ("support", "0003_row_level_security"),
    ]
    operations = [
        migrations.RunSQL(STEERS, "drop function quality_steers(text)"),
        migrations.RunSQL(CITES, NO_CITES),
        protect(
            "quality_feedbackrequest", read=f"{SYSTEM} or maillage_holds_link(token_hash)"
        ),
        protect("quality_feedback", read=READ, insert=f"{SYSTEM} or {OF_THE_LINK}"),
        protect(
            "quality_stafffeedback",
            read=READ,
            insert=f"{SYSTEM} or (maillage_scope() = 'member' and maillage_sees(departement_id))",
        ),
        protect("quality_change", read=f"published_at is not null or {READ}", write=READ),
        protect("quality_citation", read=READ),
        protect(
            "quality_supervisionmeeting",
            read="maillage_sees(departement_id)",
            write=f"{SYSTEM} or (maillage_sees(departement_id)"
            " and support_manages(organization_id))",
        ),
    ]
