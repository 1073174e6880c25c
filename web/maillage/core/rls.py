"""Migration operations for row-level security. SQL valid from PostgreSQL 15."""

from django.db import migrations

FUNCTIONS = """
create or replace function maillage_scope() returns text language sql stable parallel safe as
$$ select coalesce(current_setting('maillage.scope', true), '') $$;

create or replace function maillage_sees(departement text) returns boolean
language sql stable parallel safe as
$$ select current_setting('maillage.scope', true) = 'system'
   or (departement <> '' and departement = any (string_to_array(
         coalesce(current_setting('maillage.departements', true), ''), ','))) $$;

create or replace function maillage_is_user(account bigint) returns boolean
language sql stable parallel safe as
$$ select account = nullif(current_setting('maillage.user', true), '')::bigint $$;
"""

DROP_FUNCTIONS = """
drop function if exists maillage_is_user(bigint);
drop function if exists maillage_sees(text);
drop function if exists maillage_scope();
"""


def protect(
    table: str, *, read: str, write: str | None = None, insert: str | None = None
) -> migrations.RunSQL:
    """Let `table` be read where `read` holds and changed where `write` holds (by default `read`).

    `insert` may be wider than `write`: an anonymous page adds a row that it may not read back.
    The owner of the table is held to the same policies (FORCE).
    """
    change = write or read
    add = insert or change
    return migrations.RunSQL(
        sql=f"""
alter table {table} enable row level security;
alter table {table} force row level security;
create policy {table}_read on {table} for select using ({read});
create policy {table}_insert on {table} for insert with check ({add});
create policy {table}_update on {table} for update using ({change}) with check ({change});
create policy {table}_delete on {table} for delete using ({change});
""",
        reverse_sql=f"""
drop policy {table}_delete on {table};
drop policy {table}_update on {table};
drop policy {table}_insert on {table};
drop policy {table}_read on {table};
alter table {table} no force row level security;
alter table {table} disable row level security;
""",
    )
