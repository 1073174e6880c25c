"""A practitioner works where they are employed, with or without a role of their own there."""

from django.db import migrations

WORKS_IN = """
create or replace function referrals_works_in(organization uuid) returns boolean
language sql stable as
$$ select exists (select 1 from organizations_membership as m
    where m.organization_id = organization and maillage_is_user(m.user_id)
      and m.revoked_at is null and m.starts_on <= current_date
      and (m.ends_on is null or m.ends_on >= current_date))
  or exists (select 1 from practitioners_employment as j
    join practitioners_practitioner as p on p.id = j.practitioner_id
    where j.organization_id = organization and maillage_is_user(p.user_id)
      and j.starts_on <= current_date and (j.ends_on is null or j.ends_on >= current_date)) $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0002_row_level_security"),
        ("practitioners", "0002_row_level_security"),
    ]
    operations = [migrations.RunSQL(WORKS_IN, migrations.RunSQL.noop)]
