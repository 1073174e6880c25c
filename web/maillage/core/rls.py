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

create or replace function maillage_administers(departement text) returns boolean
language sql stable parallel safe as
$$ select current_setting('maillage.scope', true) = 'system'
   or (departement <> '' and departement = any (string_to_array(
         coalesce(current_setting('maillage.administers', true), ''), ','))) $$;

create or replace function maillage_signs_in_as(address text) returns boolean
language sql stable parallel safe as
$$ select current_setting('maillage.scope', true) = 'sign_in'
   and lower(address) = nullif(current_setting('maillage.address', true), '') $$;

create or replace function maillage_holds_session(key text) returns boolean
language sql stable parallel safe as
$$ select key = nullif(current_setting('maillage.session', true), '') $$;

create or replace function maillage_holds_link(token_hash text) returns boolean
language sql stable parallel safe as
$$ select token_hash = nullif(current_setting('maillage.link', true), '') $$;
"""

DROP_FUNCTIONS = """
drop function if exists maillage_holds_link(text);
drop function if exists maillage_holds_session(text);
drop function if exists maillage_signs_in_as(text);
drop function if exists maillage_administers(text);
drop function if exists maillage_is_user(bigint);
drop function if exists maillage_sees(text);
drop function if exists maillage_scope();
"""


def protect(
    table: str, *, read: str, write: str | None = None, insert: str | None = None
) -> migrations.RunSQL:
    """Let `table` be read where `read` holds and changed where `write` holds (by default `read`).

    `insert` may be wider than `write`: an anonymous page adds a row that it may not read back (such
    a table has ids made here, as reading the id back is reading). The owner is held too (FORCE).
    """
    return migrations.RunSQL(
        sql=f"""
alter table {table} enable row level security;
alter table {table} force row level security;
{_policies(table, read, write or read, insert or write or read)}
""",
        reverse_sql=f"""
{_no_policies(table)}
alter table {table} no force row level security;
alter table {table} disable row level security;
""",
    )


def protect_again(
    table: str, *, read: str, write: str | None = None, insert: str | None = None
) -> migrations.RunSQL:
    """Put these policies in the place of those that `protect` made; going back leaves them."""
    change = write or read
    return migrations.RunSQL(
        sql=_no_policies(table) + _policies(table, read, change, insert or change),
        reverse_sql=migrations.RunSQL.noop,
    )


def _policies(table: str, read: str, change: str, add: str) -> str:
    return f"""
create policy {table}_read on {table} for select using ({read});
create policy {table}_insert on {table} for insert with check ({add});
create policy {table}_update on {table} for update using ({change}) with check ({change});
create policy {table}_delete on {table} for delete using ({change});
"""


def _no_policies(table: str) -> str:
    return "".join(
        f"drop policy {table}_{verb} on {table};\n"
        for verb in ("read", "insert", "update", "delete")
    )
