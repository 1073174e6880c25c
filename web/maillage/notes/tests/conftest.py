"""Every test of this room has an outer key of its own, in a file of its own."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from maillage.notes import outer
from maillage.notes.tests import made


@pytest.fixture(autouse=True)
def key_file(settings: Settings, tmp_path: Path) -> Path:
    file = tmp_path / "notes.key"
    outer.make_file(file)
    settings.NOTES_KEY = settings.NOTES_KEY_COMMAND = ""
    settings.NOTES_KEY_FILE = str(file)
    return file


@pytest.fixture
def booked(db: None) -> made.Session:
    return made.session()
