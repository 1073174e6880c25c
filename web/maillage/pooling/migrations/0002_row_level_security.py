"""An agreement is seen by its parties, its holder and the person it shares; a share by who owes it.

What was proposed is not rewritten, what was decided or issued never changes: the database holds it,
whatever the page. Percentages and approvals are counted here too, under the lock of the row.
"""

from django.db import migrations

from maillage.core.rls import protect

SYSTEM = "maillage_scope() = 'system'"
MEMBER = (
    "exists (select 1 from organizations_membership as mine where maillage_is_user(mine.user_id)"
    " and mine.revoked_at is null and (mine.ends_on is null or mine.ends_on >= current_date)"
    " and {test})"
)
MANAGER = " and mine.role = 'structure_manager'"
SIGNS = "(mine.organization_id = holder_id or mine.organization_id = any (organizations))"
SHARED = (
    "exists (select 1 from practitioners_practitioner as shared"
    " where shared.id = practitioner_id and maillage_is_user(shared.user_id))"
)
OF_AGREEMENT = "exists (select 1 from pooling_poolingagreement as seen where seen.id = agreement_id)"
HELD = (
    "exists (select 1 from pooling_poolingagreement as seen where seen.id = agreement_id and "
    + MEMBER.format(test="mine.organization_id = seen.holder_id" + MANAGER)
    + ")"
)
OF_PARTY = "exists (select 1 from pooling_poolingparty as seen where seen.id = party_id)"
OF_ROTATION = "exists (select 1 from pooling_rotation as seen where seen.id = rotation_id)"
MINE_TO_DECIDE = (
    "maillage_is_user(decided_by_id) and exists (select 1 from pooling_poolingparty as seen"
    " where seen.id = party_id and "
    + MEMBER.format(test="mine.organization_id = seen.organization_id" + MANAGER)
    + ")"
)
OF_STATEMENT_I_ISSUE = MEMBER.format(test="mine.organization_id = holder_id" + MANAGER)

