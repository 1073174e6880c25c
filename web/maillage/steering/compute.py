"""From counts to a diagnosis: the only place of this room that calls the engine."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import maillage_engine as engine
from maillage.steering.diagnosis import (
    CommuneResult,
    Diagnosis,
    EpciResult,
    Inequality,
    Totals,
    rounded,
)
from maillage.steering.inputs import CommuneFacts, Inputs, Site
from maillage.steering.margins.compute import (
    Drawn,
    EpciMargin,
    draw,
    epci_margins,
    margins,
    values_of,
)
from maillage.steering.provenance import code_version
from maillage.steering.question import Question
from maillage.steering.vocabulary import Decay, Measure, Unserved
from maillage.territory.compute import FOUR_LEVELS
from maillage.territory.models import Mode

Floats: TypeAlias = NDArray[np.float64]
MODELS = {Mode.CAR: engine.CAR_ROLLING, Mode.BICYCLE: engine.BICYCLE, Mode.FOOT: engine.FOOT}
DEFAULT_NEW_PLACES = 10
LORENZ_STEPS = 50


@dataclass(frozen=True, slots=True)
class _Map:
    """The inputs as arrays; `inside` marks the département's own communes."""

    inside: NDArray[np.bool_]
    people: Floats  # (communes,) NaN where unknown
    minutes: Floats  # (communes, sites) NaN: no route
    estimated: NDArray[np.bool_]  # (communes, sites) False where an imported time is used
    supply: Floats  # (sites,)

    @property
    def demand(self) -> Floats:
        """People who compete for the offer, the halo's included; an unknown number counts as 0."""
        return np.nan_to_num(self.people, nan=0.0)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the engine found for the département's communes, in their order."""

    score: Floats
    minutes: Floats
    nearest: NDArray[np.int64]
    unserved: NDArray[np.bool_]
    drawn: Drawn | None  # None where no time may be wrong, or nothing says by how much


def diagnose(question: Question, inputs: Inputs) -> Diagnosis:
    """Answer `question`. Pure: the same inputs give the same diagnosis, to the byte."""
    sites = inputs.facts.sites + opened_sites(question, inputs)
    table = _map(question, inputs, sites)
    answer = _answer(question, inputs, table, sites)
    communes = _communes(question, inputs, answer, sites)
    found = Diagnosis(
        question=question,
        departement_name=inputs.facts.departement_name,
        communes=communes,
        epcis=_epcis(question, communes, answer),
        totals=_totals(question, communes, answer, table, sites),
        inequality=_inequality(communes, answer.score * question.per),
        remote=tuple((r.name, r.organization, r.modes, r.level) for r in inputs.facts.remote),
        silent_departements=inputs.facts.silent_departements,
        travel=inputs.facts.times_source,
        sources=tuple(
            (s.key, s.title, s.producer, s.licence, s.vintage, s.sha256)
            for s in inputs.facts.sources
        ),
        data_hash=inputs.facts.sha256(),
        code_version=code_version(),
    )
    return _with_margins(found, answer.drawn)


def _with_margins(found: Diagnosis, drawn: Drawn | None) -> Diagnosis:
    """Add the range of every figure that hangs on estimated times."""
    if drawn is None or found.inequality is None:
        return found
    values = values_of(found.totals, found.inequality)
    siren = np.array([commune.epci for commune in found.communes])
    added = margins(found.question, drawn, _people(found.communes), siren, values)
    known = replace(found, margins=added)
    share = known.range_of("couverture")
    if share is None:
        return known
    totals = replace(found.totals, coverage_low=share.low, coverage_high=share.high)
    return replace(known, totals=totals)


def weights(question: Question, minutes: Floats) -> Floats:
    """Willingness to travel, for the question's decay and threshold."""
    limit = float(question.minutes)
    shapes: dict[str, Callable[[], Floats]] = {
        Decay.STEPS: lambda: engine.step_weight(
            minutes, [(limit / 3, 1.0), (2 * limit / 3, 0.68), (limit, 0.22)]
        ),
        Decay.ALL_OR_NOTHING: lambda: engine.step_weight(minutes, [(limit, 1.0)]),
        Decay.LINEAR: lambda: engine.linear_weight(minutes, limit),
        Decay.GAUSSIAN: lambda: engine.gaussian_weight(minutes, limit),
        Decay.PARABOLA: lambda: engine.epanechnikov_weight(minutes, limit),
        Decay.EXPONENTIAL: lambda: engine.exponential_weight(minutes, 3 * np.log(2) / limit, limit),
        Decay.LOGISTIC: lambda: engine.logistic_weight(minutes, limit / 2, limit / 10, limit),
    }
    return shapes[question.decay]()


