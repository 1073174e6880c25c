"""The three packages build, hold everything they need, and run where no checkout is."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {".po", ".pyc"}
SKIPPED = {"tests", "__pycache__"}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    subprocess.run([sys.executable, "ops/wheels.py", folder], cwd=ROOT, check=True)
    return folder


@pytest.fixture(scope="module")
def installed(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean environment with our wheels in it; what they depend on is lent by this one."""
    folder = tmp_path_factory.mktemp("clean") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    site_packages = next(folder.glob("lib/python*/site-packages"))
    lent = Path(pytest.__file__).parents[1]
    (site_packages / "lent.pth").write_text(f"{lent}\n")
    command = [sys.executable, "-m", "pip", f"--python={folder / 'bin' / 'python'}", "install"]
    quiet = ["--quiet", "--no-deps", "--no-index", "--no-compile", "--ignore-installed"]
    subprocess.run([*command, *quiet, *sorted(wheels.glob("*.whl"))], check=True)
    return folder


def run(installed: Path, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [installed / "bin" / words[0], *words[1:]],
        env=clean | {"LC_ALL": "en_GB.UTF-8"} | environment,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def test_three_wheels_are_built(wheels: Path) -> None:
    assert sorted(wheel.name for wheel in wheels.glob("*.whl")) == [
        "maillage-0.1.0-py3-none-any.whl",
        "maillage_engine-0.1.0-py3-none-any.whl",
        "maillage_parameters-0.1.0-py3-none-any.whl",
    ]


@pytest.mark.parametrize(
    ("package", "wheel"),
    [
        ("web/maillage", "maillage-0.1.0-py3-none-any.whl"),
        ("engine/maillage_engine", "maillage_engine-0.1.0-py3-none-any.whl"),
        ("parameters/maillage_parameters", "maillage_parameters-0.1.0-py3-none-any.whl"),
    ],
)
def test_a_wheel_holds_every_file_of_its_package_but_tests(
    wheels: Path, package: str, wheel: str
) -> None:
    inside = {
        name for name in zipfile.ZipFile(wheels / wheel).namelist() if ".dist-info" not in name
    }
    folder = ROOT / package
    expected = {
        str(file.relative_to(folder.parent))
        for file in folder.rglob("*")
        if file.is_file()
        and file.suffix not in LEFT_OUT
        and not SKIPPED & set(file.relative_to(folder).parts)
    }
    assert inside == expected


def test_english_is_compiled_inside_the_wheel(wheels: Path) -> None:
    inside = zipfile.ZipFile(wheels / "maillage-0.1.0-py3-none-any.whl").namelist()
    catalogues = {str(file.parent) for file in (ROOT / "web").rglob("locale/en/LC_MESSAGES/*.po")}
    assert catalogues
    assert sum(name.endswith("en/LC_MESSAGES/django.mo") for name in inside) == len(catalogues)


def test_the_installed_command_shows_its_help(installed: Path) -> None:
    shown = run(installed, "maillage", "--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "start the site on http://127.0.0.1:8000/" in shown.stdout


def test_the_installed_package_is_the_wheel_and_passes_its_own_checks(
    installed: Path, tmp_path: Path
) -> None:
    real = {"DATABASE_URL": "postgresql://127.0.0.1:1/none", "SECRET_KEY": "only-for-this-test" * 4}
    where = run(installed, "python", "-c", "import maillage; print(maillage.__file__)")
    assert Path(where.stdout).is_relative_to(installed)
    checked = run(installed, "maillage", "check", MAILLAGE_STATE=str(tmp_path), **real)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout == "System check identified no issues (0 silenced).\n"
