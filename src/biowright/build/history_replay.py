"""Replaying histories: each step is put together as it was recorded, and simulated anew.

The recorded locations say what the product was made of; the simulation of the reaction says whether it
arises, what arises besides, and how probable each is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from biowright.bio import End
from biowright.core import FormatError, InputError, Record, Topology
from biowright.core import Sequence as Letters
from biowright.formats import open_source

from . import simulation
from .history import Fragment, History, Step, history_of
from .simulation import Duplex, Part, Product, Products

__all__ = ["Replayed", "replay", "replay_file"]

_SIZE = 1 << 28  # bytes
_SHOWN = 20  # other products of a step
_LIMIT = 2000


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
    name = str(path)
    with open_source(path) as source:
        data = source.stream.read(_SIZE + 1)
    if len(data) > _SIZE:
        raise FormatError(f"the file is above {_SIZE >> 20} MiB", path=name)
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise FormatError(f"this is no JSON: {str(error)[:100]}", path=name, line=line) from None
    try:
        if isinstance(document, dict) and "reactions" in document:
            return _replay_plan(document)
        return replay(history_of(document))
    except InputError as error:
        raise error.located(path=name) from None


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
                _others(products, wanted),
                notes,
            )
        )
    return found


def _others(products: Products | None, wanted: str) -> tuple[tuple[str, int, str, float], ...]:
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
    molecules = [_given(history, key) for key in unique]
    options = step.options
    match step.kind:
        case "PCRSource" if len(placed) == 3:
            return simulation.pcr(
                molecules[1],
                _given(history, keys[0]).record,
                _given(history, keys[2]).record,
                anneal=shortest,
            )
        case "GibsonAssemblySource":
            return simulation.gibson(molecules, overlap=shortest, limit=_LIMIT)
        case "InFusionSource":
            return simulation.in_fusion(molecules, overlap=shortest, limit=_LIMIT)
        case "OverlapExtensionPCRLigationSource" | "InVivoAssemblySource":
            return simulation.overlap_extension(molecules, overlap=shortest, limit=_LIMIT)
        case "RestrictionAndLigationSource":
            return _restricted(molecules, options)
        case "LigationSource":
            blunt = min(sizes, default=1) == 0
            given = [_given(history, f.key) for f in placed]
            return simulation.ligate(given, blunt=blunt, limit=_LIMIT)
        case "RestrictionEnzymeDigestionSource":
            names = [
                str(edge["restriction_enzyme"])
                for edge in (options.get("left_edge"), options.get("right_edge"))
                if isinstance(edge, Mapping) and edge.get("restriction_enzyme")
            ]
            return simulation.cut(molecules[0], list(dict.fromkeys(names)))
        case "OligoHybridizationSource" if len(keys) == 2:
            one, other = (_given(history, key).record for key in keys)
            return simulation.hybridise(one, other, anneal=min(5, len(one), len(other)))
        case "PolymeraseExtensionSource":
            return simulation.fill_in(molecules[0])
        case "GatewaySource":
            return simulation.gateway(
                molecules, str(options.get("reaction_type") or ""), limit=_LIMIT
            )
        case "CreLoxRecombinationSource":
            return simulation.recombine(molecules, "Cre", limit=_LIMIT)
        case "HomologousRecombinationSource" if len(unique) > 1:
            return simulation.homologous_recombination(
                molecules[0], molecules[1:], homology=max(8, shortest), limit=_LIMIT
            )
        case "CRISPRSource" if len(unique) > 1:
            guides = [history.primers[f.key] for f in step.fragments if not f.placed]
            return simulation.crispr(
                molecules[0], molecules[1:], guides, homology=max(8, shortest), limit=_LIMIT
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
    pot = simulation.golden_gate(molecules, enzymes, limit=_LIMIT)
    if pot:
        return pot
    return simulation.restrict_and_ligate(molecules, enzymes, limit=_LIMIT)


def product_of(step: Step, history: History) -> Product:
    """Lay the fragments of a step end to end, as its locations say.

    Raises
    ------
    FormatError
        Two neighbours do not share the letters that they should.
    """
    inputs = tuple(_given(history, f.key) for f in step.fragments if f.placed)
    placed = [f for f in step.fragments if f.placed]
    parts = []
    for number, fragment in enumerate(placed):
        given = inputs[number]
        size = len(given)
        first = number == 0
        if (fragment.left is None) != (first and not step.circular) and fragment.left is None:
            raise FormatError(f"source {step.key}: a fragment has no left location")
        # what is shared comes from the fragment before
        start = 0 if fragment.left is None else fragment.left[1]
        before = 0 if fragment.left is None else fragment.left[1] - fragment.left[0]
        end = size if fragment.right is None else fragment.right[1]
        if given.circular:
            while end < start or (end == start and fragment.right == fragment.left):
                end += size
        if end < start:
            raise FormatError(f"source {step.key}: a fragment ends before it begins")
        low, high = (start, end) if fragment.strand == 1 else (size - end, size - start)
        if given.circular and low < 0:
            low, high = low + size, high + size
        parts.append(Part(number, low, high, fragment.strand, before))
    ends = []
    for fragment, given, at_left in ((placed[0], inputs[0], True), (placed[-1], inputs[-1], False)):
        turned = given if fragment.strand == 1 else given.reverse_complement()
        ends.append(End("blunt") if step.circular else turned.left if at_left else turned.right)
    _check_shared(step, placed, inputs)
    return Product(
        inputs, tuple(parts), step.circular, ends[0], ends[1], name=f"sequence{step.key}"
    )


def _check_shared(step: Step, placed: list[Fragment], inputs: tuple[Duplex, ...]) -> None:
    count = len(placed)
    for number in range(count if step.circular else count - 1):
        mate = (number + 1) % count
        right, left = placed[number].right, placed[mate].left
        if right is None or left is None:
            raise FormatError(f"source {step.key}: two fragments have no location where they meet")
        texts = []
        for fragment, given, place in (
            (placed[number], inputs[number], right),
            (placed[mate], inputs[mate], left),
        ):
            letters = given.record.sequence
            turned = letters if fragment.strand == 1 else letters.reverse_complement()
            data = turned.data.upper().replace(b"U", b"T")
            if place[1] > len(data) * (2 if given.circular else 1):
                raise FormatError(
                    f"source {step.key}: a location lies outside of sequence {fragment.key}"
                )
            texts.append((data * 2)[place[0] : place[1]] if given.circular else data[slice(*place)])
        # a primer may differ from its template
        if texts[0] != texts[1] and step.kind != "PCRSource":
            raise FormatError(
                f"source {step.key}: sequences {placed[number].key} and {placed[mate].key} do not share "
                "the letters at which they meet"
            )


def _given(history: History, key: int) -> Duplex:
    if key in history.sequences:
        return history.sequences[key]
    primer = history.primers[key]
    return Duplex(primer.changed(sequence=primer.sequence.to_dna()))


_PLANNED = {"pcr", "annealing", "pca", "gibson", "tar", "golden-gate"}


def _replay_plan(document: Mapping[str, Any]) -> list[Replayed]:
    """Replay the reactions of a plan, from what is ordered and what is there."""
    tube: dict[str, Duplex] = {}
    try:
        for entry in (*document["orders"], *document["primers"], *document["stock"]):
            topology = Topology(entry.get("topology") or "linear")
            letters = Letters(str(entry["sequence"]), topology=topology)
            tube[str(entry["name"])] = Duplex(Record(letters, str(entry["name"])))
        reactions = [dict(reaction) for reaction in document["reactions"]]
        targets = {str(target["product"]) for target in document["targets"]}
    except (TypeError, KeyError, ValueError) as error:
        raise FormatError(
            f"this is no plan: {error}", expected="orders, stock, reactions"
        ) from None
    found = []
    for reaction in reactions:
        name, method = str(reaction.get("name")), str(reaction.get("method"))
        missing = [each for each in reaction.get("inputs", ()) if each not in tube]
        if method not in _PLANNED or missing:
            what = f"needs {missing[0]}, which nothing makes" if missing else f"is by '{method}'"
            raise FormatError(f"the reaction {name} {what}", expected=", ".join(sorted(_PLANNED)))
        inputs = [tube[each] for each in reaction["inputs"]]
        products = _planned(method, inputs, reaction)
        wanted = str(reaction.get("seguid"))
        match = products.find(wanted)
        if match is not None:
            tube[name] = replace(match, name=name).duplex
        else:
            raise FormatError(
                f"the reaction {name} does not give the product that the plan says",
                expected=wanted,
                hint="; ".join(products.notes[:2]) or None,
            )
        found.append(
            Replayed(
                name,
                method,
                wanted,
                len(match),
                match.topology,
                match.probability,
                True,
                name in targets,
                _others(products, wanted),
                products.notes,
            )
        )
    return found


def _planned(method: str, inputs: list[Duplex], reaction: Mapping[str, Any]) -> Products:
    sizes = [
        j["end"] - j["start"] for j in reaction.get("junctions") or () if isinstance(j, Mapping)
    ]
    overlap = max(10, min(sizes, default=20))
    closed = bool(reaction.get("circular"))
    match method:
        case "pcr":
            template, forward, reverse = inputs
            anneal = min(15, len(forward), len(reverse))
            return simulation.pcr(template, forward.record, reverse.record, anneal=anneal)
        case "annealing":
            one, other = (given.record for given in inputs)
            return simulation.hybridise(one, other, anneal=min(5, len(one), len(other)))
        case "golden-gate":
            return simulation.golden_gate(
                inputs, str(reaction.get("enzyme")), circular=closed, each=True, limit=_LIMIT
            )
        case "pca":
            return simulation.overlap_extension(inputs, overlap=overlap, each=True, limit=_LIMIT)
    return simulation.gibson(inputs, overlap=overlap, circular=closed, each=True, limit=_LIMIT)
