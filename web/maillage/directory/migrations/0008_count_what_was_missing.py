"""The count of unmet needs says what was missing: nothing near, or no slot left."""

from django.db import migrations

FORMER = """
create function maillage_count_unmet_need(commune text, departement text, need text, month date)
returns void language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare former text := coalesce(current_setting('maillage.scope', true), '');
begin
    perform set_config('maillage.scope', 'system', true);
    insert into directory_unmetneed (commune_id, departement_id, need, month, count, kind)
    values (commune, departement, need, month, 1, 'nothing_near')
    on conflict (commune_id, need, kind, month)
    do update set count = directory_unmetneed.count + 1;
    perform set_config('maillage.scope', former, true);
end $$;
"""
COUNT = """
create function maillage_count_unmet_need(
    commune text, departement text, need text, missing text, month date
) returns void language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare former text := coalesce(current_setting('maillage.scope', true), '');
begin
    perform set_config('maillage.scope', 'system', true);
    insert into directory_unmetneed (commune_id, departement_id, need, kind, month, count)
    values (commune, departement, need, missing, month, 1)
    on conflict (commune_id, need, kind, month)
    do update set count = directory_unmetneed.count + 1;
    perform set_config('maillage.scope', former, true);
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0007_no_slot_left")]
    operations = [
        migrations.RunSQL(
            "drop function maillage_count_unmet_need(text, text, text, date);" + COUNT,
            "drop function maillage_count_unmet_need(text, text, text, text, date);" + FORMER,
        ),
    ]
