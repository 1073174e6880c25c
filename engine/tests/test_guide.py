"""The guide of the engine says what its own code gives."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def guide():
    spec = spec_from_file_location("guide", REPOSITORY / "ops" / "guide.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_number_and_figure_of_the_guide_is_what_its_code_gives():
    made = guide()
    page = made.PAGE.read_text(encoding="utf-8")
    assert list(made.differences(page, *made.executed(page))) == []


def test_a_number_changed_by_hand_is_found():
    made = guide()
    page = made.PAGE.read_text(encoding="utf-8")
    told = list(made.differences(page.replace("96.0 of 96", "95.0 of 96"), *made.executed(page)))
    assert len(told) == 1
    assert "95.0 of 96" in told[0]