def supply_of(question: Question, site: Site) -> float | None:
    """What one site weighs; None where the service does not say."""
    if question.measure == Measure.HOURS:
        return site.hours
    if question.measure == Measure.PLACES:
        return None if site.capacity is None else site.capacity / site.stops
    return 1.0 / site.stops if site.is_mobile else 1.0


def _map(question: Question, inputs: Inputs, sites: tuple[Site, ...]) -> _Map:
    communes = inputs.communes
    people = [np.nan if c.people is None else c.people for c in communes]
    minutes, estimated = travel_minutes(question, inputs, sites)
    return _Map(
        inside=np.array([commune.inside for commune in communes], dtype=bool),
        people=np.array(people, dtype=np.float64),
        minutes=minutes,
        estimated=estimated,
        supply=np.array([supply_of(question, site) or 0.0 for site in sites], dtype=np.float64),
    )


def travel_minutes(
    question: Question, inputs: Inputs, sites: tuple[Site, ...]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Estimated minutes, replaced by the imported ones where there are any.

    Rounded to a tenth before anything else, so that what is shown is what was compared.
    """
    levels = dict(zip((c.code for c in inputs.communes), _levels(inputs.communes), strict=True))
    ends = engine.places(
        [site.longitude for site in sites],
        [site.latitude for site in sites],
        np.array([levels[site.commune] for site in sites], dtype=np.int64),
    )
    starts = _town_halls(inputs.communes)
    minutes = engine.estimate_minutes(starts, ends, MODELS[Mode(question.mode)]).round(1)
    known = {(start, end): time for start, end, time in inputs.facts.times}
    estimated = np.ones(minutes.shape, dtype=bool)
    if known:
        for row, commune in enumerate(inputs.communes):
            for column, site in enumerate(sites):
                time = known.get((commune.code, site.commune))
                if time is not None:
                    minutes[row, column], estimated[row, column] = round(time, 1), False
    return minutes, estimated


def _town_halls(communes: tuple[CommuneFacts, ...]) -> engine.Places:
    return engine.places(
        [commune.longitude for commune in communes],
        [commune.latitude for commune in communes],
        _levels(communes),
    )


def _levels(communes: tuple[CommuneFacts, ...]) -> NDArray[np.int64]:
    areas = [max(commune.area_km2, 0.01) for commune in communes]
    guessed = engine.density_level([commune.population for commune in communes], areas)
    return np.array(
        [
            guess if commune.density is None else int(FOUR_LEVELS[commune.density])
            for commune, guess in zip(communes, guessed, strict=True)
        ],
        dtype=np.int64,
    )


def opened_sites(question: Question, inputs: Inputs) -> tuple[Site, ...]:
    """The sites a scenario opens, each at a town hall, as large as the usual one."""
    halls = {commune.code: commune for commune in inputs.communes}
    known = sorted(site.capacity for site in inputs.facts.sites if site.capacity is not None)
    capacity = known[len(known) // 2] if known else DEFAULT_NEW_PLACES
    hours = sorted(site.hours for site in inputs.facts.sites if site.hours)
    return tuple(
        Site(
            commune=code,
            latitude=halls[code].latitude,
            longitude=halls[code].longitude,
            name="",
            organization="",
            location="",
            capacity=capacity,
            stops=1,
            is_mobile=False,
            verified_on="",
            hours=hours[len(hours) // 2] if hours else 0.0,
            is_demonstration=False,
            key="",
            service_id="",
        )
        for code in question.scenario.opened
        if code in halls
    )


def _answer(question: Question, inputs: Inputs, table: _Map, sites: tuple[Site, ...]) -> _Answer:
    access = engine.two_step_access(table.demand, table.supply, weights(question, table.minutes))
    trip = engine.nearest(table.minutes[table.inside])
    score = access.score[table.inside]
    starts, ends = (c.code for c in inputs.communes), (site.commune for site in sites)
    trips = engine.GuessedTrips(table.minutes, table.estimated, tuple(starts), tuple(ends))
    weight = weights(question, np.arange(10 * question.minutes + 1) / 10)
    return _Answer(
        score=score,
        minutes=trip.minutes,
        nearest=trip.destination,
        unserved=_unserved(question, table, score, trip.minutes),
        drawn=draw(question, trips, table.demand, table.supply, weight, table.inside),
    )


def _unserved(question: Question, table: _Map, score: Floats, minutes: Floats) -> NDArray[np.bool_]:
    if question.unserved == Unserved.NOTHING:
        return np.asarray(score == 0)
    if question.unserved == Unserved.RELATIVE:
        people = table.demand[table.inside]
        if not people.any():
            return np.asarray(score == 0)
        below = engine.below_median(score, people, question.fraction / 100)
        return np.asarray(below | (score == 0))
    return engine.farther_than(minutes, question.minutes)


def _open_border(question: Question, inputs: Inputs) -> NDArray[np.bool_]:
    """Mark the communes from which one reaches a département of whose offer nothing is known."""
    inside = tuple(commune for commune in inputs.communes if commune.inside)
    silent = tuple(c for c in inputs.communes if c.departement in inputs.facts.silent_departements)
    if not silent:
        return np.zeros(len(inside), dtype=bool)
    model = MODELS[Mode(question.mode)]
    reach = engine.pairs_within(
        _town_halls(inside), _town_halls(silent), float(question.minutes), model
    )
    return np.asarray(np.diff(reach.start) > 0)


def _communes(
    question: Question, inputs: Inputs, answer: _Answer, sites: tuple[Site, ...]
) -> tuple[CommuneResult, ...]:
    names = {commune.code: commune.name for commune in inputs.communes}
    border = _open_border(question, inputs)
    low, high, close = _doubts(question, answer)
    inside = [commune for commune in inputs.communes if commune.inside]
    found = []
    for at, commune in enumerate(inside):
        nearest = int(answer.nearest[at])
        site = sites[nearest] if nearest >= 0 else None
        found.append(
            CommuneResult(
                code=commune.code,
                name=commune.name,
                epci=commune.epci,
                epci_name=commune.epci_name,
                people=None if commune.people is None else rounded(commune.people, 3),
                estimated=commune.estimated,
                score=rounded(answer.score[at] * question.per),
                minutes=rounded(answer.minutes[at], 1) if site else None,
                nearest=site.name if site else "",
                nearest_commune=names[site.commune] if site else "",
                unserved=bool(answer.unserved[at]),
                close_call=bool(close[at]),
                open_border=bool(border[at]),
                zonings=commune.zonings,
                density=commune.density,
                income=commune.income,
                growth=commune.growth,
                minutes_low=_moved(low[at]),
                minutes_high=_moved(high[at]),
            )
        )
    return tuple(found)


def _doubts(question: Question, answer: _Answer) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Bounds of each nearest time, NaN where it does not move, and who may change sides."""
    if answer.drawn is None:
        nothing = np.full(answer.minutes.size, np.nan)
        return nothing, nothing, np.zeros(answer.minutes.size, dtype=bool)
    low, high = answer.drawn.bounds()
    within = answer.minutes <= question.minutes
    close = answer.drawn.doubtful(question.minutes, within)
    return np.minimum(low, answer.minutes), np.maximum(high, answer.minutes), close


def _moved(minutes: float) -> float | None:
    return rounded(minutes, 1) if np.isfinite(minutes) else None


def _epcis(
    question: Question, communes: tuple[CommuneResult, ...], answer: _Answer
) -> tuple[EpciResult, ...]:
    """One row per EPCI, for its communes of this département only."""
    people = _people(communes)
    if not people.any():
        return ()
    siren = np.array([commune.epci for commune in communes])
    means = engine.group_means(answer.score * question.per, people, siren)
    drawn = answer.drawn
    ranges = epci_margins(drawn, people, siren, question.minutes) if drawn else {}
    far = _far(question, communes)
    rows = []
    for label, mean, persons in zip(means.labels, means.mean, means.people, strict=True):
        here = siren == label
        beyond = float(people[here & far].sum())
        rows.append(
            EpciResult(
                siren=str(label),
                name=next(c.epci_name for c in communes if c.epci == label),
                communes=int(here.sum()),
                people=rounded(persons, 3),
                score=rounded(mean) if persons else None,
                coverage=rounded(1 - beyond / persons) if persons else None,
                far_people=rounded(beyond, 3),
                unserved_communes=sum(c.unserved for c in communes if c.epci == label),
                **_epci_margin(
                    ranges.get(str(label)), mean, 1 - beyond / persons if persons else 0
                ),
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.name, row.siren)))


