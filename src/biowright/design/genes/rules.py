"""Constraints and objectives: what a designed sequence must keep, and what it should be good at."""

from __future__ import annotations

from dataclasses import dataclass, field

from biowright.bio import enzyme, genetic_code
from biowright.bio.iupac import pattern_masks
from biowright.core import InputError, Location

from .rules_places import Choice, Different, Occurrence
from .rules_signals import NoNewSignal
from .rules_soft import CodonUse, Dinucleotides, Identity, StartFolding

__all__ = [
    "Avoid",
    "Choice",
    "CodonUse",
    "Different",
    "Dinucleotides",
    "FixedSequence",
    "GCContent",
    "Identity",
    "Keep",
    "KeepProtein",
    "NoHairpins",
    "NoNewSignal",
    "Occurrence",
    "Rule",
    "StartFolding",
    "UniqueKmers",
]


@dataclass(frozen=True, slots=True)
class KeepProtein:
    """The protein that is coded stays the same.

    Parameters
    ----------
    region : Location, optional
        Where it is coded; None means every CDS feature of the record, read as it is annotated.
    code : int or str, default 1
        The genetic code, where the feature names none.
    protein : str, optional
        What it shall code for, where that is not what is there already.
    start : str, default "keep"
        ``keep`` leaves a start codon as it is (GTG stays GTG); ``any`` takes the first codon for
        one like all others; a codon such as ``ATG`` is put there.
    stop : str, default "any"
        ``keep``, or ``any`` stop codon of the code.
    """

    region: Location | None = None
    code: int | str = 1
    protein: str | None = None
    start: str = "keep"
    stop: str = "any"

    def __post_init__(self) -> None:
        genetic_code(self.code)
        if self.start not in ("keep", "any"):
            codon = self.start.upper()
            if len(codon) != 3 or codon not in genetic_code(self.code).start_codons:
                raise InputError(
                    f"start = '{self.start}'", expected="keep, any, or a start codon of the code"
                )
        if self.stop not in ("keep", "any"):
            raise InputError(f"stop = '{self.stop}'", expected="keep or any")
        if self.protein is not None and self.region is None:
            raise InputError(
                "a protein is given without its place", hint="say region = the place of its DNA"
            )

    def __str__(self) -> str:
        return "the protein is kept"


@dataclass(frozen=True, slots=True)
class Avoid:
    """A pattern does not occur.

    Parameters
    ----------
    pattern : str
        IUPAC letters, or the name of an enzyme.
    region : Location, optional
        A match inside of it is a breach; None is the whole record.
    strands : tuple of int, default (1, -1)
    name : str, default ""
        What to call it; an enzyme's name by itself.

    Examples
    --------
    >>> Avoid("BsaI").motif, str(Avoid("BsaI")), Avoid.homopolymer("A", 6).motif
    ('GGTCTC', 'no BsaI site (GGTCTC)', 'AAAAAAA')
    """

    pattern: str
    region: Location | None = None
    strands: tuple[int, ...] = (1, -1)
    name: str = ""
    motif: str = field(init=False)

    def __post_init__(self) -> None:
        motif = self.pattern.upper().replace("U", "T")
        if not motif or set(motif) - set("ACGTMRWSYKVHDBN"):
            motif = enzyme(self.pattern).site
            if not self.name:
                object.__setattr__(self, "name", self.pattern)
        if set(motif) == {"N"}:
            raise InputError(f"the pattern '{self.pattern}' fits everything")
        pattern_masks(motif)
        if not self.strands or set(self.strands) - {1, -1}:
            raise InputError(f"strands {self.strands}", expected="+1, -1 or both")
        object.__setattr__(self, "motif", motif)

    @classmethod
    def homopolymer(cls, letter: str, longest: int, region: Location | None = None) -> Avoid:
        """No run of a letter longer than `longest`, on the strand that is given."""
        if longest < 1:
            raise InputError(f"a longest run of {longest}", expected="1 or more")
        return cls(letter * (longest + 1), region, (1,), f"run of more than {longest} {letter}")

    def __str__(self) -> str:
        if self.name.startswith("run "):
            return f"no {self.name}"
        return f"no {self.name} site ({self.motif})" if self.name else f"no {self.motif}"


