"""What a person may meet is explained: every refusal, every setting."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import maillage
from maillage.core.errors import DomainError

ROOT = Path(__file__).resolve().parents[2]
ERRORS = ROOT / "docs" / "errors.md"
OPERATE = ROOT / "docs" / "operate.md"
READ = re.compile(
    r"environ(?:\.get\(|\.setdefault\(|\[)\s*\"([A-Z][A-Z0-9_]+)\""
    r"|environment\.\w+\(\s*\"([A-Z][A-Z0-9_]+)\""
    r"|\"([A-Z][A-Z0-9_]+)\" (?:not )?in os\.environ"
)
# Words of the terminal, and what Django itself reads to find the settings.
NOT_OURS = {"DJANGO_SETTINGS_MODULE", "LANG", "LC_ALL", "LC_MESSAGES", "PATH", "HOME", "TERM"}


def refusals():
    """Every kind of refusal that the rooms declare."""
    for module in pkgutil.walk_packages(maillage.__path__, "maillage."):
        if not {"__main__", "migrations", "tests"} & set(module.name.split(".")):
            importlib.import_module(module.name)
    found, left = [], [DomainError]
    while left:
        kind = left.pop()
        found.append(kind)
        left += kind.__subclasses__()
    return sorted(
        (each for each in found if each.__module__.startswith("maillage.")),
        key=lambda each: each.__qualname__,
    )


def settings():
    """Every variable of the environment that the product reads."""
    code = [
        *(ROOT / "web" / "maillage").rglob("*.py"), *(ROOT / "ops").rglob("*.py"),
    ]  # fmt: skip
    names = {
        name
        for file in code
        if "tests" not in file.parts
        for match in READ.finditer(file.read_text(encoding="utf-8"))
        for name in match.groups()
        if name
    }
    return sorted(names - NOT_OURS)


@pytest.mark.parametrize("refusal", refusals(), ids=lambda refusal: refusal.__name__)
def test_a_refusal_says_what_happened_then_what_to_do(refusal):
    said = str(refusal.message) or str(refusal.message % {"count": 2})  # one or several
    assert len(re.findall(r"[.!?»](?:\s|$)", said)) >= 2 or refusal is DomainError


@pytest.mark.parametrize("refusal", refusals(), ids=lambda refusal: refusal.__name__)
def test_a_refusal_has_its_own_code_explained_in_the_documentation(refusal):
    assert "code" in vars(refusal)
    assert f"\n### {refusal.code}\n" in ERRORS.read_text(encoding="utf-8")


def test_no_two_refusals_share_a_code():
    codes = [refusal.code for refusal in refusals()]
    assert sorted(codes) == sorted(set(codes))


def test_no_explanation_is_left_of_a_refusal_that_is_gone():
    explained = re.findall(r"^### (\S+)$", ERRORS.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(explained) == sorted(refusal.code for refusal in refusals())


def test_every_setting_is_explained_to_the_operator():
    explained = OPERATE.read_text(encoding="utf-8")
    assert [name for name in settings() if f"`{name}`" not in explained] == []
