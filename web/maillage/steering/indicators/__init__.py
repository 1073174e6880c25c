"""Every figure of this room, listed by name; docs/guide/indicateurs.md is made from them."""

from maillage.steering.indicator import Indicator
from maillage.steering.indicators import (
    access_score,
    coverage,
    epci_gap,
    epci_ratio,
    far_people,
    gini,
    mean_minutes,
    p90_p10,
    people_per_site,
    priority_communes,
    sites,
    theil,
    unserved_communes,
    unverified,
)

INDICATORS: tuple[Indicator, ...] = (
    coverage.INDICATOR,
    far_people.INDICATOR,
    unserved_communes.INDICATOR,
    access_score.INDICATOR,
    mean_minutes.INDICATOR,
    epci_gap.INDICATOR,
    epci_ratio.INDICATOR,
    gini.INDICATOR,
    theil.INDICATOR,
    p90_p10.INDICATOR,
    people_per_site.INDICATOR,
    sites.INDICATOR,
    unverified.INDICATOR,
    priority_communes.INDICATOR,
)
BY_CODE = {indicator.code: indicator for indicator in INDICATORS}
