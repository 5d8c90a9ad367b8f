"""Arrays as C++ takes them, each refused with one line that names it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import ConfigError

Array = npt.NDArray[Any]


def refused(key: str, found: object, allowed: str) -> ConfigError:
    error = ConfigError(f"{key}: found {found}; allowed: {allowed}")
    error.where = key
    return error


def numbers(key: str, value: Any, size: int | None = None) -> Array:
    """One dimension of float64. size: as many, where a single number stands for all."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise refused(key, "a list of lists of several lengths", "an array of numbers") from None
    if array.dtype.kind not in "biuf":
        raise refused(key, f"an array of {array.dtype}", "an array of numbers")
    array = array.astype(np.float64)
    if size is not None:
        if array.ndim == 0:
            return np.full(size, array)
        if array.shape != (size,):
            raise refused(key, f"an array of the shape {array.shape}", f"one number, or {size}")
    elif array.ndim != 1:
        raise refused(key, f"an array of {array.ndim} dimensions", "one dimension")
    return np.ascontiguousarray(array)


def indices(key: str, value: Any, below: int | None = None) -> Array:
    """Neurons: whole numbers from 0."""
    array = np.asarray(value)
    if array.size == 0:
        array = array.astype(np.int64)
    if array.ndim != 1:
        raise refused(key, f"an array of {array.ndim} dimensions", "one dimension")
    if array.dtype.kind not in "iu":
        raise refused(key, f"an array of {array.dtype}", "an array of whole numbers")
    limit = 2**31 - 1 if below is None else below
    bad = np.flatnonzero((array < 0) | (array >= limit))
    if bad.size:
        raise refused(f"{key}[{bad[0]}]", array[bad[0]], f"a whole number in [0, {limit - 1}]")
    return array.astype(np.int64)
