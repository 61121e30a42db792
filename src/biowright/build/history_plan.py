"""Replaying the plans of `biowright build plan`: every reaction, from the orders to the targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from biowright.core import FormatError, Record, Topology
from biowright.core import Sequence as Letters
from biowright.design import SignalChange

from . import simulation
from .history_replay import LIMIT, Replayed, other_products
from .simulation import Duplex, Products

__all__ = ["replay_plan"]

_PLANNED = {"pcr", "annealing", "pca", "gibson", "tar", "golden-gate", "release"}


def replay_plan(document: Mapping[str, Any]) -> list[Replayed]:
    """Replay the reactions of a plan, from what is ordered and what is there."""
    tube: dict[str, Duplex] = {}
    try:
        for entry in (*document["orders"], *document["primers"], *document["stock"]):
            topology = Topology(entry.get("topology") or "linear")
            letters = Letters(str(entry["sequence"]), topology=topology)
            tube[str(entry["name"])] = Duplex(Record(letters, str(entry["name"])))
        reactions = [dict(reaction) for reaction in document["reactions"]]
        targets = {str(target["product"]): str(target["seguid"]) for target in document["targets"]}
        signals = {
            str(target["product"]): tuple(
                SignalChange(**change) for change in target.get("signals", ())
            )
            for target in document["targets"]
        }
    except (TypeError, KeyError, ValueError) as error:
        raise FormatError(
            f"this is no plan: {error}", expected="orders, stock, reactions"
        ) from None
    if not targets:
        raise FormatError(
            "the plan has no target: there is nothing that it could be proven to make",
            expected="targets, each with a product and a seguid",
        )
    found = []
    named = {str(reaction.get("name")) for reaction in reactions}
    for reaction in reactions:
        name, method = str(reaction.get("name")), str(reaction.get("method"))
        missing = [each for each in reaction.get("inputs", ()) if each not in tube]
        unknown = [each for each in missing if each not in named]
        if method not in _PLANNED or unknown:
            what = f"needs {unknown[0]}, which nothing makes" if unknown else f"is by '{method}'"
            raise FormatError(f"the reaction {name} {what}", expected=", ".join(sorted(_PLANNED)))
        wanted = str(reaction.get("seguid"))
        if missing:
            remark = f"{missing[0]}, which goes into it, was not made"
            found.append(_failed(name, method, wanted, reaction, (remark,)))
            continue
        inputs = [tube[each] for each in reaction["inputs"]]
        products = _planned(method, inputs, reaction)
        match = products.find(wanted)
        if match is None:
            # the answer is no; what it gives instead goes on, if that is one thing
            notes = (*products.notes, "the reaction does not give the product that the plan says")
            if len(products) == 1:
                tube[name] = replace(products[0], name=name).duplex
            others = other_products(products, wanted)
            found.append(replace(_failed(name, method, wanted, reaction, notes), others=others))
            continue
        tube[name] = replace(match, name=name).duplex
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
                other_products(products, wanted),
                products.notes,
            )
        )
    return [
        replace(each, signals=signals.get(each.key, ())) for each in _proven(found, targets, tube)
    ]


def _failed(
    name: str, method: str, wanted: str, reaction: Mapping[str, Any], notes: tuple[str, ...]
) -> Replayed:
    """Tell a reaction that does not make what the plan says."""
    topology = "circular" if reaction.get("circular") else "linear"
    length = reaction.get("length")
    size = length if isinstance(length, int) else 0
    return Replayed(name, method, wanted, size, topology, 0.0, False, False, (), notes)


def _proven(
    found: list[Replayed], targets: Mapping[str, str], tube: Mapping[str, Duplex]
) -> list[Replayed]:
    """Compare what is to be a target with it; what is ordered whole is made by no reaction."""
    made = {each.key for each in found}
    for name in targets:
        if name not in tube and name not in made:
            raise FormatError(f"the plan makes no {name}, which is to be a target")
        if name not in made:
            whole = tube[name]
            topology = str(whole.record.topology)
            found.append(
                Replayed(name, "order", whole.seguid, len(whole), topology, 1.0, True, True)
            )
    checked = []
    for each in found:
        if each.key in targets:
            each = replace(each, final=True)
        if each.key in targets and each.key in tube:
            # a target says nothing of ends that stand over
            letters = Duplex(
                tube[each.key].record.changed(sequence=tube[each.key].record.sequence.upper())
            )
            if letters.seguid != targets[each.key]:
                remark = f"the target is another molecule: {targets[each.key]}"
                each = replace(each, agrees=False, notes=(*each.notes, remark))
        checked.append(each)
    return checked


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
        case "release":
            circle, *guides = inputs
            return simulation.cleave(circle, [guide.record for guide in guides])
        case "annealing":
            one, other = (given.record for given in inputs)
            return simulation.hybridise(one, other, anneal=min(5, len(one), len(other)))
        case "golden-gate":
            return simulation.golden_gate(
                inputs, str(reaction.get("enzyme")), circular=closed, each=True, limit=LIMIT
            )
        case "pca":
            return simulation.overlap_extension(inputs, overlap=overlap, each=True, limit=LIMIT)
    return simulation.gibson(inputs, overlap=overlap, circular=closed, each=True, limit=LIMIT)
