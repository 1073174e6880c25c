"""Presets: well formed, sourced, and honest about not having been checked."""

import pytest

from maillage_engine import BadParameter, Preset, presets, step_weight

EVERY = {name: value for name, value in vars(presets).items() if isinstance(value, Preset)}


@pytest.mark.parametrize("name", EVERY)
def test_every_preset_names_its_source_and_year(name):
    preset = EVERY[name]
    assert len(preset.source) > 20
    assert 2000 <= preset.since <= 2026
    assert preset.checked is False  # the day one is, say in docs/methods/access.md who did and when


def test_general_practice_weights_by_hand():
    weight = step_weight([0, 10, 12, 15, 20, 20.1], presets.APL_GENERAL_PRACTICE.bands)
    assert weight.tolist() == [1, 1, 2 / 3, 2 / 3, 1 / 3, 0]


def test_a_preset_that_makes_no_sense_is_refused():
    with pytest.raises(BadParameter, match="move outward"):
        Preset(((20, 1.0), (10, 0.5)), 2020, "nowhere", checked=False)
