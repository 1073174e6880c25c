"""The same work, département by département, in this process or on a dask cluster.

A part holds the origins of one département, and all that its results depend on: the sites that
they reach, and whoever else reaches these sites (the halo). Each part is worked on alone, so the
results are those of one process, digit for digit, wherever they were computed. Results are kept in
a folder as they come: asked again, only what is missing is computed.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from maillage_engine import _check
from maillage_engine._check import Ints
from maillage_engine.attribution import KEY
from maillage_engine.errors import BadArray, BadParameter, PartFailed
from maillage_engine.travel import EARTH_RADIUS_KM, Places, unit_vectors

if TYPE_CHECKING:
    from distributed import Client

Arrays: TypeAlias = Mapping[str, NDArray[Any] | str]
Progress: TypeAlias = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Part:
    """One département: positions in the arrays of the whole country, increasing."""

    code: str  # of the département, such as "70"
    own: Ints  # (n_own,) origins of the département: those whose results are kept
    origins: Ints  # (n_origins,) own and halo: everyone whom the results depend on
    sites: Ints  # (n_sites,) destinations that one of these origins may reach


class Work(Protocol):
    """What is done with one part: arrays whose first axis follows `part.own`, and a credit."""

    def __call__(self, part: Part, /) -> Arrays:
        """Compute one part, from it alone."""


def departement_parts(
    origins: Places, codes: ArrayLike, destinations: Places, reach_km: float
) -> list[Part]:
    """Cut a country into départements with their halo.

    Parameters
    ----------
    origins : Places, n of them
    codes : array_like of str, shape (n,)
        Département of each origin.
    destinations : Places
    reach_km : float
        Farther than this nobody goes, in great-circle km, > 0.

    Returns
    -------
    list of Part
        By code. The halo lies within `reach_km` of a site that the département may reach, and the
        sites within `reach_km` of the département or its halo: what every floating catchment of
        this package needs to be exact, those where people share themselves among sites too.

    Raises
    ------
    BadArray, BadParameter
        If there is not one code per origin, or the reach is not > 0.

    Notes
    -----
    Cost: linear in the places, and in the pairs of départements whose halos meet.
    """
    given = _check.regular("codes", codes)
    if given.shape != origins.longitude.shape:
        raise BadArray(f"codes must hold {origins.longitude.size} values; got shape {given.shape}.")
    reach = _check.positive("reach_km", reach_km)
    chord = 2 * np.sin(min(reach / EARTH_RADIUS_KM, np.pi) / 2) * (1 + 1e-9)
    homes, places = unit_vectors(origins), unit_vectors(destinations)
    everyone, everything = cKDTree(homes), cKDTree(places)
    parts = []
    for code in np.unique(given).tolist():
        own = np.flatnonzero(given == code)
        near = _within(everything, homes[own], chord)
        known = np.union1d(own, _within(everyone, places[near], chord))
        parts.append(Part(str(code), own, known, _within(everything, homes[known], chord)))
    return parts


def over_departements(
    work: Work,
    parts: Sequence[Part],
    *,
    cluster: "Client | Executor | None" = None,
    folder: str | Path | None = None,
    inputs: str = "",
    progress: Progress | None = None,
) -> dict[str, dict[str, NDArray[Any]]]:
    """Do the same work on every part, here or on a cluster, and keep what is done.

    Parameters
    ----------
    work : callable Part -> mapping of arrays
        What is done with one part, from it alone. It is sent to the workers as it is. Beside its
        arrays it may say, as ``"attribution"``, whom to credit.
    parts : sequence of Part
        See `departement_parts`.
    cluster : dask.distributed.Client, or any concurrent.futures.Executor, optional
        Where to work; by default in this process, one part after the other.
    folder : str or Path, optional
        Where results are kept. Called again with the same parts, only missing ones are computed;
        parts that changed are computed again.
    inputs : str
        Names what the work reads beside the parts (a digest, a vintage); needed with a folder, so
        that results of other inputs are never taken for these.
    progress : callable (done, all, code), optional
        Told each time a part is done.

    Returns
    -------
    dict
        By code, the arrays of each part: the same, whatever the cluster. Whom to credit is kept
        with them, in the folder too: `attribution_of` the results says it.

    Raises
    ------
    BadParameter
        If two parts have one code, or a folder is given without naming the inputs.
    BadArray
        If the work gives anything else than arrays whose first axis follows `part.own`.
    PartFailed
        Naming the parts whose work raised, and why; the others were done, and kept in the folder.

    Notes
    -----
    Cost: that of `work` on each part, over as many workers as the cluster has.

    A file is written under another name and then renamed: a kill leaves whole results or none.
    """
    by_code = {part.code: part for part in parts}
    if len(by_code) != len(parts):
        raise BadParameter("each département must be given once.")
    if folder is not None and not inputs:
        raise BadParameter("a folder needs `inputs`: results of other inputs must not be mixed up.")
    kept = _Kept(Path(folder), inputs) if folder is not None else None
    found = {code: one for code in by_code if kept and (one := kept.read(by_code[code]))}
    done, failed = len(found), dict[str, BaseException]()
    for code, arrays in _worked(work, [by_code[c] for c in by_code if c not in found], cluster):
        if isinstance(arrays, BaseException):
            failed[code] = arrays
            continue
        found[code] = _checked(by_code[code], arrays)
        if kept is not None:
            kept.write(by_code[code], found[code])
        done += 1
        if progress is not None:
            progress(done, len(by_code), code)
    if failed:
        raise PartFailed(failed) from next(iter(failed.values()))
    return {code: found[code] for code in by_code}


def gathered(parts: Sequence[Part], results: Mapping[str, Arrays], name: str) -> NDArray[Any]:
    """Lay the results of all parts in the order of the whole country.

    Parameters
    ----------
    parts : sequence of Part
    results : mapping
        What `over_departements` returned.
    name : str
        One array of the results.

    Returns
    -------
    ndarray
        Its first axis follows the origins of the country.

    Raises
    ------
    BadArray
        If an origin belongs to no part, or to two.

    Notes
    -----
    Cost: linear in the rows of all parts.
    """
    own = np.concatenate([part.own for part in parts])
    if not np.array_equal(np.sort(own), np.arange(own.size)):
        raise BadArray("every origin must belong to exactly one part.")
    laid = np.concatenate([results[part.code][name] for part in parts])
    whole = np.empty_like(laid)
    whole[own] = laid
    return whole


@dataclass(frozen=True, slots=True)
class _Kept:
    """Results on disk, each named by the part that it came from."""

    folder: Path
    inputs: str

    def read(self, part: Part) -> dict[str, NDArray[Any]] | None:
        path = self._path(part)
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}

    def write(self, part: Part, arrays: Arrays) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self._path(part)
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        with unfinished.open("wb") as file:
            np.savez(file, **dict[str, Any](arrays))
        unfinished.replace(path)

    def _path(self, part: Part) -> Path:
        digest = hashlib.sha256(json.dumps([part.code, self.inputs]).encode())
        for positions in (part.own, part.origins, part.sites):
            digest.update(np.ascontiguousarray(positions).tobytes())
        plain = "".join(one if one.isalnum() else "_" for one in part.code)
        return self.folder / f"{plain}-{digest.hexdigest()[:16]}.npz"


def _worked(
    work: Work, parts: Sequence[Part], cluster: "Client | Executor | None"
) -> Iterator[tuple[str, Arrays | BaseException]]:
    """Give what each part came to as soon as it is known: its arrays, or what it raised."""
    if cluster is None:
        for part in parts:
            with _Caught() as caught:
                arrays = work(part)
            yield part.code, caught.error or arrays
        return
    # dask's client is untyped; its executor follows the standard library's.
    executor: Executor = cluster if isinstance(cluster, Executor) else _executor(cluster)
    waiting = {executor.submit(work, part): part.code for part in parts}
    try:
        for future in as_completed(waiting):
            yield waiting[future], future.exception() or future.result()
    finally:
        for future in waiting:
            future.cancel()  # stopped in the middle: what has not begun will not


class _Caught:
    """Keeps what is raised inside, except a request to stop."""

    error: BaseException | None = None

    def __enter__(self) -> "_Caught":
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        self.error = error
        return isinstance(error, Exception)


def _executor(client: Any) -> Executor:
    found: Executor = client.get_executor(pure=False)
    return found


def _checked(part: Part, arrays: Arrays) -> dict[str, NDArray[Any]]:
    if not isinstance(arrays, Mapping):
        raise BadArray(f"the work of {part.code} must give named arrays; got {type(arrays)}.")
    found = {name: np.asarray(values) for name, values in arrays.items()}
    for name, values in found.items():
        if name == KEY and values.ndim == 0 and values.dtype.kind == "U":
            continue
        if values.ndim == 0 or values.shape[0] != part.own.size or values.dtype == object:
            raise BadArray(
                f"{name} of {part.code} must hold a row for each of its {part.own.size} origins;"
                f" got shape {values.shape}."
            )
    return found


def _within(tree: cKDTree, points: NDArray[Any], chord: float) -> Ints:
    if not points.size or not tree.n:
        return np.empty(0, dtype=np.int64)
    near = tree.query_ball_point(points, chord)
    return np.unique(np.concatenate([np.asarray(one, dtype=np.int64) for one in near]))