def _epci_margin(found: EpciMargin | None, score: float, coverage: float) -> dict[str, Any]:
    """Ranges that hold the figures themselves."""
    if found is None:
        return {}
    return {
        "coverage_low": rounded(min(found.coverage[0], coverage)),
        "coverage_high": rounded(max(found.coverage[1], coverage)),
        "score_low": rounded(min(found.score[0], score)),
        "score_high": rounded(max(found.score[1], score)),
        "against": found.against,
    }


def _totals(
    question: Question,
    communes: tuple[CommuneResult, ...],
    answer: _Answer,
    table: _Map,
    sites: tuple[Site, ...],
) -> Totals:
    people = _people(communes)
    inside = {commune.code for commune in communes}
    services = {site.service_id: site for site in sites if site.service_id}
    unserved = np.array([commune.unserved for commune in communes], dtype=bool)
    return Totals(
        communes=len(communes),
        people=rounded(people.sum(), 3),
        unknown_communes=sum(commune.people is None for commune in communes),
        far_people=rounded(people[_far(question, communes)].sum(), 3),
        unserved_communes=int(unserved.sum()),
        unserved_people=rounded(people[unserved].sum(), 3),
        sites=sum(site.commune in inside for site in sites),
        halo_sites=sum(site.commune not in inside for site in sites),
        services=len(services),
        unverified_services=sum(not site.verified_on for site in services.values()),
        sites_without_supply=sum(supply_of(question, site) is None for site in sites),
        supply=rounded(table.supply.sum()),
        demonstration=any(site.is_demonstration for site in sites),
        **_shares(question, people, answer),
    )


