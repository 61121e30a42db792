"""What a campaign file says: the goal, the design space, the build, the lab, the rounds.

The file is TOML; these dataclasses are its schema, written once. `load_settings` reads a file and tells
every error at once, each with its line and the fix.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

__all__ = [
    "BuildSettings",
    "CampaignSettings",
    "Choice",
    "ConditionSpace",
    "ConstructSpace",
    "Factor",
    "FilesLab",
    "Objective",
    "PlateSettings",
    "ProteinSpace",
    "ReplayLab",
    "RunSettings",
    "Share",
    "SimulatedLab",
    "Slot",
    "TableSpace",
]

_STRICT = ConfigDict(extra="forbid")
Positive = Annotated[float, Field(gt=0)]
Name = Annotated[str, Field(min_length=1, max_length=80)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """``[campaign]``: how much is done, and from which seed.

    Parameters
    ----------
    name : str
    rounds : int
        At most this many rounds.
    batch : int
        New designs a round.
    replicates : int, default 1
        Wells a design.
    seed : int, default 0
    remeasure : float, default 0
        The share of a batch that measures the best designs again, where replicates show noise.
    budget : float, optional
        Stop before a round whose orders would exceed it, in the currency of the price list.
    """

    __pydantic_config__ = _STRICT

    name: Name
    rounds: Annotated[int, Field(ge=1, le=1000)]
    batch: Annotated[int, Field(ge=1, le=10_000)]
    replicates: Annotated[int, Field(ge=1, le=96)] = 1
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    remeasure: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    budget: Positive | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """``[[objective]]``: a quantity and what it should become.

    Parameters
    ----------
    quantity : str
        The column of the measurements.
    goal : {"maximise", "minimise", "target"}
    target : float, optional
        The value that a target goal aims at.
    stop_at : float, optional
        The campaign is done when a design reaches it.
    at_least, at_most : float, optional
        A constraint: designs outside of it do not count as good.
    weight : float, default 1
        Between several objectives.
    unit : str, default ""
        The unit that the values must be in; "" for plain numbers.
    """

    __pydantic_config__ = _STRICT

    quantity: Name
    goal: Literal["maximise", "minimise", "target"] = "maximise"
    target: float | None = None
    stop_at: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    weight: Positive = 1.0
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProteinSpace:
    """``[space] kind = "protein"``: variants of a parent protein at chosen sites.

    Parameters
    ----------
    parent : str
        The protein in one-letter code, or a path to a sequence file (``gb1.fasta``) with the protein or
        its coding DNA.
    sites : tuple of str
        Residues with their number, as biochemists write them: ``["V39", "D40", "G41", "V54"]``; the
        letter is checked against the parent. ``["all"]`` is the whole parent.
    first : int, default 1
        The number of the parent's first residue.
    alphabet : str
        The residues that a site may take.
    mutations : int, optional
        At most this many sites differ from the parent at once.
    host : str, default "Escherichia coli"
        Whose codons are used.
    """

    __pydantic_config__ = _STRICT

    kind: Literal["protein"]
    parent: str
    sites: Annotated[tuple[str, ...], Field(min_length=1)]
    first: int = 1
    alphabet: Annotated[str, Field(min_length=2)] = "ACDEFGHIKLMNPQRSTVWY"
    mutations: Annotated[int, Field(ge=1)] | None = None
    host: str = "Escherichia coli"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """``choose = { ... }`` of a slot: which parts of the library may stand there.

    Parameters
    ----------
    role, tag, collection, tier, licence_within, host : str, optional
        As the library's filters.
    min_length, max_length : int, optional
    quantity : str, optional
        Something measured, within the bounds that follow.
    at_least, at_most : str, optional
        With their unit: ``"0.1 RPU"``.
    """

    __pydantic_config__ = _STRICT

    role: str | None = None
    tag: str | None = None
    collection: str | None = None
    tier: str | None = None
    licence_within: str | None = None
    host: str | None = None
    min_length: int | None = None
    max_length: int | None = None
    quantity: str | None = None
    at_least: str | None = None
    at_most: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """``[[space.slots]]``: one place of a construct and the parts that may stand there.

    Parameters
    ----------
    name : str
    parts : tuple of str
        Names of records in the parts file, or roles in the form ``role:promoter`` for all with that role.
        With a library, names, aliases or identities (``P17``, ``P17.2``) of its parts.
    choose : Choice, optional
        With a library, all its parts that pass these filters.
    """

    __pydantic_config__ = _STRICT

    name: Name
    parts: tuple[str, ...] = ()
    choose: Choice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstructSpace:
    """``[space] kind = "construct"``: slots filled from a parts file or from a library.

    Parameters
    ----------
    parts : path, optional
        Any file that Biowright reads: GenBank, SBOL, FASTA, a part table.
    library : str, optional
        A parts library instead: its folder, or the URL of its database.
    newest : int, optional
        Look at no version of the library above this number, so that the space stays what it is while
        the library grows.
    slots : tuple of Slot
        In 5'→3' order.
    exclusions : tuple of tuple of str
        Parts that must not stand together in one construct.
    """

    __pydantic_config__ = _STRICT

    kind: Literal["construct"]
    parts: Path | None = None
    library: str | None = None
    newest: Annotated[int, Field(ge=1)] | None = None
    slots: Annotated[tuple[Slot, ...], Field(min_length=1)]
    exclusions: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """``[[space.factors]]``: one condition, continuous, integer or a choice.

    Parameters
    ----------
    name : str
    low, high : float, optional
        Bounds of a number; both or none.
    integer : bool, default False
    choices : tuple of str or number
        The levels of a categorical factor.
    unit : str, default ""
    stock : float, optional
        The concentration of the stock, in the same unit: makes the factor pipettable.
    log : bool, default False
        Search on a logarithmic scale.
    """

    __pydantic_config__ = _STRICT

    name: Name
    low: float | None = None
    high: float | None = None
    integer: bool = False
    choices: tuple[str | float, ...] = ()
    unit: str = ""
    stock: Positive | None = None
    log: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """``[[space.sums]]``: a bound on the sum of some factors.

    Parameters
    ----------
    factors : tuple of str
    at_least, at_most : float, optional
    """

    __pydantic_config__ = _STRICT

    factors: Annotated[tuple[str, ...], Field(min_length=2)]
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionSpace:
    """``[space] kind = "conditions"``: media, inducers, temperature and other factors.

    Parameters
    ----------
    factors : tuple of Factor
    sums : tuple of Share
    """

    __pydantic_config__ = _STRICT

    kind: Literal["conditions"]
    factors: Annotated[tuple[Factor, ...], Field(min_length=1)]
    sums: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSpace:
    """``[space] kind = "table"``: an explicit list of candidates.

    Parameters
    ----------
    file : path
        CSV, also gzipped, with a column of identities.
    id : str, default "id"
    sequence : str, optional
        The column of a sequence (DNA or protein), if the candidates have one.
    factors : tuple of str
        Columns that describe the candidates.
    host : str, default "Escherichia coli"
        Whose codons are used where the sequences are proteins.
    """

    __pydantic_config__ = _STRICT

    kind: Literal["table"]
    file: Path
    id: str = "id"
    sequence: str | None = None
    factors: tuple[str, ...] = ()
    host: str = "Escherichia coli"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSettings:
    """``[build]``: how designs become DNA or mixtures.

    Parameters
    ----------
    method : {"fragments", "mutagenesis", "golden-gate", "mix", "none"}
        Gene fragments; primers for site-directed mutagenesis of the parent; Golden Gate from parts;
        mixing of stocks; nothing is built (designs exist already).
    enzyme : str, default "BsaI"
        The Type IIS enzyme of Golden Gate.
    upstream, downstream : str
        DNA put before and after a gene fragment (adapters, homology arms).
    price_base, price_oligo_base : float
        Prices a base of a fragment and of an oligo, for the cost in the report.
    fragments, oligos : str
        Rule packs of the products that are ordered, such as ``twist-gene-fragments``: their list prices
        count instead, and what breaks their rules is told.
    currency : str
    volume : float, default 50
        The final volume of a well in µL.
    robot : {"Flex", "OT-2"}
        The Opentrons robot that the protocols are for.
    """

    __pydantic_config__ = _STRICT

    method: Literal["fragments", "mutagenesis", "golden-gate", "mix", "none"] = "fragments"
    enzyme: str = "BsaI"
    upstream: str = ""
    downstream: str = ""
    price_base: Annotated[float, Field(ge=0)] = 0.07
    price_oligo_base: Annotated[float, Field(ge=0)] = 0.12
    fragments: str = ""
    oligos: str = ""
    currency: str = "EUR"
    volume: Positive = 50.0
    robot: Literal["Flex", "OT-2"] = "Flex"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateSettings:
    """``[plate]``: where designs and controls stand.

    Parameters
    ----------
    wells : {96, 384}
    controls : tuple of str
        Designs that stand on every plate: identities of the space, or names such as ``blank``.
    control_wells : int, default 2
        Wells a control and plate.
    edge : bool, default True
        Whether the outer wells are used for designs.
    """

    __pydantic_config__ = _STRICT

    wells: Literal[96, 384] = 96
    controls: tuple[str, ...] = ()
    control_wells: Annotated[int, Field(ge=1, le=24)] = 2
    edge: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesLab:
    """``[lab] kind = "files"``: people or robots measure; results come back as files."""

    __pydantic_config__ = _STRICT

    kind: Literal["files"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayLab:
    """``[lab] kind = "replay"``: answers come from a table of real measurements.

    Parameters
    ----------
    file : path
        CSV, also gzipped; repeated rows of a design are replicates.
    id : str, default "id"
    """

    __pydantic_config__ = _STRICT

    kind: Literal["replay"]
    file: Path
    id: str = "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedLab:
    """``[lab] kind = "simulated"``: a function answers, with stated noise.

    Parameters
    ----------
    function : str
        ``package.module:name`` of a function from a design's factors (a dict) to a number or a dict of
        quantities.
    noise : float, default 0
        Standard deviation of the Gaussian noise added to each well.
    """

    __pydantic_config__ = _STRICT

    kind: Literal["simulated"]
    function: str
    noise: Annotated[float, Field(ge=0)] = 0.0


Space = Annotated[
    ProteinSpace | ConstructSpace | ConditionSpace | TableSpace, Field(discriminator="kind")
]
Lab = Annotated[FilesLab | ReplayLab | SimulatedLab, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignSettings:
    """A whole campaign file."""

    __pydantic_config__ = _STRICT

    campaign: RunSettings
    objective: Annotated[tuple[Objective, ...], Field(min_length=1)]
    space: Space
    lab: Lab
    build: BuildSettings = BuildSettings()
    plate: PlateSettings = PlateSettings()
