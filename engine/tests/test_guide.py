"""The guide of the engine says what its own code gives."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def guide():
    spec = spec_from_file_location("guide", REPOSITORY / "ops" / "guide.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page(guide):
    return guide.PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made(guide, page):
    return guide.executed(page)


def test_every_number_and_figure_of_the_guide_is_what_its_code_gives(guide, page, made):
    assert list(guide.differences(page, *made)) == []


def test_the_blocks_of_its_adapters_are_among_those_run(guide, page, made):
    pytest.importorskip("pandas", reason="pandas is not installed (only adapters need it)")
    told = list(
        guide.differences(page.replace("   origin destination", "   origins destination"), *made)
    )
    assert len(told) == 1


@pytest.mark.parametrize(
    ("written", "instead"),
    [("96.0 of 96", "95.0 of 96"), ("Gini index 0.204 (0", "Gini index 0.304 (0")],
    ids=["printed by Python", "printed by a command"],
)
def test_a_number_changed_by_hand_is_found(guide, page, made, written, instead):
    assert page.count(written) == 1
    told = list(guide.differences(page.replace(written, instead), *made))
    assert len(told) == 1
    assert instead in told[0]


def test_a_figure_that_is_no_longer_the_one_drawn_is_found(guide, page, made):
    text, figures = made
    changed = figures | {"guide-three.svg": figures["guide-three.svg"].replace("15", "16", 1)}
    told = list(guide.differences(page, text, changed))
    assert told == ["figures/guide-three.svg is not what the guide draws"]
    del changed["guide-three.svg"]
    told = list(guide.differences(page, text, changed))
    assert told == ["figures/guide-three.svg is shown and nothing draws it"]


def test_what_a_reader_copies_needs_nothing_but_the_engine(page):
    copied = "".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL))
    assert not re.search(r"\b(draw|dots|bars)\(", copied)
