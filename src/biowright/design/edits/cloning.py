"""Oligonucleotides that put a spacer into a plasmid, and arrays of several guides.

Backbones are rows of data (``data/backbones.toml``): an enzyme that cuts beside its site and the two
overhangs that it leaves.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from biowright.bio import enzyme
from biowright.core import InputError, suggest
from biowright.core import Sequence as Letters

__all__ = [
    "Backbone",
    "GuideArray",
    "backbones",
    "cloning_oligos",
    "guide_array",
    "processed_guides",
]


@dataclass(frozen=True, slots=True)
class Backbone:
    """A plasmid that takes a spacer between two overhangs.

    Parameters
    ----------
    name : str
    enzyme : str
    top, bottom : str
        The overhangs of the forward and of the reverse oligonucleotide, 5'→3'.
    starts_with : str
        A letter that the promoter wants first (``G`` for U6 and T7), or none.
    source : str
        Where it is described.
    """

    name: str
    enzyme: str
    top: str
    bottom: str
    starts_with: str = ""
    source: str = ""


@cache
def backbones() -> Mapping[str, Backbone]:
    """Give the backbones that are known here, by name.

    Examples
    --------
    >>> backbones()["pX330"].enzyme
    'BbsI'
    """
    text = files("biowright.design").joinpath("data/backbones.toml").read_text("utf-8")
    rows = tomllib.loads(text)["backbone"]
    return {row["name"]: Backbone(**row) for row in rows}


def cloning_oligos(spacer: str, backbone: Backbone | str) -> tuple[str, str]:
    """Give the two oligonucleotides that, annealed, ligate a spacer into a backbone.

    A first letter that the promoter wants is put in front of spacers that begin with another one.

    Raises
    ------
    InputError
        The backbone is unknown, or its enzyme would cut the insert.

    Examples
    --------
    >>> cloning_oligos("GACGCATAAAGATGAGACGC", "pX330")
    ('CACCGACGCATAAAGATGAGACGC', 'AAACGCGTCTCATCTTTATGCGTC')
    """
    if isinstance(backbone, str):
        known = backbones()
        if backbone not in known:
            raise InputError(f"there is no backbone '{backbone}'", hint=suggest(backbone, known))
        backbone = known[backbone]
    letters = spacer.upper().replace("U", "T")
    if not letters or set(letters) - set("ACGT"):
        raise InputError(f"'{spacer}' is no spacer", expected="letters A, C, G and T")
    if backbone.starts_with and not letters.startswith(backbone.starts_with):
        letters = backbone.starts_with + letters
    insert = backbone.top + letters + str(Letters(backbone.bottom).reverse_complement())
    site = enzyme(backbone.enzyme).site
    if site in insert or str(Letters(site).reverse_complement()) in insert:
        raise InputError(f"{backbone.enzyme} cuts the spacer {spacer}", hint="use another backbone")
    reverse = backbone.bottom + str(Letters(letters).reverse_complement())
    return backbone.top + letters, reverse


# direct repeats, and what separates guides in one transcript; each with its source
_ARRAYS = {
    # Zetsche et al. 2017, doi:10.1038/nbt.3737
    "AsCas12a": ("TAATTTCTACTCTTGTAGAT", "", ""),
    "LbCas12a": ("TAATTTCTACTAAGTGTAGAT", "", ""),
    "FnCas12a": ("TAATTTCTACTGTTGTAGAT", "", ""),
    # Xie et al. 2015, doi:10.1073/pnas.1420294112: tRNA-Gly of rice before each guide
    "tRNA": (
        "AACAAAGCACCAGTGGTCTAGTGGTAGAATAGTACCCTGCCACGGTACAGACCCGGGTTCGATTCCCGGCTGGTGCA",
        "scaffold",
        "",
    ),
    # Nissim et al. 2014, doi:10.1016/j.molcel.2014.04.022: Csy4's hairpin on both sides
    "Csy4": ("GTTCACTGCCGTATAGGCAG", "scaffold", "GTTCACTGCCGTATAGGCAG"),
}


@dataclass(frozen=True, slots=True)
class GuideArray:
    """Several guides in one transcript.

    Parameters
    ----------
    system : str
    sequence : str
        5'→3'.
    spacers : tuple of (int, int)
        The window of each spacer in it.
    """

    system: str
    sequence: str
    spacers: tuple[tuple[int, int], ...]


def guide_array(spacers: list[str] | tuple[str, ...], system: str) -> GuideArray:
    """Make an array of guides that the cell cuts apart.

    Parameters
    ----------
    spacers : sequence of str
        5'→3', in the order of transcription.
    system : str
        ``AsCas12a``, ``LbCas12a`` or ``FnCas12a`` (direct repeats that Cas12a cuts itself), ``tRNA``
        (RNases P and Z) or ``Csy4``, both with SpCas9's scaffold.

    Raises
    ------
    InputError
        The system is unknown, a spacer is none, or it stands twice.

    Examples
    --------
    >>> array = guide_array(["GACGCATAAAGATGAGACGCTGG", "TTGACGGCTAGCTCAGTCCTAGG"], "LbCas12a")
    >>> [array.sequence[a:b][:4] for a, b in array.spacers]
    ['GACG', 'TTGA']
    """
    from .prime import SCAFFOLD

    if system not in _ARRAYS:
        raise InputError(f"there is no array '{system}'", hint=suggest(system, _ARRAYS))
    before, behind, last = _ARRAYS[system]
    letters = [s.upper().replace("U", "T") for s in spacers]
    for spacer in letters:
        if not spacer or set(spacer) - set("ACGT"):
            raise InputError(f"'{spacer}' is no spacer", expected="letters A, C, G and T")
        if letters.count(spacer) > 1:
            raise InputError(
                f"the spacer {spacer} stands twice", hint="an array recombines at repeats"
            )
    if not letters:
        raise InputError("there are no spacers")
    text, windows = "", []
    for spacer in letters:
        text += before
        windows.append((len(text), len(text) + len(spacer)))
        text += spacer + (SCAFFOLD if behind else "")
    array = GuideArray(system, text + last, tuple(windows))
    ends = SCAFFOLD + last if behind else ""
    starts = "" if behind else before
    meant = tuple(starts + spacer + ends for spacer in letters)
    if processed_guides(array.sequence, system) != meant:
        raise InputError(
            f"the cell would cut this array otherwise than meant: a spacer holds what {system} is cut at",
            hint="take another spacer",
        )
    return array


def processed_guides(sequence: str, system: str) -> tuple[str, ...]:
    """Cut an array as the cell does, from its letters alone.

    Cas12a cuts before each of its direct repeats (Fonfara et al. 2016, doi:10.1038/nature17945), RNases P
    and Z before and behind each tRNA, Csy4 behind each of its hairpins.

    Returns
    -------
    tuple of str
        The guides in order, in letters of DNA: repeat and spacer for Cas12a; spacer and scaffold for
        the others, with the hairpin behind for Csy4.

    Raises
    ------
    InputError
        The system is unknown.

    Examples
    --------
    >>> array = guide_array(["GACGCATAAAGATGAGACGCTGG", "TTGACGGCTAGCTCAGTCCTAGG"], "LbCas12a")
    >>> processed_guides(array.sequence, "LbCas12a")[1]
    'TAATTTCTACTAAGTGTAGATTTGACGGCTAGCTCAGTCCTAGG'
    """
    if system not in _ARRAYS:
        raise InputError(f"there is no array '{system}'", hint=suggest(system, _ARRAYS))
    repeat, scaffold, _ = _ARRAYS[system]
    pieces = sequence.upper().replace("U", "T").split(repeat)[1:]
    if not scaffold:
        return tuple(repeat + piece for piece in pieces)
    if system == "Csy4":
        # what lies behind the last hairpin is no guide
        return tuple(piece + repeat for piece in pieces[:-1])
    return tuple(pieces)
