"""The directory is public; what visitors leave behind is for those who serve the département.

A visitor may not read unmet needs, so the count is raised by a function of the owner's, which
enters the system scope for its own duration only. It does so in its body: a `SET` clause on a
setting of our own would ask for a superuser.
"""

from django.db import migrations

from maillage.core.rls import protect

COUNT = """
create function maillage_count_unmet_need(commune text, departement text, need text, month date)
returns void language plpgsql security definer set search_path = public, pg_temp as $$
#variable_conflict use_column
declare former text := coalesce(current_setting('maillage.scope', true), '');
begin
    perform set_config('maillage.scope', 'system', true);
    insert into directory_unmetneed (commune_id, departement_id, need, month, count)
    values (commune, departement, need, month, 1)
    on conflict (commune_id, need, month) do update set count = directory_unmetneed.count + 1;
    perform set_config('maillage.scope', former, true);
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial"), ("core", "0003_row_level_security")]
    operations = [
        protect("directory_unmetneed", read="maillage_sees(departement_id)"),
        protect("directory_errorreport", read="maillage_sees(departement_id)", insert="true"),
        protect("directory_mergeproposal", read="maillage_sees(departement_id)"),
        migrations.RunSQL(
            COUNT, "drop function maillage_count_unmet_need(text, text, text, date)"
        ),
    ]
