"""Cloning histories: every sequence, and the reaction that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from biowright.core import InputError, Record, suggest

from .simulation import Duplex, Product

__all__ = ["Fragment", "History", "Step"]

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Fragment:
    """What goes into a step.

    Parameters
    ----------
    key : int
        The number of a sequence or primer of the history.
    left, right : (start, end), optional
        What it shares with its neighbours in the product, 0-based and half-open on the strand that is
        read; over the origin of a circle the end exceeds the length. None where it takes part up to
        its end.
    strand : int
        +1, or -1 where its other strand is read.
    placed : bool
        False for what only takes part, such as a guide.
    """

    key: int
    left: Place | None = None
    right: Place | None = None
    strand: int = 1
    placed: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """How a sequence was made.

    Parameters
    ----------
    key : int
        The number of the sequence.
    kind : str
        The source's type, such as ``PCRSource``.
    fragments : tuple of Fragment
        Empty for a sequence that came from outside.
    circular : bool
    options : mapping of str to object
        What else the source says: enzymes, the reaction type, the origin.
    """

    key: int
    kind: str
    fragments: tuple[Fragment, ...] = ()
    circular: bool = False
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """Sequences, primers and the steps between them.

    Parameters
    ----------
    sequences : mapping of int to Duplex
    primers : mapping of int to Record
    steps : tuple of Step
        One a sequence, in an order in which they can be done.
    description : str

    Examples
    --------
    >>> from biowright.build.simulation import gibson
    >>> product = gibson(["GGGTATACCCAAAAC", "AAAACTTTTTGGGTA"], overlap=5).only()
    >>> history = History().adding(product, "gibson")
    >>> [step.kind for step in history.steps]
    ['ManuallyTypedSource', 'ManuallyTypedSource', 'GibsonAssemblySource']
    """

    sequences: Mapping[int, Duplex] = field(default_factory=dict)
    primers: Mapping[int, Record] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    description: str = ""

    def adding(self, product: Product, reaction: str, **options: object) -> History:
        """Give the history with one more product, and what went into it where that is new.

        Parameters
        ----------
        product : Product
            Its inputs are known again by their checksums.
        reaction : str
            The function that made it: ``pcr``, ``gibson``, ``golden_gate``, ``ligate``...
        **options
            What the source says besides, such as ``restriction_enzymes=["BsaI"]``.

        Raises
        ------
        InputError
            There is no such reaction.
        """
        if reaction not in KINDS:
            raise InputError(f"there is no reaction '{reaction}'", hint=suggest(reaction, KINDS))
        sequences, primers, steps = dict(self.sequences), dict(self.primers), list(self.steps)
        known = {molecule.seguid: key for key, molecule in sequences.items()}
        oligos = {str(p.sequence).upper(): key for key, p in primers.items()}
        used = max((*sequences, *primers), default=0)
        keys: dict[int, int] = {}
        for number in dict.fromkeys(part.input for part in product.parts):
            given = product.inputs[number]
            single = reaction in ("pcr", "hybridise") and (number > 0 or reaction == "hybridise")
            text = str(given.record.sequence).upper()
            found = oligos.get(text) if single else known.get(given.seguid)
            if found is None:
                used += 1
                found = used
                if single:
                    primers[found] = given.record
                    oligos[text] = found
                else:
                    sequences[found] = given
                    known[given.seguid] = found
                    steps.append(Step(found, "ManuallyTypedSource", (), given.circular))
            keys[number] = found
        made = used + 1
        sequences[made] = product.duplex
        fragments = _fragments(product, keys)
        if KINDS[reaction] in _PLAIN:
            fragments = tuple(
                Fragment(key, placed=False) for key in dict.fromkeys(f.key for f in fragments)
            )
        steps.append(Step(made, KINDS[reaction], fragments, product.circular, options))
        return replace(self, sequences=sequences, primers=primers, steps=tuple(steps))

    @property
    def last(self) -> tuple[int, ...]:
        """The numbers of the sequences that no step goes on from."""
        gone_on = {fragment.key for step in self.steps for fragment in step.fragments}
        return tuple(step.key for step in self.steps if step.key not in gone_on)


KINDS = {
    "pcr": "PCRSource",
    "gibson": "GibsonAssemblySource",
    "in_fusion": "InFusionSource",
    "overlap_extension": "OverlapExtensionPCRLigationSource",
    "in_vivo": "InVivoAssemblySource",
    "golden_gate": "RestrictionAndLigationSource",
    "restrict_and_ligate": "RestrictionAndLigationSource",
    "ligate": "LigationSource",
    "cut": "RestrictionEnzymeDigestionSource",
    "gateway": "GatewaySource",
    "recombine": "RecombinaseSource",
    "cre_lox": "CreLoxRecombinationSource",
    "homologous_recombination": "HomologousRecombinationSource",
    "crispr": "CRISPRSource",
    "hybridise": "OligoHybridizationSource",
    "fill_in": "PolymeraseExtensionSource",
}
"""The source's type for each reaction."""
_PLAIN = (
    "OligoHybridizationSource",
    "PolymeraseExtensionSource",
    "RestrictionEnzymeDigestionSource",
)


def _fragments(product: Product, keys: Mapping[int, int]) -> tuple[Fragment, ...]:
    """Say of each part what it shares with its neighbours."""
    fragments = []
    count = len(product.parts)
    for number, part in enumerate(product.parts):
        given = product.inputs[part.input]
        size = len(given)
        behind = product.parts[(number + 1) % count]
        last = number == count - 1
        first = number == 0
        ahead = product.parts[number - 1]
        start, end = part.start, part.end
        if part.strand == -1:
            start, end = size - end, size - start
        if given.circular:
            start, end = start % size, start % size + (end - start)
        left = right = None
        if product.circular or not first:
            shared = part.before + ahead.after
            left = (start - part.before, start - part.before + shared)
        if product.circular or not last:
            shared = behind.before + part.after
            right = (end + part.after - shared, end + part.after)
        fragments.append(Fragment(keys[part.input], left, right, part.strand))
    return tuple(fragments)
