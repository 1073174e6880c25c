"""What every test of the engine shares."""

import os
from pathlib import Path

import pytest
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
