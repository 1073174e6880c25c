"""The directory is public; what visitors leave behind is for those who serve the département.

A visitor may not read unmet needs, so the count is raised by a function of the owner's, which
enters the system scope for its own duration only.
"""

from django.db import migrations

from maillage.core.rls import protect

COUNT = """
create function maillage_count_unmet_need(commune text, departement text, need text, month date)
returns void language sql security definer
set search_path = public, pg_temp set maillage.scope = 'system' as
$$ insert into directory_unmetneed (commune_id, departement_id, need, month, count)
   values (commune, departement, need, month, 1)
   on conflict (commune_id, need, month) do update set count = directory_unmetneed.count + 1 $$;
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
