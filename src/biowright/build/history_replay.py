"""Replaying histories: each step is put together as it was recorded, and simulated anew.

The recorded locations say what the product was made of; the simulation of the reaction says whether it
arises, what arises besides, and how probable each is.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from biowright.core import FormatError, InputError
from biowright.design import SignalChange

from . import simulation
from .history import History, Step
from .history_file import history_of, read_json
from .history_recipe import given_of, product_of
from .signals import product_signals
from .simulation import Duplex, Part, Product, Products

__all__ = ["Replayed", "replay", "replay_file"]

_SHOWN = 20  # other products of a step
LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Replayed:
    """A product that was made again.

    Parameters
    ----------
    key : str
        The number of the sequence in the history, or the name of the product in the plan.
    kind : str
        The source's type, or the method.
    seguid : str
    length : int
    topology : str
    probability : float
        As the simulated reaction gives it; 1 where nothing was simulated.
    agrees : bool
        Whether it is the recorded sequence, and the simulated reaction makes it.
    final : bool
        Whether no later step goes on from it.
    others : tuple of (str, int, str, float)
        What the reaction gives besides: checksum, length, topology and probability.
    notes : tuple of str
    signals : tuple of SignalChange
        Promoters, terminators, starts and enzymes' sites that its pieces make where they meet, and genes'
        starts that suffer.
    """

    key: str
    kind: str
    seguid: str
    length: int
    topology: str
    probability: float
    agrees: bool
    final: bool
    others: tuple[tuple[str, int, str, float], ...] = ()
    notes: tuple[str, ...] = ()
    signals: tuple[SignalChange, ...] = ()


def replay_file(path: str | os.PathLike[str]) -> list[Replayed]:
    """Replay a cloning history, or a plan of `biowright build plan`.

    Parameters
    ----------
    path : path
        JSON.

    Returns
    -------
    list of Replayed
        One a sequence that a step made.

    Raises
    ------
    FormatError
        It is neither, or something in it cannot be understood.
    """
    document = read_json(path)
    try:
        if isinstance(document, dict) and "reactions" in document:
            from .history_plan import replay_plan

            return replay_plan(document)
        found = replay(history_of(document))
        if not found:
            raise FormatError(
                "there is nothing to replay: no step of the history makes anything",
                expected="sequences, and the sources that made them",
            )
        return found
    except InputError as error:
        raise error.located(path=str(path)) from None


def replay(history: History) -> list[Replayed]:
    """Replay a history from the sequences that came from outside.

    Raises
    ------
    FormatError
        The locations of a step do not fit its sequences.
    """
    # a step goes on from what the replay made, not from what is recorded
    made: dict[int, Duplex] = {}
    last = set(history.last)
    found = []
    for step in history.steps:
        recorded = history.sequences[step.key]
        if not step.fragments:
            made[step.key] = recorded
            continue
        inputs = History({**history.sequences, **made}, history.primers)
        products = _simulated(step, inputs)
        placed = any(fragment.placed for fragment in step.fragments)
        wanted = recorded.seguid
        product: Product | None
        if placed:
            product = product_of(step, inputs)
            wanted = product.seguid
            match = None if products is None else products.find(wanted)
        else:
            match = product = _chosen(step, products, wanted)
        if product is None:
            raise FormatError(
                f"source {step.key}: {step.kind or 'a source without a type'} cannot be replayed",
                hint="; ".join(products.notes[:2]) if products is not None else None,
            )
        # the record is counted from its own origin, which later locations refer to
        made[step.key] = recorded if wanted == recorded.seguid else product.duplex
        notes = () if products is None else products.notes
        if products is None:
            notes = (f"the reaction of {step.kind} is not simulated; its record was followed",)
        elif match is None:
            notes = (*notes, "the simulated reaction does not make the recorded product")
        agrees = wanted == recorded.seguid and (products is None or match is not None)
        if wanted != recorded.seguid:
            notes = (*notes, f"the recorded sequence is another one: {recorded.seguid}")
        found.append(
            Replayed(
                str(step.key),
                step.kind,
                wanted,
                len(product),
                product.topology,
                match.probability if match is not None else 1.0 if products is None else 0.0,
                agrees,
                step.key in last,
                other_products(products, wanted),
                notes,
                tuple(product_signals(product)),
            )
        )
    return found


def other_products(
    products: Products | None, wanted: str
) -> tuple[tuple[str, int, str, float], ...]:
    """Give the unwanted products of a step: checksum, length, topology, probability."""
    others = []
    for product in products or ():
        if len(others) == _SHOWN:
            break
        seguid = product.seguid
        if seguid != wanted:
            others.append((seguid, len(product), product.topology, product.probability))
    return tuple(others)


def _chosen(step: Step, products: Products | None, recorded: str) -> Product | None:
    """Give the product of a step that has no locations: by its edges, its overhang, or as recorded."""
    if products is None:
        return None
    if step.kind == "RestrictionEnzymeDigestionSource":
        edges = [_edge(step.options.get(side), step) for side in ("left_edge", "right_edge")]
        for product in products:
            size = len(product.inputs[0])
            [part] = product.parts
            low = part.start if product.inputs[0].circular or product.left.enzyme else None
            high = part.end if product.inputs[0].circular or product.right.enzyme else None
            wanted = (edges[0] and edges[0][0], edges[1] and edges[1][1])
            if all(
                (a is None) == (b is None) and (a is None or b is None or (a - b) % size == 0)
                for a, b in zip((low, high), wanted, strict=True)
            ):
                return product
        return None
    if step.kind == "OligoHybridizationSource":
        size = step.options.get("overhang_crick_3prime")
        for product in products:
            count = len(product.left.overhang) * (-1 if product.left.kind == "5'" else 1)
            if size is None or count == size:
                return product
        return None
    return products.find(recorded) or (products[0] if len(products) == 1 else None)


def _edge(value: object, step: Step) -> tuple[int, int] | None:
    """Give where a cut begins and ends, on either strand."""
    if value is None:
        return None
    try:
        place, overhang = int(value["cut_watson"]), int(value["overhang"])  # type: ignore[index]
    except (TypeError, KeyError, ValueError):
        raise FormatError(f"source {step.key}: an edge has no 'cut_watson' or 'overhang'") from None
    other = place - overhang
    return min(place, other), max(place, other)


def _simulated(step: Step, history: History) -> Products | None:
    """Simulate the reaction of a step; None where we know none of that name."""
    placed = [fragment for fragment in step.fragments if fragment.placed]
    keys = [f.key for f in (placed or step.fragments)]
    # what was used in two places was there once, unless its neighbour is the same
    unique = list(dict.fromkeys(keys))
    sizes = [p[1] - p[0] for f in placed for p in (f.left, f.right) if p is not None]
    shortest = max(1, min(sizes, default=1))
    molecules = [given_of(history, key) for key in unique]
    options = step.options
    match step.kind:
        case "PCRSource" if len(placed) == 3:
            return simulation.pcr(
                molecules[1],
                given_of(history, keys[0]).record,
                given_of(history, keys[2]).record,
                anneal=shortest,
            )
        case "GibsonAssemblySource":
            return simulation.gibson(molecules, overlap=shortest, limit=LIMIT)
        case "InFusionSource":
            return simulation.in_fusion(molecules, overlap=shortest, limit=LIMIT)
        case "OverlapExtensionPCRLigationSource" | "InVivoAssemblySource":
            return simulation.overlap_extension(molecules, overlap=shortest, limit=LIMIT)
        case "RestrictionAndLigationSource":
            return _restricted(molecules, options)
        case "LigationSource":
            blunt = min(sizes, default=1) == 0
            given = [given_of(history, f.key) for f in placed]
            return simulation.ligate(given, blunt=blunt, limit=LIMIT)
        case "RestrictionEnzymeDigestionSource":
            names = [
                str(edge["restriction_enzyme"])
                for edge in (options.get("left_edge"), options.get("right_edge"))
                if isinstance(edge, Mapping) and edge.get("restriction_enzyme")
            ]
            return simulation.cut(molecules[0], list(dict.fromkeys(names)))
        case "OligoHybridizationSource" if len(keys) == 2:
            one, other = (given_of(history, key).record for key in keys)
            return simulation.hybridise(one, other, anneal=min(5, len(one), len(other)))
        case "PolymeraseExtensionSource":
            return simulation.fill_in(molecules[0])
        case "GatewaySource":
            return simulation.gateway(
                molecules, str(options.get("reaction_type") or ""), limit=LIMIT
            )
        case "CreLoxRecombinationSource":
            return simulation.recombine(molecules, "Cre", limit=LIMIT)
        case "HomologousRecombinationSource" if len(unique) > 1:
            return simulation.homologous_recombination(
                molecules[0], molecules[1:], homology=max(8, shortest), limit=LIMIT
            )
        case "CRISPRSource" if len(unique) > 1:
            guides = [history.primers[f.key] for f in step.fragments if not f.placed]
            return simulation.crispr(
                molecules[0], molecules[1:], guides, homology=max(8, shortest), limit=LIMIT
            )
        case "AnnotationSource" | "ReverseComplementSource":
            given = molecules[0]
            part = Part(0, 0, len(given), 1 if step.kind == "AnnotationSource" else -1)
            ends = (given.left, given.right)[:: part.strand]
            return Products((Product((given,), (part,), given.circular, *ends),))
    return None


def _restricted(molecules: list[Duplex], options: Mapping[str, object]) -> Products:
    names = options.get("restriction_enzymes")
    if not isinstance(names, list) or not names:
        raise FormatError("a restriction names no enzymes", expected="'restriction_enzymes'")
    enzymes = [str(name) for name in names]
    # in one pot first: what is left then is what one picks
    pot = simulation.golden_gate(molecules, enzymes, limit=LIMIT)
    if pot:
        return pot
    return simulation.restrict_and_ligate(molecules, enzymes, limit=LIMIT)