def _shares(question: Question, people: Floats, answer: _Answer) -> dict[str, float | None]:
    """What is said of the average person; unknown where nobody can be counted."""
    if not people.any():
        names = ("coverage", "coverage_low", "coverage_high", "mean_score", "median_score")
        return dict.fromkeys((*names, "mean_minutes"))
    share = rounded(engine.coverage(answer.minutes, people, cutoff_min=float(question.minutes)))
    score = answer.score * question.per
    reached = np.isfinite(answer.minutes) & (people > 0)
    trip = answer.minutes[reached] @ people[reached]
    return {
        "coverage": share,
        "coverage_low": share,
        "coverage_high": share,
        "mean_score": rounded(score @ people / people.sum()),
        "median_score": rounded(engine.quantile(score, people, 0.5)),
        "mean_minutes": rounded(trip / people[reached].sum(), 1) if reached.any() else None,
    }


def _inequality(communes: tuple[CommuneResult, ...], score: Floats) -> Inequality | None:
    people = _people(communes)
    if not people.any():
        return None
    epci = np.array([commune.epci for commune in communes])
    split = engine.theil(score, people, epci)
    means = engine.group_means(score, people, epci)
    lived_in = means.people > 0
    ends = engine.extremes(means.mean[lived_in], means.people[lived_in])
    return Inequality(
        gini=rounded(engine.gini(score, people)),
        theil=rounded(split.total),
        theil_between=rounded(split.between),
        theil_within=rounded(split.within),
        p10=rounded(engine.quantile(score, people, 0.1)),
        p90=rounded(engine.quantile(score, people, 0.9)),
        p90_p10=rounded(engine.quantile_ratio(score, people)),
        lowest=rounded(ends.lowest),
        highest=rounded(ends.highest),
        gap=rounded(ends.gap),
        ratio=rounded(ends.ratio),
        lorenz=_curve(engine.lorenz(score, people)),
    )


def _curve(curve: engine.Lorenz) -> tuple[tuple[float, float], ...]:
    """A curve light enough to draw: read every fiftieth of the people, ends included."""
    at = np.linspace(0.0, 1.0, LORENZ_STEPS + 1)
    held = np.interp(at, curve.people, curve.held)
    return tuple((rounded(x), rounded(y)) for x, y in zip(at, held, strict=True))


def _people(communes: tuple[CommuneResult, ...]) -> Floats:
    """Persons; an unknown number weighs nothing and is counted apart."""
    return np.array([commune.people or 0.0 for commune in communes], dtype=np.float64)


def _far(question: Question, communes: tuple[CommuneResult, ...]) -> NDArray[np.bool_]:
    limit = question.minutes
    return np.array([c.minutes is None or c.minutes > limit for c in communes], dtype=bool)
