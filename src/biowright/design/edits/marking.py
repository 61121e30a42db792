"""Markers that go in and come out again, and the rules of edits in two steps."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from biowright.bio import attachment_site
from biowright.core import InputError, suggest

__all__ = ["WAYS", "Marker", "PopoutRules", "markers"]

WAYS = ("counterselect", "repeats", "site", "plasmid")


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker that is selected for, and perhaps against.

    Parameters
    ----------
    name : str
    select, counterselect : str
        On what cells with it grow, and on what only those without; empty where there is nothing.
    host : str
    doi : str
    """

    name: str
    select: str
    counterselect: str
    host: str
    doi: str


@cache
def markers() -> Mapping[str, Marker]:
    """Give the markers that are known here, by name.

    Examples
    --------
    >>> markers()["URA3"].counterselect
    '5-fluoroorotic acid with uracil'
    """
    text = files("biowright.design").joinpath("data/markers.toml").read_text("utf-8")
    return {row["name"]: Marker(**row) for row in tomllib.loads(text)["marker"]}


@dataclass(frozen=True, slots=True)
class PopoutRules:
    """With what, and how, edits are made in two steps.

    Parameters
    ----------
    cassette : str
        The letters of the marker, from promoter to terminator; for ``plasmid`` the whole plasmid, a
        circle that is opened before its first letter.
    marker : str
        One of `markers`: it says what is selected for at each step.
    way : str, default "counterselect"
        One of ``WAYS``.
    site : str, default "FRT"
        For ``site``: one of `biowright.bio.attachment_sites`.
    repeat : int, default 60
        For ``repeats``, in nt.
    cut : bool, default False
        For ``repeats``: a site of I-SceI before the marker.
    arm : int, default 50
        Homology at each end, in nt; 500 and more for ``plasmid``.

    Raises
    ------
    InputError
        The values do not go together.
    """

    cassette: str
    marker: str
    way: str = "counterselect"
    site: str = "FRT"
    repeat: int = 60
    cut: bool = False
    arm: int = 50

    def __post_init__(self) -> None:
        letters = self.cassette.upper()
        object.__setattr__(self, "cassette", letters)
        if len(letters) < 100 or set(letters) - set("ACGT"):
            raise InputError(
                f"a marker of {len(letters)} letters", expected="100 or more of A, C, G and T"
            )
        if self.way not in WAYS:
            raise InputError(f"there is no way '{self.way}'", hint=suggest(self.way, WAYS))
        if self.marker not in markers():
            raise InputError(
                f"there is no marker '{self.marker}'", hint=suggest(self.marker, markers())
            )
        if self.way != "site" and not markers()[self.marker].counterselect:
            raise InputError(
                f"nothing selects against {self.marker}", hint="take it out by a recombinase: site"
            )
        if not 20 <= self.repeat <= 1000:
            raise InputError(f"repeats of {self.repeat} nt", expected="20 to 1,000 nt")
        least = 200 if self.way == "plasmid" else 36
        if not least <= self.arm <= 2000:
            raise InputError(f"arms of {self.arm} nt", expected=f"{least} to 2,000 nt")
        if self.way == "site":
            attachment_site(self.site)
        if self.cut and self.way != "repeats":
            raise InputError("I-SceI helps repeats to recombine", hint="say the way repeats")
