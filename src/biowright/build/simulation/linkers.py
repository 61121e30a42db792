"""BASIC assembly: parts between a standard prefix and suffix, joined by linkers in halves.

In a clip reaction BsaI releases a part, and a half of a linker is ligated to either end of it; the two
halves of a linker then find each other by long single strands (Storch et al. 2015, doi:10.1021/sb500356d).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from biowright.bio import End
from biowright.core import InputError, Record, suggest
from biowright.core import Sequence as Letters

from .amplification import Primer
from .duplex import Duplex, Given, as_duplex
from .joining import LIMIT
from .ligation import golden_gate, ligate
from .product import Products

__all__ = ["basic", "basic_linkers", "clip", "linker_halves"]

_SUFFIX, _PREFIX = "CTCG", "GTCC"
_PROTECTED = ("M.BsaI",)


@cache
def basic_linkers() -> Mapping[str, str]:
    """Give the published linkers by name, the stretch by which their halves pair in capitals.

    Examples
    --------
    >>> basic_linkers()["L1"]
    'ctcgttacttacgacaCTCCGAGACAGTCAGAGGGTAtttattgaactagtcc'
    """
    text = files("biowright.build").joinpath("data", "basic_linkers.tsv").read_text("utf-8")
    rows = (
        line.split("\t") for line in text.splitlines() if not line.startswith(("#", "linker\t"))
    )
    return MappingProxyType(dict(rows))


def linker_halves(linker: Primer, *, methylated: bool = True) -> tuple[Duplex, Duplex]:
    """Give the two halves of a linker, each made of two oligos.

    Parameters
    ----------
    linker : Record, Sequence or str
        One of `basic_linkers` by name, or letters of one's own from CTCG to GTCC, with the stretch by
        which the halves pair in capitals and the rest in lower case.
    methylated : bool, default True
        Whether the sites of BsaI in the oligos are methylated, as those of LMP and LMS must be.

    Returns
    -------
    tuple of (Duplex, Duplex)
        The half that is ligated to the suffix of the part before the linker, and the one for the prefix
        of the part behind it.

    Raises
    ------
    InputError
        There is no such linker, or the letters are none.

    Examples
    --------
    >>> before, behind = linker_halves("L1")
    >>> before.left.overhang, before.right.overhang
    ('CTCG', 'CTCCGAGACAGTCAGAGGGTA')
    >>> behind.left.fits(before.right), behind.right.overhang
    (True, 'GGAC')
    """
    if isinstance(linker, str) and not set(linker) <= set("ACGTacgt"):
        known = basic_linkers()
        if linker not in known:
            raise InputError(
                f"there is no BASIC linker '{linker[:40]}'",
                hint=suggest(linker, known) or f"known: {', '.join(known)}",
            )
        linker = Record(Letters(known[linker]), linker)
    if isinstance(linker, str):
        linker = Letters(linker)
    record = linker if isinstance(linker, Record) else Record(linker, "linker")
    text = str(record.sequence)
    capitals = [i for i, letter in enumerate(text) if letter.isupper()]
    if (
        not text.upper().startswith(_SUFFIX)
        or not text.upper().endswith(_PREFIX)
        or len(capitals) < 8
        or capitals[-1] - capitals[0] + 1 != len(capitals)
        or capitals[0] < len(_SUFFIX)
        or capitals[-1] >= len(text) - len(_PREFIX)
    ):
        raise InputError(
            "these letters are no BASIC linker",
            record=record.name,
            expected=f"{_SUFFIX.lower()}...CAPITALS...{_PREFIX.lower()}: in capitals the 8 or more "
            "letters by which its halves pair",
        )
    low, high = capitals[0], capitals[-1] + 1
    shared = Letters(text[low:high])
    marks = _PROTECTED if methylated else ()
    first = Duplex(
        Record(Letters(text[:high]), f"{record.name}-S"),
        End("5'", _SUFFIX, "BsaI"),
        End("3'", str(shared)),
        marks,
    )
    second = Duplex(
        Record(Letters(text[low:]), f"{record.name}-P"),
        End("3'", str(shared.reverse_complement())),
        End("5'", str(Letters(_PREFIX).reverse_complement()), "BsaI"),
        marks,
    )
    return first, second


def clip(
    part: Given,
    before: Primer | Duplex,
    behind: Primer | Duplex,
    *,
    methylation: Iterable[str] = (),
    limit: int = LIMIT,
) -> Products:
    """Release a part with BsaI and ligate half a linker to either of its ends, in one pot.

    Parameters
    ----------
    part : Duplex, Record, Sequence or str
        With the prefix and the suffix, as a rule a circle.
    before, behind : Duplex, Record, Sequence or str
        The linkers on its two sides, or the halves of them that go into the reaction.
    methylation : iterable of str, default ()
        The methylases that were at work on the part; see `biowright.bio.digest`.
    limit : int
        As in `ligate`.

    Raises
    ------
    InputError
        A linker is none.

    Examples
    --------
    >>> part = "TCTGGTGGGTCTCTGTCCAACATTGCATCATGGCTCGGGAGACCTATCG"
    >>> found = clip(part, "L1", "L2").only()
    >>> len(found), found.left.overhang == "TACCCTCTGACTGTCTCGGAG"
    (89, True)
    """
    first = before if isinstance(before, Duplex) else linker_halves(before)[1]
    last = behind if isinstance(behind, Duplex) else linker_halves(behind)[0]
    given = as_duplex(part, "part", tuple(methylation))
    found = golden_gate([given, first, last], "BsaI", limit=limit)
    # the part alone, and halves by themselves, are what the reaction begins with
    kept = tuple(p for p in found if len(p.parts) == 3)
    return Products(kept, found.complete, found.notes)


def basic(
    parts: Iterable[Given],
    linkers: Iterable[Primer],
    *,
    methylation: Iterable[str] = (),
    circular: bool = True,
    each: bool = True,
    limit: int = LIMIT,
) -> Products:
    """Assemble parts with linkers: clip reactions, and all circles that the clips close to.

    Parameters
    ----------
    parts : iterable of Duplex, Record, Sequence or str
        With prefix and suffix each.
    linkers : iterable of Record, Sequence or str
        As many: each stands behind the part of its place, the last one leads back to the first part. A
        linker that is there twice lets parts be left out or trade places.
    methylation, limit
        As in `clip`.
    circular, each
        As in `ligate`: only circles, and only products with all parts.

    Raises
    ------
    InputError
        There are not as many linkers as parts, a linker is none, or a part is not released.

    Examples
    --------
    >>> ends = "TCTGGTGGGTCTCTGTCC{}GGCTCGGGAGACCTATCG"
    >>> product = basic([ends.format("AACATTGCATCAT"), ends.format("TTACAGAATCAGA")], ["L1", "L2"]).only()
    >>> len(product), product.topology
    (136, 'circular')
    """
    given = [as_duplex(part, f"part{i}", tuple(methylation)) for i, part in enumerate(parts, 1)]
    between = list(linkers)
    if len(given) != len(between) or not given:
        raise InputError(
            f"{len(given)} parts and {len(between)} linkers",
            expected="a linker behind each part, the last one before the first part",
        )
    clips, notes = [], []
    for number, part in enumerate(given):
        found = clip(part, between[number - 1], between[number], limit=limit)
        if not found:
            raise InputError(
                "the clip reaction gives nothing",
                record=part.name,
                expected="a part between TCTGGTGGGTCTCTGTCC and GGCTCGGGAGACCTATCG, without another site "
                "of BsaI",
                hint="; ".join(found.notes) or None,
            )
        clips += [made.duplex for made in found]
        notes += found.notes
    joined = ligate(clips, circular=circular, each=each, limit=limit)
    return Products(joined.found, joined.complete, (*dict.fromkeys(notes), *joined.notes))
