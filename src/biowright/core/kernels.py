"""Compiled loops that cost nothing until they are needed."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

__all__ = ["Kernel", "kernel"]

_FEW = 8  # who asks more often is served better by compiled loops


class Kernel:
    """A function that numba compiles when it is first called, and not before.

    Loading numba takes longer than many a question to a library; see `kernel`. Kernels that this
    one calls by their global names are compiled with it.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._compiled: Callable[..., Any] | None = None
        self._asked = 0
        functools.update_wrapper(self, function)
        self._function = function

    def __call__(self, *arguments: Any) -> Any:
        """Run the compiled loop."""
        return self.compiled()(*arguments)

    def compiled(self) -> Callable[..., Any]:
        """Give the compiled function."""
        if self._compiled is None:
            from numba import njit

            names = self._function.__globals__
            for name in self._function.__code__.co_names:
                inner = names.get(name)
                if isinstance(inner, Kernel):
                    names[name] = inner.compiled()
            self._compiled = njit(cache=True, nogil=True)(self._function)
        return self._compiled

    def briefly(self, *arguments: Any) -> Any:
        """Run a loop so short that Python has done it before numba is loaded.

        Where numba is there already, or this was asked a few times, the compiled loop runs.
        """
        self._asked += 1
        if "numba" in sys.modules or self._asked > _FEW:
            return self(*arguments)
        with np.errstate(over="ignore"):  # unsigned numbers wrap, as compiled ones do
            return self._brief(*arguments)

    def _brief(self, *arguments: Any) -> Any:
        names = self._function.__globals__
        inner = {
            name: names[name]
            for name in self._function.__code__.co_names
            if isinstance(names.get(name), Kernel)
        }
        if not inner:
            return self._function(*arguments)
        scope = dict(names) | {name: each._brief for name, each in inner.items()}
        return FunctionType(self._function.__code__, scope)(*arguments)


def kernel(function: Callable[..., Any]) -> Kernel:
    """Make a kernel of a function of arrays and numbers.

    Examples
    --------
    >>> @kernel
    ... def total(values):
    ...     number = 0
    ...     for value in values:
    ...         number += value
    ...     return number
    >>> int(total.briefly(np.arange(4)))
    6
    """
    return Kernel(function)
