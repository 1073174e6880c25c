"""Turn what callers give into clean arrays, or say in one sentence what is wrong with it."""

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


def numbers(name: str, values: ArrayLike) -> Floats:
    """Return `values` as float64, whatever their shape."""
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise BadArray(f"{name} must hold numbers only, in a regular shape.") from None


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


def people(name: str, values: ArrayLike | None, size: int) -> Floats:
    """Return weights that count persons: one each when absent, and not all zero."""
    if values is None:
        return np.ones(size)
    array = vector(name, values, size=size)
    if not array.sum() > 0:
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
    stored = np.asarray(matrix.data if issparse(matrix) else matrix)
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
    array = np.asarray(values)
    if array.shape != (size,):
        raise BadArray(f"{name} must hold {size} labels; got an array of shape {array.shape}.")
    distinct, position = np.unique(array, return_inverse=True)
    return distinct, position.astype(np.int64)


def positive(name: str, value: float) -> float:
    """Return a finite number > 0."""
    if not (np.isfinite(value) and value > 0):
        raise BadParameter(f"{name} must be a finite number > 0; got {value}.")
    return float(value)


def fraction(name: str, value: float) -> float:
    """Return a number in [0, 1]."""
    if not 0 <= value <= 1:
        raise BadParameter(f"{name} must lie in [0, 1]; got {value}.")
    return float(value)


def whole(name: str, value: int, least: int) -> int:
    """Return a whole number, at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise BadParameter(f"{name} must be a whole number >= {least}; got {value!r}.")
    return int(value)
