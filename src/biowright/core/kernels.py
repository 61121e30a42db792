"""Compiled loops that cost nothing until they are needed, and little then.

A kernel is a function of arrays and numbers that numba compiles. Decorate it with `kernel` instead of
numba's ``njit(cache=True)``: numba is not loaded with the module, and not at all where its machine
code lies there already (`biowright.core.object_code`). Whoever compiles for the first time is told so.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from types import FunctionType
from typing import Any, cast, overload

import numpy as np

from . import object_code

__all__ = ["Kernel", "kernel"]

_FEW = 8  # who asks more often is served better by compiled loops
_LOCK = threading.RLock()
# of the flags of an array: C, F, aligned, writeable
_FLAGS = 0x1 | 0x2 | 0x100 | 0x400
_ALIGNED = 0x100
_LEAST, _MOST = -(1 << 63), (1 << 63) - 1


class Kernel:
    """A function that is compiled for the types of its arguments when they first come.

    Kernels that it calls by their global names are compiled with it. See `kernel`.

    Parameters
    ----------
    function : function
    options : keyword arguments
        Of numba's ``njit``.
    """

    def __init__(self, function: Callable[..., Any], **options: Any) -> None:
        functools.update_wrapper(self, function)
        self.py_func = cast(FunctionType, function)
        self.targetoptions = {"nogil": True, **options}  # so called where numba looks for `inline`
        self._dispatchers: dict[bool, Any] = {}
        self._asked = 0
        # by the types of arguments as they are, and as numba tells them apart
        self._known: dict[tuple[Any, ...], Callable[..., Any]] = {}
        self._kinds: dict[tuple[Any, ...], Callable[..., Any]] = {}

    def __call__(self, *arguments: Any) -> Any:
        """Run the compiled loop."""
        key: list[Any] = []
        for value in arguments:
            kind = type(value)
            if kind is np.ndarray:
                key.append((value.dtype, value.ndim, value.flags.num))
            elif kind is int and not _LEAST <= value <= _MOST:
                key.append(None)
            elif issubclass(kind, tuple):
                key.append(_kind(value))
            else:
                key.append(kind)
        return (self._known.get(tuple(key)) or self._settle(tuple(key), arguments))(*arguments)

    def __reduce__(self) -> str:
        return self.py_func.__qualname__

    @property
    def _numba_type_(self) -> Any:
        """Let numba compile what calls this kernel."""
        return self._dispatcher(cache=object_code.platform_key() is None)._numba_type_

    def _dispatcher(self, *, cache: bool = True) -> Any:
        """Give what numba makes of the function.

        Its own cache does not see when a kernel of another module has changed, which is called.
        """
        if cache not in self._dispatchers:
            from numba import njit

            _tell_of_compiling()
            cache_it = cache and bool(object_code.folders(self.py_func.__code__.co_filename))
            self._dispatchers[cache] = njit(cache=cache_it, **self.targetoptions)(self.py_func)
        return self._dispatchers[cache]

    def briefly(self, *arguments: Any) -> Any:
        """Run a loop so short that Python has done it before compiled code is loaded.

        Where that is loaded already, or this was asked a few times, the compiled loop runs.
        """
        self._asked += 1
        if self._known or "numba" in sys.modules or self._asked > _FEW:
            return self(*arguments)
        with np.errstate(over="ignore"):  # unsigned numbers wrap, as compiled ones do
            return self._brief(*arguments)

    def _brief(self, *arguments: Any) -> Any:
        names = self.py_func.__globals__
        inner = {
            name: names[name]
            for name in self.py_func.__code__.co_names
            if isinstance(names.get(name), Kernel)
        }
        if not inner:
            return self.py_func(*arguments)
        scope = dict(names) | {name: each._brief for name, each in inner.items()}
        return FunctionType(self.py_func.__code__, scope)(*arguments)

    def _settle(self, key: tuple[Any, ...], arguments: tuple[Any, ...]) -> Callable[..., Any]:
        """Find what runs for these types from now on: stored code, or numba."""
        with _LOCK:
            if key in self._known:
                return self._known[key]
            kinds = tuple(map(_kind, arguments))
            made = self._kinds.get(kinds) or self._stored(kinds, arguments)
            if None not in kinds:
                self._kinds[kinds] = self._known[key] = made
            return made

    def _stored(self, key: tuple[Any, ...], arguments: tuple[Any, ...]) -> Callable[..., Any]:
        place, source = object_code.platform_key(), self.py_func.__code__
        code = None
        if place is not None and None not in key and len(key) == source.co_argcount:
            code = object_code.digest(self.py_func, sorted(self.targetoptions.items()))
        if place is None or code is None or "parallel" in self.targetoptions:
            return cast(Callable[..., Any], self._dispatcher())
        types = object_code.short(repr([_spelled(each) for each in key]) + place)
        name = f"{self.__module__.rpartition('.')[2]}.{source.co_name}-{types}.{code}.bwk"
        paths = [folder / name for folder in object_code.folders(source.co_filename)]
        for path in paths:
            made = object_code.load(path, self.py_func)
            if made is not None:
                return made or cast(Callable[..., Any], self._dispatcher())
        dispatcher = self._dispatcher(cache=False)
        from numba import typeof

        signature = tuple(map(typeof, arguments))
        dispatcher.compile(signature)
        any(object_code.save(path, dispatcher.overloads[signature]) for path in paths)
        return cast(Callable[..., Any], dispatcher)


def _kind(value: Any) -> Any:
    """Give what numba makes the type of an argument of; None where only numba knows."""
    kind = type(value)
    if kind is np.ndarray or kind is np.memmap:
        dtype, flags = value.dtype, value.flags.num
        if flags & _ALIGNED and dtype.isbuiltin == 1 and dtype.kind in "biufc":
            return dtype, value.ndim, flags & _FLAGS
        return None
    if kind is int:
        return kind if _LEAST <= value <= _MOST else None
    if issubclass(kind, tuple) and value:
        inside = tuple(map(_kind, value))
        return None if None in inside else (kind, *inside)
    if kind is float or kind is bool or (issubclass(kind, np.number | np.bool_)):
        return kind
    return None


def _spelled(kind: Any) -> str:
    """Write a kind in the same way in every process."""
    if isinstance(kind, type):
        return kind.__name__
    if isinstance(kind[0], type):
        made, *inside = kind
        fields = getattr(made, "_fields", ())
        return f"{made.__module__}.{made.__qualname__}{fields}{[_spelled(each) for each in inside]}"
    dtype, dimensions, flags = kind
    return f"{dtype.str} {dimensions} {flags}"


@functools.cache
def _tell_of_compiling() -> None:
    """Have numba tell a terminal, once, that it compiles, which may take a minute."""
    from numba.core import event

    class Teller(event.Listener):  # type: ignore[misc]
        told = False

        def on_start(self, _: Any) -> None:
            if not Teller.told and sys.stderr.isatty():
                sys.stderr.write("compiling loops for this computer, once; it takes a moment ...\n")
                sys.stderr.flush()
            Teller.told = True

        def on_end(self, _: Any) -> None:
            pass

    event.register("numba:compile", Teller())


@overload
def kernel(function: Callable[..., Any], /) -> Kernel: ...


@overload
def kernel(**options: Any) -> Callable[[Callable[..., Any]], Kernel]: ...


def kernel(function: Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Make a kernel of a function of arrays and numbers.

    Parameters
    ----------
    function : function
        It may call other kernels, and use constants of its module, which must not change.
    options : keyword arguments
        Of numba's ``njit``, such as ``fastmath=True``.

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
    if function is None:
        return lambda function: Kernel(function, **options)
    return Kernel(function, **options)
