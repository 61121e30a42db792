"""Modules, and public names of a room, that are loaded when they are first used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

__all__ = ["lazy_module", "lazy_names"]


def lazy_names(
    package: str, homes: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Make a package's ``__getattr__`` and ``__dir__``, so that importing it loads no heavy library.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    homes : mapping of str to sequence of str
        For each module of the package, the public names that live there.
    """
    home = {name: module for module, names in homes.items() for name in names}

    def load(name: str) -> object:
        if name not in home:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        value: object = getattr(importlib.import_module(f"{package}.{home[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return load, lambda: sorted(home)


def lazy_module(name: str) -> Any:
    """Give what stands for a module, and imports it when one of its names is asked for.

    It is for heavy modules that few functions need, those that write to a database perhaps. A
    type checker is told of the module itself, under ``if TYPE_CHECKING``.

    Examples
    --------
    >>> statistics = lazy_module("statistics")
    >>> statistics.mean([1, 2, 6])
    3
    """
    return _LazyModule(name)


class _LazyModule(ModuleType):
    def __getattr__(self, name: str) -> object:
        value: object = getattr(importlib.import_module(self.__name__), name)
        setattr(self, name, value)
        return value
