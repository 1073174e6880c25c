"""Every source of the territory by the name one types: `maillage import_data births FILE`."""

from maillage.territory.imports import (
    ages,
    births,
    cars,
    childminders,
    coverage,
    density,
    incomes,
    travel_times,
    zonings,
)

SOURCES = {
    source.key: source
    for source in (
        ages.SOURCE,
        births.SOURCE,
        cars.SOURCE,
        childminders.SOURCE,
        coverage.COMMUNES,
        coverage.EPCIS,
        coverage.EPCIS_HISTORICAL,
        density.SOURCE,
        incomes.COMMUNES,
        incomes.EPCIS,
        travel_times.SOURCE,
        zonings.FRR,
        zonings.QPV_2015,
        zonings.ZRR,
    )
}