RULES = """
create function pooling_keep_organizations() returns trigger language plpgsql as $$
declare which uuid := coalesce(new.agreement_id, old.agreement_id);
begin
    update pooling_poolingagreement set organizations = coalesce((
        select array_agg(organization_id order by rank) from pooling_poolingparty
        where agreement_id = which), '{}')
    where id = which;
    return null;
end $$;
create trigger keep_organizations after insert or delete or update on pooling_poolingparty
for each row execute function pooling_keep_organizations();

create function pooling_parts_of_a_draft() returns trigger language plpgsql as $$
declare
    one jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
    found text;
begin
    if tg_op = 'DELETE' and maillage_scope() = 'system' then return old; end if;
    if tg_table_name = 'pooling_halfday' then
        select state into found from pooling_rotation where id = (one->>'rotation_id')::uuid;
    elsif tg_table_name = 'pooling_poolingplace' then
        select state into found from pooling_poolingagreement where id =
            (select agreement_id from pooling_poolingparty where id = (one->>'party_id')::uuid);
    else
        select state into found from pooling_poolingagreement
        where id = (one->>'agreement_id')::uuid;
    end if;
    if found <> 'draft' then
        raise check_violation using message = 'what was proposed is not rewritten',
            constraint = 'only_a_draft_is_rewritten', table = tg_table_name;
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger parts_of_a_draft before insert or update or delete on pooling_poolingparty
for each row execute function pooling_parts_of_a_draft();
create trigger parts_of_a_draft before insert or update or delete on pooling_poolingplace
for each row execute function pooling_parts_of_a_draft();
create trigger parts_of_a_draft before insert or update or delete on pooling_halfday
for each row execute function pooling_parts_of_a_draft();

create function pooling_steps() returns trigger language plpgsql as $$
declare
    step text := old.state || '>' || new.state;
    parties int;
    quotas numeric;
    fixed numeric;
    missing int;
    which uuid;
begin
    if step not in ('draft>draft', 'draft>proposed', 'proposed>proposed', 'proposed>approved',
                    'proposed>refused', 'proposed>draft', 'refused>refused', 'refused>draft',
                    'approved>approved') then
        raise check_violation using message = 'a step that does not exist: ' || step,
            constraint = 'only_these_steps', table = tg_table_name;
    end if;
    if old.state <> 'draft' and (to_jsonb(new) - {free}) <> (to_jsonb(old) - {free}) then
        raise check_violation using message = 'what was proposed is not rewritten',
            constraint = 'only_a_draft_is_rewritten', table = tg_table_name;
    end if;
    if tg_table_name = 'pooling_rotation' then
        which := (to_jsonb(new)->>'agreement_id')::uuid;
    else
        which := new.id;
    end if;
    if step = 'draft>proposed' then
        select count(*), sum(quota), sum(coalesce(fixed_share, -1000)) into parties, quotas, fixed
        from pooling_poolingparty where agreement_id = which;
        if parties < 2 or quotas <> 100
           or (to_jsonb(new)->>'cost_key' = 'fixed' and fixed <> 100) then
            raise check_violation using message = 'shares of two parties or more make 100 %',
                constraint = 'shares_make_a_hundred', table = tg_table_name;
        end if;
    elsif step = 'proposed>approved' then
        select count(*) into missing from pooling_poolingparty as party
        where party.agreement_id = which and not exists (
            select 1 from pooling_approval as said
            where said.party_id = party.id and said.accepted and said.edition = new.edition
              and case tg_table_name when 'pooling_rotation' then said.rotation_id = new.id
                  else said.agreement_id = new.id end);
        if missing > 0 then
            raise check_violation using message = 'each party approves first',
                constraint = 'each_party_approves_first', table = tg_table_name;
        end if;
    end if;
    return new;
end $$;
create trigger steps before update on pooling_poolingagreement
for each row execute function pooling_steps();
create trigger steps before update on pooling_rotation
for each row execute function pooling_steps();

create function pooling_never_changes() returns trigger language plpgsql as $$
begin
    raise check_violation using message = 'what was decided or issued stays as it was',
        constraint = 'what_was_issued_stays', table = tg_table_name;
end $$;
create trigger never_changes before update on pooling_approval
for each row execute function pooling_never_changes();
create trigger never_changes before update on pooling_costentry
for each row execute function pooling_never_changes();
create trigger never_changes before update on pooling_statement
for each row execute function pooling_never_changes();
create trigger never_changes before update on pooling_statementshare
for each row execute function pooling_never_changes();
""".replace(
    "{free}",
    "array['state', 'edition', 'ends_on', 'proposed_at', 'approved_at', 'organizations',"
    " 'resource']",
)
NO_RULES = """
drop trigger never_changes on pooling_statementshare;
drop trigger never_changes on pooling_statement;
drop trigger never_changes on pooling_costentry;
drop trigger never_changes on pooling_approval;
drop function pooling_never_changes();
drop trigger steps on pooling_rotation;
drop trigger steps on pooling_poolingagreement;
drop function pooling_steps();
drop trigger parts_of_a_draft on pooling_halfday;
drop trigger parts_of_a_draft on pooling_poolingplace;
drop trigger parts_of_a_draft on pooling_poolingparty;
drop function pooling_parts_of_a_draft();
drop trigger keep_organizations on pooling_poolingparty;
drop function pooling_keep_organizations();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pooling", "0001_initial"),
        ("organizations", "0003_revocation_and_roles_in_the_database"),
        ("practitioners", "0002_row_level_security"),
    ]
    operations = [
        migrations.RunSQL(RULES, NO_RULES),
        protect(
            "pooling_poolingagreement",
            read=f"{SYSTEM} or {MEMBER.format(test=SIGNS)} or {SHARED}",
            write=f"{SYSTEM} or {MEMBER.format(test=SIGNS + MANAGER)} or {SHARED}",
            insert=f"{SYSTEM} or "
            + MEMBER.format(test="mine.organization_id = holder_id" + MANAGER),
        ),
        protect("pooling_poolingparty", read=OF_AGREEMENT, write=f"{SYSTEM} or {HELD}"),
        protect("pooling_poolingplace", read=OF_PARTY),
        protect("pooling_rotation", read=OF_AGREEMENT),
        protect("pooling_rotation_rules", read=OF_ROTATION),
        protect("pooling_halfday", read=OF_ROTATION),
        protect(
            "pooling_approval",
            read=OF_PARTY,
            write=SYSTEM,
            insert=f"{SYSTEM} or {MINE_TO_DECIDE}",
        ),
        protect(
            "pooling_vehicle",
            read=f"{SYSTEM} or "
            + MEMBER.format(test="mine.organization_id = pooling_vehicle.organization_id")
            + " or exists (select 1 from pooling_poolingagreement as seen"
            " where seen.vehicle_id = pooling_vehicle.id)",
            write=f"{SYSTEM} or "
            + MEMBER.format(test="mine.organization_id = pooling_vehicle.organization_id" + MANAGER),
        ),
        protect("pooling_vehicleuse", read=OF_PARTY),
        protect(
            "pooling_costentry",
            read=OF_AGREEMENT,
            write=SYSTEM,
            insert=f"{SYSTEM} or {HELD}",
        ),
        protect(
            "pooling_statement",
            read=OF_AGREEMENT,
            write=SYSTEM,
            insert=f"{SYSTEM} or {HELD}",
        ),
        protect(
            "pooling_statementshare",
            read=f"{SYSTEM} or "
            + MEMBER.format(
                test="(mine.organization_id = pooling_statementshare.organization_id"
                " or mine.organization_id = pooling_statementshare.holder_id)"
            ),
            write=SYSTEM,
            insert=f"{SYSTEM} or {OF_STATEMENT_I_ISSUE}",
        ),
    ]
