"""Turn what callers give into clean arrays, or say in one sentence what is wrong with it."""

from numbers import Real
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, issparse

from maillage_engine.errors import BadArray, BadParameter

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]


@runtime_checkable
class Prepared(Protocol):
    """Weights checked when they were made, such as `BandedPairs`."""

    shape: tuple[int, int]

    def matrix(self) -> csr_array: ...
    def __matmul__(self, values: ArrayLike) -> Floats: ...
    def __rmatmul__(self, values: ArrayLike) -> Floats: ...


LONGEST = float(np.finfo(np.float64).max)  # an infinite time has no route, whatever the threshold
WIDEST = 3  # of a spread: a factor of 20 either way is common
SHOWN = 60  # characters of what was got
# What is no number, by the kind of its array; NumPy would read most of it as one.
NO_NUMBERS = {
    "U": "text", "S": "bytes", "M": "dates", "m": "durations", "c": "complex numbers",
    "V": "records",
}  # fmt: skip


def numbers(name: str, values: Any) -> Floats:
    """Return `values` as float64, whatever their shape; what is masked or missing is NaN."""
    if isinstance(values, np.ma.MaskedArray):  # read as an array, it shows what it hides
        shown = values.data.astype(object)
        shown[np.ma.getmaskarray(values)] = None
        values = shown
    try:
        array = np.asarray(values)
        mixed = array.dtype.kind == "O"
        text = mixed and any(isinstance(one, str) for one in array.flat)
        got = "text" if text else NO_NUMBERS.get(array.dtype.kind)
        if got is None and mixed and hasattr(values, "to_numpy"):  # pandas, with missing values
            return np.asarray(values.to_numpy(np.float64, na_value=np.nan))
        if got is None:
            return array.astype(np.float64, copy=False)
    except (TypeError, ValueError, OverflowError):
        got = f"a {type(values).__name__} that cannot be read so"
    raise BadArray(f"{name} must hold numbers only, in a regular shape; got {got}.")


def regular(name: str, values: Any) -> NDArray[Any]:
    """Return `values` as an array, whatever it holds."""
    try:
        return np.asarray(values)
    except ValueError:
        raise BadArray(f"{name} must have a regular shape; got {said(values)}.") from None


def positions(name: str, values: ArrayLike, size: int, *, count: int | None = None) -> Ints:
    """Return a vector of whole positions, from 0 to `size` - 1."""
    array = regular(name, values)
    if array.ndim != 1 or (count is not None and array.size != count):
        wanted = "a vector of" if count is None else str(count)
        raise BadArray(f"{name} must hold {wanted} positions; got shape {array.shape}.")
    if not array.size:
        return np.empty(0, dtype=np.int64)
    if not np.issubdtype(array.dtype, np.integer):
        raise BadArray(f"{name} must hold whole positions; got {array.dtype}.")
    wrong = (array < 0) | (array >= size)
    if wrong.any():
        first = int(wrong.argmax())
        raise BadArray(f"{name} must lie in 0..{size - 1}; got {array[first]} at index {first}.")
    return array.astype(np.int64)


def once(name: str, given: Ints) -> Ints:
    """Refuse positions of which one comes twice."""
    if np.unique(given).size != given.size:
        twice = int(np.flatnonzero(np.bincount(given) > 1)[0])
        raise BadArray(f"{name} must be given once each; got {twice} more than once.")
    return given


def mask(name: str, values: ArrayLike) -> NDArray[np.bool_]:
    """Return a vector of yes and no; 1 and 0 will do."""
    array = sized(name, values, empty=True)
    wrong = ~np.isin(array, (0, 1))
    if wrong.any():
        raise BadArray(f"{name} must hold yes and no (1 and 0); got {array[wrong][0]}.")
    return np.asarray(array == 1)


def vector(name: str, values: ArrayLike, *, size: int | None = None, empty: bool = False) -> Floats:
    """Return a vector of finite numbers >= 0."""
    array = sized(name, values, size=size, empty=empty)
    wrong = ~(np.isfinite(array) & (array >= 0))
    if wrong.any():
        first = int(wrong.argmax())
        raise BadArray(f"{name} must be finite and >= 0; got {array[first]} at index {first}.")
    return array


def sized(name: str, values: ArrayLike, *, size: int | None = None, empty: bool = False) -> Floats:
    """Return a vector of the right length, whatever its values."""
    array = numbers(name, values)
    if array.ndim != 1:
        raise BadArray(f"{name} must be a vector; got an array of shape {array.shape}.")
    if size is not None and array.size != size:
        raise BadArray(f"{name} must hold {size} values; got {array.size}.")
    if not empty and array.size == 0:
        raise BadArray(f"{name} must hold at least one value; got none.")
    return array


def for_each(name: str, values: ArrayLike, size: int) -> Floats:
    """Return numbers >= 0, which may be infinite: one for each, or one for all."""
    array = numbers(name, values)
    if array.shape not in {(), (size,)} or not (array >= 0).all():
        raise BadArray(f"{name} must hold {size} numbers >= 0 or one for all; got {said(values)}.")
    return np.broadcast_to(array, (size,))


def people_or_one(name: str, values: ArrayLike | None, size: int) -> Floats:
    """Return weights that count persons: one each when absent, and not all zero."""
    return np.ones(size) if values is None else people(name, values, size)


