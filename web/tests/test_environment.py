"""`.venv` follows the lock; a bare machine that lacks something gets a sentence."""

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module as a bare Python would run it, on a checkout of its own."""
    spec = importlib.util.spec_from_file_location("environment", ROOT / "ops" / "environment.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    for package in module.PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "pyproject.toml").write_text(f"[project]\nname = '{package}'\n")
    (tmp_path / "requirements.lock").write_text("nothing==1.0\n")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "made-from")
    monkeypatch.setattr(module, "LOCK", tmp_path / "requirements.lock")
    return module


def test_what_it_is_made_from_follows_the_lock_and_each_package(environment: ModuleType) -> None:
    seen = {environment.wanted()}
    for file in ("requirements.lock", "engine/pyproject.toml", "web/pyproject.toml"):
        (environment.ROOT / file).write_text("changed\n")
        seen.add(environment.wanted())
    assert len(seen) == 4


def test_an_environment_without_its_stamp_is_not_ready(environment: ModuleType) -> None:
    environment.VENV.mkdir()
    assert not environment.is_ready()


def test_an_environment_whose_python_is_gone_is_not_ready(environment: ModuleType) -> None:
    environment.VENV.mkdir()
    environment.STAMP.write_text(environment.wanted())
    assert not environment.is_ready()


@pytest.mark.parametrize(
    "words",
    [
        "The virtual environment was not created successfully because ensurepip is not\navailable.",
        "/usr/bin/python3: No module named venv\n",
    ],
)
def test_a_missing_venv_module_is_one_sentence(
    environment: ModuleType, capsys: pytest.CaptureFixture[str], words: str
) -> None:
    assert environment.refuse_venv(words) == 2
    assert capsys.readouterr().err == (
        "maillage: Python's venv module is missing: on Debian or Ubuntu, \"apt install"
        ' python3-venv".\n'
    )


def test_a_checkout_of_another_account_is_one_sentence(
    environment: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> bool:
        raise PermissionError(13, "Permission denied", "/srv/maillage/.venv")

    monkeypatch.setattr(environment, "is_ready", refused)
    assert environment.main() == 2
    assert capsys.readouterr().err == (
        'maillage: "/srv/maillage/.venv" belongs to another account: use that account.\n'
    )


def test_an_old_python_is_one_sentence(
    environment: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert environment.main() == 2
    assert capsys.readouterr().err.startswith(
        "maillage: Python 3.11 or newer is needed; this one is 3.9.2."
    )


def test_the_lock_pins_every_package_by_hash_and_names_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    pinned = re.findall(r"^[a-z0-9][a-z0-9._-]*==\S+ \\$", lock, re.MULTILINE)
    named = re.findall(r"^[^\s#].*$", lock, re.MULTILINE)
    assert len(pinned) == len(named) > 50
    assert lock.count("\n    --hash=sha256:") >= len(pinned)
    assert "://" not in lock
    assert "--index" not in lock
    assert "--find-links" not in lock


def test_whatever_a_package_or_the_gate_asks_for_is_in_the_lock() -> None:
    spec = importlib.util.spec_from_file_location("lock", ROOT / "ops" / "lock.py")
    assert spec is not None
    assert spec.loader is not None
    lock = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lock)
    asked = {Requirement(line).name for line in [*lock.wanted(), *lock.ALONE]}
    pinned = set(re.findall(r"^(\S+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert {canonicalize_name(name) for name in asked} - pinned == set()
