"""Every figure declares everything about itself, and the guide says the same."""

from pathlib import Path

import pytest
from django.utils.translation import override

from maillage.steering.indicator import Indicator
from maillage.steering.indicators import BY_CODE, INDICATORS
from maillage.steering.management.commands.list_indicators import page

GUIDE = Path(__file__).resolve().parents[4] / "docs" / "guide" / "indicateurs.md"
FILES = Path(__file__).resolve().parents[1] / "indicators"


def test_the_guide_is_up_to_date() -> None:
    assert GUIDE.read_text(encoding="utf-8").strip() == page().strip()


def test_every_file_of_the_folder_is_listed() -> None:
    files = {file.stem for file in FILES.glob("*.py")} - {"__init__", "shared"}
    assert len(files) == len(INDICATORS) == len(BY_CODE)


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.code)
def test_an_indicator_says_what_it_is_which_way_is_better_and_its_limits(
    indicator: Indicator,
) -> None:
    with override("fr"):
        for text in (
            indicator.label, indicator.question, indicator.definition, indicator.unit,
            indicator.source, indicator.freshness, indicator.direction, indicator.formula,
        ):  # fmt: skip
            assert str(text).strip()
        assert str(indicator.question).endswith("?")
        assert indicator.limits
