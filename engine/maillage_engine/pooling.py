"""Proximity or presence: every best compromise of a service that shares its practitioners.

Fewer sites, a higher floor of presence at each of them, and less travel pull against each other.
Both counts are whole numbers, so asking for the least travel under each pair of limits finds every
compromise that none beats.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from maillage_engine import _check, _problem
from maillage_engine._bounds import Bounded, is_proven
from maillage_engine._check import Floats, Ints
from maillage_engine._clock import work_clock
from maillage_engine._pooling import (
    SAME,
    Answer,
    Field,
    Groups,
    Question,
    Relaxation,
    best_network,
    exactly,
)
from maillage_engine._sharing import Pool, best_sharing
from maillage_engine.attribution import credited
from maillage_engine.errors import BadArray, BadParameter, Infeasible
from maillage_engine.pairs import Pairs, pairs
from maillage_engine.siting import p_median

LARGEST = 1_000_000  # tenths of a post at one place
NOBODY = -1


@dataclass(frozen=True, slots=True)
class SharedNetwork(Bounded):
    """Open sites and who serves them. Positions are those of the columns and of `staff`."""

    sites: Ints  # (n_open,) open sites, increasing
    practitioner: Ints  # (n_open,) who serves each site; -1: nobody can
    tenths: Ints  # (n_open,) tenths of a full-time post present at each site
    quality: int  # the least of them: no site has fewer
    objective: float  # person-minutes to the nearest open site
    bound: float  # no network with as few sites and as high a floor does better
    proven: bool  # the gap is at most one millionth

    @property
    def shared(self) -> dict[int, list[int]]:
        """Practitioners who serve several sites, with these sites."""
        found: dict[int, list[int]] = {}
        for site, person in zip(self.sites.tolist(), self.practitioner.tolist(), strict=True):
            found.setdefault(person, []).append(site)
        return {p: s for p, s in sorted(found.items()) if p != NOBODY and len(s) > 1}


@dataclass(frozen=True, slots=True)
class Dominated:
    """Limits under which nothing better was found than a compromise already listed."""

    sites: int
    quality: int
    objective: float
    bound: float
    by: int  # position in `points` of one that is at least as good on all three counts


@dataclass(frozen=True, slots=True)
class PoolingFront:
    """Compromises that none beats on sites, floor and travel at once; by sites, then floor."""

    points: tuple[SharedNetwork, ...]  # what none beats
    dominated: tuple[Dominated, ...]  # looked at, and no better than a point
    impossible: tuple[tuple[int, int], ...]  # (sites, lowest floor) that no network can keep
    complete: bool  # proven that every compromise is listed
    today: SharedNetwork | None  # today's sites with the highest floor the staff can keep there
    attribution: str = ""  # whom to credit wherever it is shown

    def least_travel(self, sites: int, quality: int) -> float:
        """Return the least person-minutes with so many sites at most and such a floor at least.

        Parameters
        ----------
        sites, quality : int
            Limits, within those that were asked for.

        Returns
        -------
        float
            Infinite when no network keeps both.
        """
        return min(
            (p.objective for p in self.points if p.sites.size <= sites and p.quality >= quality),
            default=np.inf,
        )


def pooling_front(  # noqa: PLR0913 - four facts and their keyword-only options
    cost: Any,
    demand: ArrayLike,
    staff: ArrayLike,
    *,
    between: Any = None,
    share_minutes: float = 30.0,
    share_sites: int = 3,
    sites: tuple[int, int] | None = None,
    quality: tuple[int, int] | None = None,
    candidates: ArrayLike | None = None,
    today: ArrayLike | None = None,
    outside: float | None = None,
    time_limit: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> PoolingFront:
    r"""Find every best compromise between few sites, presence at each, and travel.

    For each number of sites :math:`p` and floor :math:`q` (the :math:`\varepsilon` of the method),

    .. math:: \min \sum_i h_i \min_{j \in Y} c_{ij} \quad \text{s.t.} \quad |Y| \le p,\;
              Y = G_1 \cup \dots \cup G_N,\; |G_n| \le \min(k, \lfloor s_n / q \rfloor),\;
              \max(t_{ab}, t_{ba}) \le \tau \;\; \forall a, b \in G_n

    where :math:`G_n` are the sites of practitioner :math:`n`. Each site has one practitioner, whom
    families see again and again; a practitioner of :math:`s_n` tenths has at most :math:`k` sites,
    all within :math:`\tau` minutes of each other, with at least :math:`q` tenths at each.

    Parameters
    ----------
    cost : array_like (n_demand, n_sites), sparse matrix, or Pairs
        Minutes from each origin to each site, >= 0; NaN or absent: out of reach.
    demand : array_like, shape (n_demand,)
        Persons at each origin, >= 0.
    staff : array_like of int, shape (n_practitioners,)
        Tenths of a full-time post of each practitioner, whole numbers >= 1.
    between : array_like (n_sites, n_sites), sparse matrix, or Pairs, optional
        Minutes from site to site; `cost` itself by default, when it is square.
    share_minutes : float
        Minutes :math:`\tau`, both ways, between any two sites of one practitioner.
    share_sites : int
        Sites :math:`k` that one practitioner has at most.
    sites : (int, int), optional
        Least and most sites to look at; by default from 1 to all that the staff can open.
    quality : (int, int), optional
        Lowest and highest floor to look at, in tenths; by default from 1 to all of a post.
    candidates : array_like of int, shape (n_candidates,), optional
        Columns where opening is possible; all by default.
    today : array_like of int, shape (n_open,), optional
        Columns open today, to be compared with.
    outside : float, optional
        Minutes counted for a person whom no open site is within reach of, no fewer than the longest
        time within reach. Without it everyone must be within reach.
    time_limit : float, optional
        Seconds after which the rest is left out; `complete` is then false, and each point says what
        was proven about it.
    progress : callable (done, whole), optional
        Told after each number of sites.

    Returns
    -------
    PoolingFront
        Points whose sites and floors hold as written, each with its bound.

    Raises
    ------
    BadArray, BadParameter
        If a number is negative or not whole, shapes disagree, or limits are out of range.
    Infeasible
        Naming `reach` when someone is within reach of no candidate, or `sites and quality` when no
        network keeps any of the limits.

    Notes
    -----
    Cost: one search for each number of sites and floor; seconds for a département
    (docs/benchmarks.md).

    Groups of sites are the sites of a p-median, written when prices say that they pay; a Lagrangian
    bound leaves few of them, which are taken or left one by one. See docs/methods/pooling.md.

    References
    ----------
    Haimes, Lasdon & Wismer (1971), IEEE Transactions on Systems, Man, and Cybernetics 1(3).
    Durán-Mateluna, Alès & Elloumi (2023), European Journal of Operational Research 310(1),
    doi:10.1016/j.ejor.2023.02.042.

    Examples
    --------
    >>> road = [[0, 10, 60], [10, 0, 50], [60, 50, 0]]
    >>> front = pooling_front(road, [5, 9, 3], [10, 5], share_minutes=20)
    >>> [(p.sites.tolist(), p.quality, p.objective) for p in front.points]
    [([1], 10, 200.0), ([1, 2], 5, 50.0), ([0, 1, 2], 5, 0.0)]
    """
    ends = _problem.deadline(time_limit)
    reach, columns = _problem.only_candidates(pairs(cost), candidates)
    people = _check.people("demand", demand, reach.shape[0])
    posts = _posts(staff)
    near = _near(between if between is not None else cost, pairs(cost).shape[1], share_minutes)
    _check.whole("share_sites", share_sites, 1)
    served = _problem.inhabited(reach, people)
    outside = _problem.outside_of(served, outside)
    if outside is None:
        _problem.refuse_unreachable(reach, people)
    far = np.inf if outside is None else outside
    most = min(int(np.minimum(posts, share_sites).sum()), columns.size)
    counts = _limits("sites", sites, most, columns.size)
    floors = _limits("quality", quality, int(posts.max()), int(posts.max()))
    staffed = _Staff(posts, share_sites)
    place = _field(served, people, near[np.ix_(columns, columns)], far)
    found = _every_question(_Asking(place, share_sites, ends), staffed, counts, floors, progress)
    baseline = None
    if today is not None:
        known = _problem.only_candidates(pairs(cost), today)[1]
        every = _field(_problem.inhabited(pairs(cost), people), people, near, far)
        baseline = _today(every, staffed, known)
    front = _front(place, staffed, found)
    if not front.points and front.complete:
        raise Infeasible("sites and quality", _nothing(counts, floors, posts))
    renamed = tuple(_with_columns(point, columns) for point in front.points)
    return credited(replace(front, points=renamed, today=baseline), cost, between)


@dataclass(frozen=True, slots=True)
class _Staff:
    tenths: Ints
    share_sites: int

    def room(self, quality: int) -> Ints:
        """Return how many sites each practitioner can have at this floor."""
        return np.minimum(self.share_sites, self.tenths // quality)

    def sizes(self, quality: int) -> tuple[int, ...]:
        """Return how many practitioners can have more than 0, 1, 2... sites at this floor."""
        room = self.room(quality)
        return tuple(int((room > size).sum()) for size in range(self.share_sites))

    def floor_of(self, groups: Groups) -> int:
        """Return the highest floor at which these groups can be shared out; 0 when at none."""
        wanted = sorted(map(len, groups), reverse=True)
        for quality in range(int(self.tenths.max()), 0, -1):
            room = np.sort(self.room(quality))[::-1]
            if len(wanted) <= room.size and (room[: len(wanted)] >= wanted).all():
                return quality
        return 0


@dataclass(frozen=True, slots=True)
class _Asked:
    sites: int
    quality: int
    answer: Answer
    certain: bool  # settled before the time was over


def _every_question(
    asking: "_Asking",
    staff: _Staff,
    counts: tuple[int, int],
    floors: tuple[int, int],
    progress: Callable[[int, int], None] | None,
) -> list[_Asked]:
    found: list[_Asked] = []
    for count in range(counts[0], counts[1] + 1):
        found += asking.of(staff, count, floors)
        if progress:
            progress(count - counts[0] + 1, counts[1] - counts[0] + 1)
    return found


@dataclass(slots=True)
class _Asking:
    """Questions about one place, each helped by the answers before it."""

    place: Field
    biggest: int
    ends: float
    lp: Relaxation = field(init=False)
    pool: Pool = field(init=False)
    known: dict[Question, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lp, self.pool = Relaxation(self.place, self.biggest), Pool(self.place)

    def of(self, staff: _Staff, count: int, floors: tuple[int, int]) -> list[_Asked]:
        """Ask for the least travel at each floor that can give another answer."""
        found: list[_Asked] = []
        quality = floors[0]
        while quality <= floors[1]:
            late = work_clock() > self.ends
            answer = (
                Answer(np.inf, -np.inf, [])
                if late
                else self.answer(Question(count, staff.sizes(quality)))
            )
            found.append(_Asked(count, quality, answer, not late))
            if not np.isfinite(answer.total):
                break  # a higher floor allows fewer networks
            quality = max(quality, staff.floor_of(answer.groups)) + 1
        self.lp.thin()
        return found

    def answer(self, question: Question) -> Answer:
        """Answer to proof, or as far as time allows."""
        if question.sizes[0] == 0:
            return Answer(np.inf, np.inf, [])
        usable = Question(min(question.count, sum(question.sizes)), question.sizes)
        if usable not in self.known:
            self.known[usable] = self._kept(usable) or self._new(usable)
        return self.known[usable]

    def _kept(self, question: Question) -> Answer | None:
        """Return the answer to a wider question that also keeps these limits: none is better."""
        for asked, answer in self.known.items():
            wider = asked.count >= question.count and all(
                more >= fewer for more, fewer in zip(asked.sizes, question.sizes, strict=True)
            )
            if answer.groups and wider and question.allows(answer.groups):
                return answer
        return None

    def _new(self, question: Question) -> Answer:
        shared = best_sharing(self.pool, question, self.ends) if self.pool.usable else None
        return (
            shared
            or _simplest(self.lp, question, self.ends)
            or best_network(self.lp, question, self.ends)
        )


def _shared_out(lp: Relaxation, question: Question, sites: Ints, ends: float) -> Groups:
    """Share out all of these sites, if the staff can; empty if not."""
    if question.sizes[0] >= sites.size:
        return [[site] for site in sites.tolist()]
    exact = Question(sites.size, question.sizes, least=sites.size)
    return exactly(lp, exact, sites, [], ends).groups


def _simplest(lp: Relaxation, question: Question, ends: float) -> Answer | None:
    """Return the least travel of so many sites whoever serves them, if the staff can."""
    place = lp.place
    most = min(question.count, place.near.shape[0])
    seconds = _problem.left(ends)
    try:
        free = p_median(
            place.minutes, place.people, most,
            outside=place.outside if np.isfinite(place.outside) else None,
            time_limit=seconds if np.isfinite(seconds) else None,
        )  # fmt: skip
    except Infeasible:
        return Answer(np.inf, np.inf, [])
    if not free.proven:
        return None
    groups = _shared_out(lp, question, free.sites, ends)
    return Answer(free.objective, free.bound, groups) if groups else None


def _front(place: Field, staff: _Staff, found: Sequence[_Asked]) -> PoolingFront:
    """Keep the answers that no other beats, and say which one beats each of the others."""
    answered = [asked for asked in found if np.isfinite(asked.answer.total)]
    networks = [_network(place, staff, asked.answer) for asked in answered]
    best = [n for n, one in enumerate(networks) if not any(_beats(o, one) for o in networks)]
    kept: list[int] = []
    for n in best:  # of equal ones, the first
        if not any(_as_good(networks[o], networks[n]) for o in kept):
            kept.append(n)
    kept.sort(key=lambda n: (networks[n].sites.size, networks[n].quality))
    points = tuple(networks[n] for n in kept)
    dominated = tuple(
        Dominated(
            answered[n].sites, answered[n].quality, networks[n].objective, networks[n].bound,
            next(k for k, point in enumerate(points) if _as_good(point, networks[n])),
        )
        for n in range(len(networks))
        if n not in kept
    )  # fmt: skip
    return PoolingFront(
        points=points,
        dominated=dominated,
        impossible=tuple(
            (asked.sites, asked.quality)
            for asked in found
            if np.isposinf(asked.answer.bound) and asked.certain
        ),
        complete=all(network.proven for network in networks)
        and all(np.isfinite(a.answer.total) or np.isposinf(a.answer.bound) for a in found),
        today=None,
    )


def _as_good(one: SharedNetwork, other: SharedNetwork) -> bool:
    near = one.objective <= other.objective + SAME * abs(other.objective)
    return one.sites.size <= other.sites.size and one.quality >= other.quality and near


def _beats(one: SharedNetwork, other: SharedNetwork) -> bool:
    return _as_good(one, other) and not _as_good(other, one)


def _network(place: Field, staff: _Staff, answer: Answer) -> SharedNetwork:
    """Give each group a practitioner who has room for it, and each site its tenths."""
    quality = staff.floor_of(answer.groups)
    person = np.argsort(-staff.room(max(1, quality)), kind="stable")
    by_size = sorted(answer.groups, key=lambda group: (-len(group), group))
    sites = np.array(sorted(site for group in by_size for site in group), dtype=np.int64)
    whose, tenths = np.full(place.near.shape[0], NOBODY), np.zeros(place.near.shape[0], np.int64)
    served = np.bincount(
        sites[place.minutes[:, sites].argmin(axis=1)],
        weights=place.people, minlength=whose.size,
    )  # fmt: skip
    for rank, group in enumerate(by_size if quality else []):
        whose[group] = person[rank]
        each, left = divmod(int(staff.tenths[person[rank]]), len(group))
        tenths[group] = each
        tenths[sorted(group, key=lambda site: (-served[site], site))[:left]] += 1
    return SharedNetwork(
        sites=sites,
        practitioner=whose[sites].astype(np.int64),
        tenths=tenths[sites],
        quality=int(tenths[sites].min()),
        objective=answer.total,
        bound=answer.bound,
        proven=is_proven(answer.total, answer.bound),
    )


def _today(place: Field, staff: _Staff, sites: Ints) -> SharedNetwork:
    """Give today's sites the highest floor that the staff can keep there."""
    lp = Relaxation(place, staff.share_sites)
    total = place.total(sites)
    for quality in range(int(staff.tenths.max()), 0, -1):
        sizes = staff.sizes(quality)
        if sum(sizes) >= sites.size:
            groups = _shared_out(lp, Question(sites.size, sizes), sites, np.inf)
            if groups:
                return _network(place, staff, Answer(total, total, groups))
    alone = [[site] for site in sites.tolist()]
    nobody = _Staff(np.zeros(1, dtype=np.int64), staff.share_sites)
    return _network(place, nobody, Answer(total, total, alone))


