"""Each sees only what is theirs, whatever the pages forget.

The sender, the family, the services asked and, once a referral is escalated, the coordinators of the
département read its face. Who the family is stays between it and the sender until a service accepts;
`referrals_contact` then gives the name and the way to reach it, while the consent stands. A service
never sees the other services asked. The questions below cross tables that the asker may not read:
they answer yes or no, and nothing else.
"""

from django.db import migrations

from maillage.core.rls import protect

IN_FORCE = """m.revoked_at is null and m.starts_on <= current_date
      and (m.ends_on is null or m.ends_on >= current_date)"""

WORKS_IN = f"""
create function referrals_works_in(organization uuid) returns boolean language sql stable as
$$ select exists (select 1 from organizations_membership as m
    where m.organization_id = organization and maillage_is_user(m.user_id) and {IN_FORCE}) $$;
create function referrals_steers(departement text) returns boolean language sql stable as
$$ select exists (select 1 from organizations_membership as m
    where m.departement_id = departement and maillage_is_user(m.user_id)
      and m.role in ('steering_officer', 'administrator') and {IN_FORCE}) $$;
"""


def question(name: str, condition: str) -> str:
    """Answer yes or no about a referral, reading what the asker may not."""
    return f"""
create function {name}(wanted uuid) returns boolean
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare former text := coalesce(current_setting('maillage.scope', true), ''); answer boolean;
begin
    perform set_config('maillage.scope', 'system', true);
    select exists ({condition}) into answer;
    perform set_config('maillage.scope', former, true);
    return answer;
end $$;
"""


SENDS = """select 1 from referrals_referral as r
        where r.id = wanted and referrals_works_in(r.organization_id)"""
FAMILY = """select 1 from referrals_referredfamily as f
        where f.referral_id = wanted and maillage_is_contact(f.contact_id)"""
COORDINATES = """select 1 from referrals_referral as r where r.id = wanted
        and r.escalated_at is not null and referrals_steers(r.departement_id)"""
HELD = """exists (select 1 from referrals_receiverlink as l where l.candidate_id = c.id
          and maillage_holds_link(l.token_hash) and l.expires_at > now())"""
ASKED = f"""select 1 from referrals_candidate as c
        join families_consent as k on k.id = c.consent_id and k.revoked_at is null
        where c.referral_id = wanted and c.state in ({{states}})
          and (referrals_works_in(c.organization_id) or {HELD})"""
MINE = f"""select 1 from referrals_candidate as c
        where c.id = wanted and (referrals_works_in(c.organization_id) or {HELD})"""
CONTACT = """
create function referrals_contact(wanted uuid)
returns table (name text, email text, phone text, channel text, language text)
language plpgsql volatile security definer set search_path = public, pg_temp as $$
declare former text := coalesce(current_setting('maillage.scope', true), '');
begin
    if not (referrals_accepted(wanted) or referrals_sends(wanted)) then return; end if;
    perform set_config('maillage.scope', 'system', true);
    return query
        select c.name::text, c.email::text, c.phone::text, c.channel::text, c.language::text
        from families_contact as c join referrals_referredfamily as f on f.contact_id = c.id
        where f.referral_id = wanted;
    perform set_config('maillage.scope', former, true);
end $$;
"""
FUNCTIONS = "".join(
    [
        WORKS_IN,
        question("referrals_sends", SENDS),
        question("referrals_is_family", FAMILY),
        question("referrals_coordinates", COORDINATES),
        question("referrals_receives", ASKED.format(states="'asked', 'accepted'")),
        question("referrals_accepted", ASKED.format(states="'accepted'")),
        question("referrals_is_asked", MINE),
        CONTACT,
    ]
)
NAMES = ("contact", "is_asked", "accepted", "receives", "coordinates", "is_family", "sends")
DROP = "".join(f"drop function referrals_{name}(uuid);\n" for name in NAMES) + (
    "drop function referrals_steers(text);\ndrop function referrals_works_in(uuid);\n"
)

SYSTEM = "maillage_scope() = 'system'"
EITHER_END = "referrals_sends({key}) or referrals_is_family({key})"
FACE = f"{SYSTEM} or {EITHER_END} or referrals_receives({{key}}) or referrals_coordinates({{key}})"
# Being made: the row is not there yet for the questions to find.
MADE = f"{SYSTEM} or organization_id is null or referrals_works_in(organization_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0001_referrals"),
        ("families", "0002_row_level_security"),
        ("core", "0003_row_level_security"),
    ]
    operations = [
        migrations.RunSQL(FUNCTIONS, DROP),
        protect("referrals_referral", read=FACE.format(key="id"), insert=MADE),
        protect(
            "referrals_referredfamily",
            read=f"{SYSTEM} or maillage_is_contact(contact_id) or referrals_sends(referral_id)"
            " or referrals_accepted(referral_id)",
            write=f"{SYSTEM} or maillage_is_contact(contact_id) or referrals_sends(referral_id)",
        ),
        protect(
            "referrals_candidate",
            read=f"{SYSTEM} or {EITHER_END.format(key='referral_id')}"
            " or referrals_coordinates(referral_id)"
            " or (asked_at is not null and referrals_is_asked(id))",
            write=f"{SYSTEM} or {EITHER_END.format(key='referral_id')}"
            " or (asked_at is not null and referrals_is_asked(id))",
        ),
        protect(
            "referrals_reception",
            read=f"{SYSTEM} or referrals_is_family(referral_id)"
            " or referrals_is_asked(candidate_id)",
            write=f"{SYSTEM} or referrals_is_asked(candidate_id)",
        ),
        protect(
            "referrals_receiverlink",
            read=f"{SYSTEM} or maillage_holds_link(token_hash)",
            write=SYSTEM,
        ),
        protect(
            "referrals_gap",
            read="maillage_sees(departement_id)",
            write=f"{SYSTEM} or referrals_steers(departement_id)",
        ),
    ]
