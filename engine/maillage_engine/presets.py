"""Step decays used in published studies, under their names. None is a recommendation.

`checked` is False while nobody has compared the values with the publication itself: say so wherever
such a preset is shown, and never bill or rank anyone on it. Published bands are often strict ("less
than 10 minutes"); ours include their bound, which matters only for times exactly on it.
"""

from dataclasses import dataclass

from maillage_engine.decay import step_weight


@dataclass(frozen=True, slots=True)
class Preset:
    """A step decay with its origin."""

    bands: tuple[tuple[float, float], ...]  # (upper bound in minutes, weight)
    since: int  # year of the publication
    source: str
    checked: bool  # compared with the publication itself

    def __post_init__(self) -> None:
        step_weight([], self.bands)  # refuses bands that make no sense


E2SFCA_2009 = Preset(
    bands=((10, 1.0), (20, 0.68), (30, 0.22)),
    since=2009,
    source="Luo & Qi (2009), Health & Place 15(4): Gaussian weights of three zones, slow decay",
    checked=False,
)
E2SFCA_2009_FAST = Preset(
    bands=((10, 1.0), (20, 0.42), (30, 0.09)),
    since=2009,
    source="Luo & Qi (2009), Health & Place 15(4): three zones, fast decay",
    checked=False,
)
APL_2012 = Preset(
    bands=((5, 1.0), (10, 0.3), (15, 0.1)),
    since=2012,
    source="DREES, accessibilité potentielle localisée aux généralistes, first version (2012)",
    checked=False,
)
APL_GENERAL_PRACTICE = Preset(
    bands=((10, 1.0), (15, 2 / 3), (20, 1 / 3)),
    since=2017,
    source="DREES, accessibilité potentielle localisée aux généralistes, revised (2015-2017)",
    checked=False,
)
CHILDCARE_15_MIN = Preset(
    bands=((15, 1.0),),
    since=2018,
    source="DREES, accessibilité à l'accueil du jeune enfant: places within 15 minutes, no decay"
    " inside (the published one was not found)",
    checked=False,
)