def _with_columns(point: SharedNetwork, columns: Ints) -> SharedNetwork:
    return SharedNetwork(
        columns[point.sites], point.practitioner, point.tenths, point.quality,
        point.objective, point.bound, point.proven,
    )  # fmt: skip


def _field(served: Pairs, people: Floats, near: NDArray[np.bool_], outside: float) -> Field:
    minutes = served.dense()
    minutes[np.isnan(minutes)] = np.inf
    order = np.argsort(minutes, axis=1, kind="stable").astype(np.int64)
    ranked = np.minimum(np.take_along_axis(minutes, order, axis=1), outside)
    return Field(minutes, people[people > 0], outside, near, order, ranked)


def _near(between: Any, size: int, share_minutes: float) -> NDArray[np.bool_]:
    _check.threshold("share_minutes", share_minutes)
    trips = pairs(between)
    if trips.shape != (size, size):
        raise BadArray(
            f"between must have shape ({size}, {size}), site to site; got {trips.shape}."
        )
    within = np.nan_to_num(trips.dense(), nan=np.inf) <= share_minutes
    both = within & within.T
    np.fill_diagonal(both, False)
    return np.asarray(both)


def _posts(staff: ArrayLike) -> Ints:
    given = _check.vector("staff", staff)
    wrong = (given < 1) | (given != np.round(given)) | (given > LARGEST)
    if wrong.any():
        first = int(wrong.argmax())
        raise BadArray(
            f"staff must be whole tenths of a post, from 1 to {LARGEST};"
            f" got {given[first]} at index {first}."
        )
    return given.astype(np.int64)


def _limits(name: str, limits: tuple[int, int] | None, usual: int, most: int) -> tuple[int, int]:
    if limits is None:
        return 1, usual
    if not isinstance(limits, Sequence) or len(limits) != 2:
        raise BadParameter(f"{name} must be two limits (least, most); got {_check.said(limits)}.")
    low, high = limits
    _check.whole(name, low, 1)
    _check.whole(name, high, 1)
    if not low <= high <= most:
        raise BadParameter(f"{name} must be limits from 1 to {most}, in order; got {limits}.")
    return int(low), int(high)


def _nothing(counts: tuple[int, int], floors: tuple[int, int], posts: Ints) -> str:
    return (
        f"No network of at most {counts[1]} sites keeps {floors[0]} tenths of a post at each"
        f" with the {posts.size} posts given."
    )
