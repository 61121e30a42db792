"""Ends made for pasting: 3' tails of one letter (TA), and what an excision of dU leaves (USER)."""

from __future__ import annotations

from biowright.bio import End
from biowright.core import InputError, Record
from biowright.core import Sequence as Letters

from .amplification import Primer
from .duplex import Duplex, Given, as_duplex
from .product import Part, Product

__all__ = ["add_tails", "excise_uracil"]


def add_tails(molecule: Given, letter: str = "A") -> Duplex:
    """Add one letter to both 3' ends, as Taq polymerase adds A to a PCR product.

    Parameters
    ----------
    molecule : Duplex, Record, Sequence or str
        Linear and blunt.
    letter : str, default "A"
        T for a vector.

    Raises
    ------
    InputError
        It is a circle or not blunt, or the letter is none of ACGT.

    Examples
    --------
    >>> from biowright.build.simulation import ligate
    >>> insert, vector = add_tails("CCATGGC"), add_tails("GGGTTTC", "T")
    >>> sorted(str(product.sequence) for product in ligate([insert, vector], circular=True))
    ['TCCATGGCAGAAACCC', 'TCCATGGCAGGGTTTC']
    """
    given = as_duplex(molecule, "input1")
    letter = letter.upper()
    if given.circular or not given.blunt:
        raise InputError("only blunt ends of a linear molecule take a tail", record=given.name)
    if letter not in tuple("ACGT"):
        raise InputError(f"a tail of '{letter[:20]}'", expected="one of A, C, G and T")
    tail = Duplex(Record(Letters(letter), "tail"))
    parts = (Part(1, 0, 1, -1), Part(0, 0, len(given)), Part(1, 0, 1))
    end = End("3'", letter)
    return Product((given, tail), parts, False, end, end, name=given.name).duplex


def excise_uracil(molecule: Given, forward: Primer, reverse: Primer) -> Duplex:
    """Take the 5' ends of a PCR product away up to the last dU of its primers: USER cloning.

    Parameters
    ----------
    molecule : Duplex, Record, Sequence or str
        What the two primers amplified, blunt.
    forward, reverse : Record, Sequence or str
        5'→3' with U for dU; a primer without U leaves its end blunt.

    Returns
    -------
    Duplex
        With 3' ends that stand over; `ligate` joins those that fit.

    Raises
    ------
    InputError
        The molecule is a circle, or does not begin and end with the primers.

    Examples
    --------
    >>> cut = excise_uracil("AAGTCTCCATGGTTTGACC", "AAGUCTCCATGG", "GGUCAAACC")
    >>> cut.left, cut.right
    (End(kind="3'", overhang='ACTT', enzyme=''), End(kind="3'", overhang='ACC', enzyme=''))
    """
    given = as_duplex(molecule, "input1")
    if given.circular or not given.blunt:
        raise InputError("only blunt ends of a linear molecule can be excised", record=given.name)
    letters = given.record.sequence.upper()
    reads = (str(letters), str(letters.reverse_complement()))
    texts = [str(p.sequence if isinstance(p, Record) else p).upper() for p in (forward, reverse)]
    if not reads[0].startswith(texts[0].replace("U", "T")):
        # a template that holds the fragment the other way round gives it the other way round
        texts.reverse()
    for text, read in zip(texts, reads, strict=True):
        if not read.startswith(text.replace("U", "T")):
            raise InputError(
                f"the molecule does not begin with the primer {text[:40]}", record=given.name
            )
    low, high = (text.rfind("U") + 1 for text in texts)
    if low + high >= len(letters):
        raise InputError("the strands would fall apart", record=given.name)
    left = End("3'", str(letters[:low].reverse_complement())) if low else given.left
    right = End("3'", str(letters[len(letters) - high :])) if high else given.right
    return Duplex(given.record, left, right, given.methylation)