@dataclass(frozen=True, slots=True)
class GCContent:
    """The share of G and C lies between two bounds, in each window or over the region.

    Parameters
    ----------
    low, high : float
        Shares, 0 to 1.
    window : int, optional
        The length of the windows; a region shorter than it is looked at as a whole.
    region : Location, optional
    target : float, optional
        As an objective: the share that is wanted. A constraint needs none.
    """

    low: float = 0.0
    high: float = 1.0
    window: int | None = None
    region: Location | None = None
    target: float | None = None

    def __post_init__(self) -> None:
        for value in (self.low, self.high, *([] if self.target is None else [self.target])):
            if not 0 <= value <= 1:
                raise InputError(f"a GC share of {value}", expected="0 to 1")
        if self.low > self.high:
            raise InputError(f"GC from {self.low} to {self.high}", expected="low <= high")
        if self.window is not None and self.window < 1:
            raise InputError(f"a window of {self.window}", expected="1 or more")

    def __str__(self) -> str:
        where = f" in windows of {self.window}" if self.window else ""
        return f"GC {100 * self.low:g} to {100 * self.high:g} %{where}"


@dataclass(frozen=True, slots=True)
class UniqueKmers:
    """No k-mer occurs twice, on whichever strands.

    Parameters
    ----------
    k : int
        3 to 31.
    region : Location, optional
        K-mers inside of it must differ from all others of the record.
    host : tuple of bytes, default ()
        Sequences (of a host genome) whose k-mers may not occur either.
    """

    k: int
    region: Location | None = None
    host: tuple[bytes, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if not 3 <= self.k <= 31:
            raise InputError(f"k-mers of {self.k}", expected="3 to 31")

    def __str__(self) -> str:
        return f"no {self.k}-mer twice" + (", or in the host" if self.host else "")


@dataclass(frozen=True, slots=True)
class NoHairpins:
    """No stem whose other half, its reverse complement, follows closely.

    Parameters
    ----------
    stem : int, default 12
        Base pairs in a row that are too many.
    window : int, default 100
        How far the outer ends of a stem may lie apart to count.
    region : Location, optional
    """

    stem: int = 12
    window: int = 100
    region: Location | None = None

    def __post_init__(self) -> None:
        if not 4 <= self.stem <= 31 or self.window < 2 * self.stem:
            raise InputError(
                f"stems of {self.stem} in {self.window}",
                expected="stems of 4 to 31 in a window of at least twice that",
            )

    def __str__(self) -> str:
        return f"no hairpin with a stem of {self.stem} within {self.window}"


@dataclass(frozen=True, slots=True)
class Keep:
    """The letters stay as they are."""

    region: Location | None = None

    def __str__(self) -> str:
        return "letters are kept"


@dataclass(frozen=True, slots=True)
class FixedSequence:
    """The letters fit an IUPAC sequence of the region's length, read on the region's strand."""

    sequence: str
    region: Location

    def __post_init__(self) -> None:
        if len(pattern_masks(self.sequence)) != len(self.region):
            raise InputError(
                f"{len(self.sequence)} letters for a region of {len(self.region)}",
                expected="as many letters as the region has",
            )

    def __str__(self) -> str:
        return f"letters fit {self.sequence}"


Rule = (
    KeepProtein
    | Avoid
    | GCContent
    | UniqueKmers
    | NoHairpins
    | NoNewSignal
    | Keep
    | FixedSequence
    | Choice
    | Occurrence
    | Different
    | CodonUse
    | Identity
    | Dinucleotides
    | StartFolding
)
