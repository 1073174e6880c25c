"""The engine stays alone, quick to import, and explains every public name."""

import ast
import doctest
import inspect
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import maillage_engine

PACKAGE = Path(maillage_engine.__file__).parent
MODULES = sorted(path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__")
# Definitions and plumbing: there is no source to name.
PLAIN = {
    "attribution_of", "below_median", "calibrate", "change_capacity", "compare_sites",
    "concerned", "coverage", "density_level", "departement_parts", "estimate_minutes", "extremes",
    "farther_than", "gathered", "group_means", "logistic_weight", "nearest", "over_departements",
    "pairs", "pairs_from", "pairs_within", "places", "quantile", "quantile_ratio", "read_matrix",
    "read_roads", "reasons", "road_network", "score_estimate", "score_interval", "split_error",
    "staffed_plan", "steadiness", "while_open", "with_remote",
}  # fmt: skip
CLASSES = [n for n in maillage_engine.__all__ if inspect.isclass(getattr(maillage_engine, n))]
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


def section(text, title):
    """Return what stands under a title of a docstring."""
    found = re.search(rf"^{title}\n-+\n(.*?)(?=\n\n\w+\n---|\Z)", text, re.DOTALL | re.MULTILINE)
    return found[1] if found else ""


WITHOUT_EXTRAS = """
import sys
for name in ("osmium", "pyroutingkit", "pyvrp", "pyarrow", "dask", "distributed", "geopandas"):
    sys.modules[name] = None
from maillage_engine import *
import maillage_engine
print(set(maillage_engine.__all__) <= set(dir(maillage_engine)))
for asks in (
    lambda: read_roads("map.osm.pbf", CAR_ROADS),
    lambda: plan_rounds([[0, 9], [9, 0]], [Stop(1, 20)], [Vehicle(0)]),
    lambda: road_minutes(None, None, None, method="hierarchy"),
):
    try:
        asks()
    except EngineError as refusal:
        print(refusal)
"""


def test_alone_the_engine_has_every_name_and_says_which_extra_is_missing():
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRAS],
        capture_output=True,
        text=True,
        check=True,
        cwd=PACKAGE.parent,
    ).stdout.splitlines()
    assert told == [
        "True",
        "reading a map needs osmium: install maillage-engine[osm].",
        "planning rounds needs pyvrp: install maillage-engine[rounds].",
        "method hierarchy needs pyroutingkit: install maillage-engine[osm].",
    ]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_public_functions_say_what_they_take_return_refuse_and_cost(name):
    function = getattr(maillage_engine, name)
    text = inspect.getdoc(function)
    for title in ("Parameters", "Returns", "Raises"):
        assert section(text, title), f"{name} does not document its {title}"
    assert "Cost:" in section(text, "Notes"), f"{name} does not say how its cost grows"
    assert bool(section(text, "References")) != (name in PLAIN), f"{name}: a source, or PLAIN"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_argument_is_documented_with_its_shape(name):
    function = getattr(maillage_engine, name)
    lines = section(inspect.getdoc(function), "Parameters").splitlines()
    headers = [line for line in lines if line[:1].strip()]
    named = {part.strip(" *") for line in headers for part in line.split(" :")[0].split(",")}
    assert set(inspect.signature(function).parameters) <= named
    arrays = [line for line in headers if "array_like" in line]
    assert [line for line in arrays if not re.search(r"shape|\(n", line)] == []


@pytest.mark.parametrize("name", CLASSES)
def test_public_classes_explain_themselves_and_each_method(name):
    cls = getattr(maillage_engine, name)
    own = {key: value for key, value in vars(cls).items() if not key.startswith("_")}
    methods = [key for key, value in own.items() if callable(value) or isinstance(value, property)]
    assert inspect.getdoc(cls)
    assert [key for key in methods if not inspect.getdoc(own[key])] == []


@pytest.mark.parametrize("name", CLASSES)
def test_arrays_of_results_say_their_shape(name):
    cls = getattr(maillage_engine, name)
    text = inspect.getsource(cls)
    arrays = re.findall(
        r"^    (\w+: (?:Floats|Ints|NDArray|Indices|Levels)\b.*)$", text, re.MULTILINE
    )
    assert [line for line in arrays if "# (" not in line and "shape" not in line] == []


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