def people(name: str, values: ArrayLike | None, size: int) -> Floats:
    """Return weights that count persons, and not all zero."""
    if values is None:
        raise BadArray(f"{name} must count persons at each of {size} origins; got None.")
    array = vector(name, values, size=size)
    if not array.any():
        raise BadArray(f"{name} must count at least one person; got a total of 0.")
    return array


def times(name: str, minutes: ArrayLike) -> Floats:
    """Return travel times >= 0, where NaN (or inf) means that there is no route."""
    array = numbers(name, minutes)
    wrong = array < 0
    if wrong.any():
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise BadArray(f"{name} must be >= 0 minutes; got {array[where]} at {place(where)}.")
    return array


def place(where: tuple[int, ...]) -> str:
    """Name a position as a person would: index 3, or row 2, column 5."""
    if len(where) == 2:
        return f"row {where[0]}, column {where[1]}"
    return f"index {where[0]}" if len(where) == 1 else f"index {where}"


def products(value: Any, shape: tuple[int, int]) -> Floats | csr_array | Prepared:
    """Return weights of the expected shape that answer ``people @ w`` and ``w @ supply``."""
    if not isinstance(value, Prepared):
        return weight(value, shape)
    if value.shape != shape:
        raise BadArray(f"weight must have shape {shape}; got {value.shape}.")
    return value


def weight(value: Any, shape: tuple[int, int]) -> Floats | csr_array:
    """Return distance weights in [0, 1] of the expected shape; sparse input stays sparse."""
    given = value.matrix() if isinstance(value, Prepared) else value
    matrix = csr_array(given) if issparse(given) else numbers("weight", given)
    if matrix.shape != shape:
        raise BadArray(f"weight must have shape {shape}; got {matrix.shape}.")
    stored = numbers("weight", matrix.data) if issparse(matrix) else np.asarray(matrix)
    if stored.size and not (_ordered(stored) or (stored.min() >= 0 and stored.max() <= 1)):
        wrong = stored[~((stored >= 0) & (stored <= 1))][0]
        raise BadArray(
            f"weight must lie in [0, 1]; got {wrong} (are these minutes? see step_weight)."
        )
    return matrix.astype(np.float64, copy=False)


def _ordered(stored: NDArray[Any]) -> bool:
    """Whether all values are in [0, 1], by reading them once.

    Read as whole numbers, floats from 0 to 1 come first; then larger ones, NaN and negatives.
    """
    if stored.dtype != np.float64 or not stored.flags.c_contiguous:
        return False
    return bool(stored.view(np.uint64).max() <= np.float64(1).view(np.uint64))


def labels(name: str, values: ArrayLike, size: int) -> tuple[NDArray[Any], Ints]:
    """Return the distinct labels, sorted, and the position of each row's label among them."""
    array = regular(name, values)
    if array.shape != (size,):
        raise BadArray(f"{name} must hold {size} labels; got an array of shape {array.shape}.")
    try:
        distinct, position = np.unique(array, return_inverse=True)
    except TypeError:
        raise BadArray(f"{name} must hold labels of one kind, all text or all numbers.") from None
    return distinct, position.astype(np.int64)


def number(name: str, value: Any) -> float:
    """Return a single number, whatever it is."""
    try:
        if isinstance(value, Real):
            return float(value)
    except OverflowError:
        pass
    raise BadParameter(f"{name} must be a number; got {said(value)}.")


def said(value: Any) -> str:
    """Show what was got, on one line and not too long."""
    shown = " ".join(repr(value).split())
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"


def positive(name: str, value: float) -> float:
    """Return a finite number > 0."""
    found = number(name, value)
    if not 0 < found < np.inf:
        raise BadParameter(f"{name} must be a finite number > 0; got {value}.")
    return found


def not_negative(name: str, value: float, unit: str = "") -> float:
    """Return a finite number >= 0."""
    found = number(name, value)
    if not 0 <= found < np.inf:
        raise BadParameter(f"{name} must be a finite number >= 0{unit}; got {value}.")
    return found


def spread(name: str, value: float) -> float:
    """Return a standard deviation of logarithms: 0.15 is about 15 %, 15 would be a mistake."""
    found = number(name, value)
    if not 0 <= found <= WIDEST:
        raise BadParameter(
            f"{name} must lie in 0..{WIDEST}, a standard deviation of logarithms; got {value}."
        )
    return abs(found)  # -0.0 is 0


def threshold(name: str, value: float) -> float:
    """Return minutes >= 0; infinite for no threshold."""
    found = number(name, value)
    if not found >= 0:
        raise BadParameter(f"{name} must be >= 0 minutes; got {value}.")
    return found


def fraction(name: str, value: float) -> float:
    """Return a number in [0, 1]."""
    found = number(name, value)
    if not 0 <= found <= 1:
        raise BadParameter(f"{name} must lie in [0, 1]; got {value}.")
    return found


def inside(name: str, value: float) -> float:
    """Return a number between 0 and 1, neither of them included."""
    found = number(name, value)
    if not 0 < found < 1:
        raise BadParameter(f"{name} must lie in (0, 1); got {value}.")
    return found


def whole(name: str, value: int, least: int) -> int:
    """Return a whole number, at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise BadParameter(f"{name} must be a whole number >= {least}; got {said(value)}.")
    return int(value)


def chance(seed: Any) -> np.random.Generator:
    """Return the draws that a seed gives: the same ones each time."""
    return np.random.default_rng(whole("seed", seed, 0))
