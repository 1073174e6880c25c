"""The oldest server that we support holds the same rules as the newest."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from maillage.config import postgres

pytestmark = pytest.mark.postgres15

ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path("/usr/lib/postgresql/15/bin")
PROVE_RULES = re.compile(r"IntegrityError|InsufficientPrivilege")
ROW_LEVEL_SECURITY = "test_row_level_security.py"  # proves rules from its first line to its last
OURS = "n.nspname = 'public' and not exists (select from pg_depend e where e.deptype = 'e' and "
RULES = {
    "constraints": "select c.conrelid::regclass::text, c.conname, c.contype from pg_constraint c"
    " join pg_namespace n on n.oid = c.connamespace"
    " where n.nspname = 'public' and c.contype <> 'n' order by 1, 2",  # 'n' is new in PostgreSQL 18
    "columns": "select table_name, column_name, data_type, is_nullable"
    " from information_schema.columns where table_schema = 'public' order by 1, 2",
    "indexes": "select tablename, indexname from pg_indexes where schemaname = 'public'"
    " order by 1, 2",
    "policies": "select tablename, policyname, cmd, qual, with_check from pg_policies"
    " order by 1, 2",
    "forced": "select oid::regclass::text from pg_class where relforcerowsecurity order by 1",
    "triggers": "select tgrelid::regclass::text, tgname from pg_trigger where not tgisinternal"
    " order by 1, 2",
    "functions": "select p.oid::regprocedure::text, p.prosecdef from pg_proc p"
    f" join pg_namespace n on n.oid = p.pronamespace where {OURS} e.objid = p.oid) order by 1",
    "rights": "select table_name, privilege_type from information_schema.role_table_grants"
    " where grantee = 'maillage_app' and privilege_type <> 'TRUNCATE' order by 1, 2",
}
OF_THE_LAUNCHER = {Path(__file__).name, "test_launcher.py"}

Rows = list[tuple[object, ...]]


@pytest.fixture(scope="module")
def on_postgres_15() -> Iterator[dict[str, str]]:
    """The environment of programs that must run on PostgreSQL 15, through the same launcher."""
    if not (BINARIES / "postgres").exists():
        pytest.skip(f"no PostgreSQL 15 in {BINARIES}: on Debian, apt install postgresql-15")
    folder = Path(tempfile.mkdtemp(prefix="maillage-state-", dir="/tmp"))
    folder.chmod(0o755)
    changed = {"PGBIN": str(BINARIES), "MAILLAGE_STATE": str(folder), "TEST_DB": "postgres15"}
    inherited = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    yield inherited | changed
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def proofs_on_15(on_postgres_15: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Migrate a database there and run on it the tests that expect it to refuse something."""
    proofs = [one for file in sorted((ROOT / "web").rglob("test_*.py")) for one in _proofs(file)]
    without = "not journey and not race and not postgres15"
    return subprocess.run(
        [sys.executable, "-m", "pytest", *proofs, "-q", "-n", "0", "-m", without, "--reuse-db"],
        cwd=ROOT,
        env=on_postgres_15,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def rules_on_15(
    on_postgres_15: dict[str, str], proofs_on_15: subprocess.CompletedProcess[str]
) -> dict[str, Rows]:
    """What the database of these tests holds."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("PGBIN", "MAILLAGE_STATE"):
            patch.setenv(name, on_postgres_15[name])
        server = postgres.for_tests(postgres.server())
        with (
            postgres.running(server),
            postgres.connect(
                server, user=postgres.OWNER, database="test_maillage_postgres15"
            ) as old,
        ):
            assert old.info.server_version // 10_000 == 15
            return {name: old.execute(query.encode()).fetchall() for name, query in RULES.items()}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", RULES)
def test_postgres_15_holds_the_same_rules(rules_on_15: dict[str, Rows], kind: str) -> None:
    with connection.cursor() as newest:
        newest.execute(RULES[kind])
        assert rules_on_15[kind] == newest.fetchall()
    assert rules_on_15[kind] or kind == "triggers"


def test_the_tests_of_constraints_and_row_level_security_pass_on_postgres_15(
    proofs_on_15: subprocess.CompletedProcess[str],
) -> None:
    closing_line = proofs_on_15.stdout.strip().splitlines()[-1]
    assert proofs_on_15.returncode == 0, proofs_on_15.stdout[-4000:]
    assert re.search(r"\b\d+ passed", closing_line), closing_line


def _proofs(file: Path) -> list[str]:
    """The tests of one file that expect the database to refuse something."""
    if file.name in OF_THE_LAUNCHER:
        return []
    if file.name == ROW_LEVEL_SECURITY:
        return [str(file)]
    text = file.read_text()
    said = {
        node.name: ast.get_source_segment(text, node) or ""
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef)
    }
    refusing = [name for name, source in said.items() if PROVE_RULES.search(source)]
    proves = re.compile(rf"\b({'|'.join(refusing)})\b") if refusing else PROVE_RULES
    tests = {name: source for name, source in said.items() if name.startswith("test_")}
    return [f"{file}::{name}" for name, source in tests.items() if proves.search(source)]
