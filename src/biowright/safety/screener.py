"""The one thing that a back end must do."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from .items import Batch
from .verdict import Backing, Finding

__all__ = ["Screener"]


@runtime_checkable
class Screener(Protocol):
    """A back end of the gate.

    What it cannot do it says by raising `ScreeningRefused` with the way out; it never answers that
    there is nothing where it has not looked. Anything else that it raises counts as a crash, and
    the gate then refuses as well.
    """

    @property
    def name(self) -> str:
        """What it is called in findings."""
        ...

    def backing(self) -> Backing:
        """Tell what stands behind it: its reference and the day of it."""
        ...

    def screen(self, batch: Batch) -> list[Finding]:
        """Look at the items of a batch, at what they give when joined, and at earlier items with them.

        Only findings that involve an item of the batch are wanted.
        """
        ...
