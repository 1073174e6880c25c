"""The engine stays alone, quick to import, and explains every public name."""

import ast
import doctest
import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import maillage_engine

PACKAGE = Path(maillage_engine.__file__).parent
MODULES = sorted(path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__")
FUNCTIONS = [n for n in maillage_engine.__all__ if inspect.isfunction(getattr(maillage_engine, n))]


def test_importing_the_engine_brings_no_compiler_no_solver_and_no_web():
    code = "import sys, maillage_engine; print(*sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=PACKAGE.parent,
    ).stdout.split()
    assert {"numba", "highspy", "pandas", "django"}.isdisjoint(found)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_public_functions_say_what_they_take_return_and_refuse(name):
    text = inspect.getdoc(getattr(maillage_engine, name))
    if name in {"great_circle_km", "estimate_minutes"}:
        return  # nothing of theirs is checked: `places` did it
    for section in ("Parameters\n---", "Returns\n---", "Raises\n---"):
        assert section in text, f"{name} does not document its {section[:-4]}"


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_are_true(module):
    assert doctest.testmod(import_module(f"maillage_engine.{module}")).failed == 0


@pytest.mark.parametrize("module", MODULES)
def test_no_module_imports_inside_a_function(module):
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    inside = [
        i for f in functions for i in ast.walk(f) if isinstance(i, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


@pytest.mark.parametrize("module", MODULES)
def test_no_file_is_longer_than_a_reader_can_hold(module):
    assert len((PACKAGE / f"{module}.py").read_text(encoding="utf-8").splitlines()) <= 500


def test_a_name_loaded_when_asked_for_is_not_that_of_its_module():
    assert maillage_engine._LATE.keys().isdisjoint(MODULES)  # the module would take its place
