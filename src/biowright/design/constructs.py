"""Constructs from parts: slots in 5'→3' order, each filled with one of its parts."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike

from biowright.core import (
    Attributes,
    Feature,
    FeatureTable,
    InputError,
    Location,
    Molecule,
    Record,
    suggest,
)
from biowright.core import Sequence as Letters
from biowright.learn import Slots

from .candidates import LARGEST, Candidate

__all__ = ["Constructs", "fill_slots", "join_parts"]


@dataclass(frozen=True, slots=True)
class Constructs:
    """All constructs that slots and their parts allow.

    Parameters
    ----------
    slots : tuple of (name, tuple of part names)
        In 5'→3' order.
    parts : mapping of str to Record
    exclusions : tuple of tuple of str
        Parts that must not stand together.
    """

    slots: tuple[tuple[str, tuple[str, ...]], ...]
    parts: Mapping[str, Record]
    exclusions: tuple[tuple[str, ...], ...] = ()
    search: Slots = field(init=False)
    parent: None = field(init=False, default=None)

    def __post_init__(self) -> None:
        size = math.prod(len(names) for _, names in self.slots)
        if size > LARGEST:
            raise InputError(
                f"the slots allow {size:,} constructs",
                expected=f"at most {LARGEST:,}",
                hint="offer fewer parts, or fix a slot to one part",
            )
        put = object.__setattr__
        put(self, "search", Slots(slots=self.slots, exclusions=tuple(self._excluded())))

    def _excluded(self) -> Iterator[tuple[tuple[str, str], ...]]:
        """Find the slot of each part that an exclusion names."""
        homes: dict[str, list[str]] = {}
        for slot, names in self.slots:
            for name in names:
                homes.setdefault(name, []).append(slot)
        for names in self.exclusions:
            told = f"the exclusion of {' and '.join(names)}"
            if len(set(names)) < 2:
                raise InputError(f"{told} needs two parts or more")
            for name in names:
                if name not in homes:
                    raise InputError(
                        f"{told} names '{name}', which stands in no slot", hint=suggest(name, homes)
                    )
                if len(homes[name]) > 1:
                    raise InputError(
                        f"{told} names '{name}', which stands in several slots: "
                        f"{', '.join(homes[name])}",
                        hint="give the part another name in one of them",
                    )
            places = tuple((homes[name][0], name) for name in names)
            if len({slot for slot, _ in places}) < len(places):
                raise InputError(f"{told} names two parts of one slot", hint="they never meet")
            yield places

    def key(self, id: str) -> Hashable:
        """Give the key of a construct's identity, its parts joined by ``|``."""
        key = tuple(id.split("|"))
        self.search.locate(key)  # refuses what is not in the space
        return key

    def candidate(self, key: Hashable) -> Candidate:
        """Give a construct: its parts joined, their features carried over."""
        id = self.search.identify(key)
        assert isinstance(key, tuple)
        chosen = [self.parts[name] for name in key]
        return Candidate(
            id,
            {slot: name for (slot, _), name in zip(self.slots, key, strict=True)},
            join_parts(id, [slot for slot, _ in self.slots], chosen),
            tuple(chosen),
        )


def join_parts(name: str, slots: Sequence[str], parts: Sequence[Record]) -> Record:
    """Join parts without scars; each becomes a feature, and its own features move along."""
    features: list[Feature] = []
    at = 0
    for slot, part in zip(slots, parts, strict=True):
        role = part.annotations.first("role", "")
        qualifiers = Attributes([("label", part.name), ("note", f"slot {slot}")])
        features.append(
            Feature(_KEYS.get(role, "misc_feature"), Location.of((at, at + len(part))), qualifiers)
        )
        features += FeatureTable(f for f in part.features if f.type != "source").moved(at)
        at += len(part)
    letters = b"".join(part.sequence.data for part in parts)
    return Record(
        Letters(letters, Molecule.DNA),
        name=name.replace("|", "__"),
        description=f"construct of {', '.join(part.name for part in parts)}",
        features=features,
        annotations=Attributes({"molecule_type": "DNA", "role": "SO:0000804"}),
    )


_KEYS = {
    "SO:0000167": "promoter",
    "SO:0000139": "RBS",
    "SO:0000316": "CDS",
    "SO:0000141": "terminator",
}
_ROLES = {key.lower(): role for role, key in _KEYS.items()}


def fill_slots(
    slots: Sequence[tuple[str, Sequence[str]]],
    parts: Sequence[Record],
    *,
    path: str | PathLike[str] | None = None,
) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], dict[str, Record]]:
    """Find the parts that slots name, by name or by ``role:``.

    Parameters
    ----------
    slots : sequence of (name, sequence of str)
    parts : sequence of Record
    path : path, optional
        Where the parts come from, for messages.

    Returns
    -------
    slots : tuple of (name, tuple of part names)
    parts : dict of str to Record
        Those that stand in a slot.

    Raises
    ------
    InputError
        A name or role is not among the parts; a part that is used is no linear DNA, is empty, or its
        name is ambiguous. All of them are told at once.
    """
    problems: list[str] = []
    known: dict[str, list[Record]] = {}
    for part in parts:
        known.setdefault(part.name, []).append(part)
    filled: list[tuple[str, tuple[str, ...]]] = []
    for slot, names in slots:
        chosen: list[str] = []
        for name in names:
            found, problem = _find(name, known)
            chosen += found
            if problem:
                problems.append(f"slot {slot}: {problem}")
        for name in sorted({name for name in chosen if chosen.count(name) > 1}):
            problems.append(f"slot {slot}: '{name}' stands there twice")
        filled.append((slot, tuple(chosen)))
    used = dict.fromkeys(name for _, names in filled for name in names)
    problems += [problem for name in used for problem in _faults(name, known[name])]
    if problems:
        raise InputError("the slots do not fit the parts: " + "; ".join(problems), path=path)
    return tuple(filled), {name: known[name][0] for name in used}


def _find(name: str, known: Mapping[str, Sequence[Record]]) -> tuple[list[str], str]:
    """Find the parts that a slot's entry means, or say what is wrong with it."""
    if not name.startswith("role:"):
        if name in known:
            return [name], ""
        hint = suggest(name, known)
        return [], f"there is no part '{name}'" + (f" ({hint})" if hint else "")
    role = name.removeprefix("role:").strip()
    wanted = {role.lower(), _ROLES.get(role.lower(), "").lower()} - {""}
    found = [name for name, parts in known.items() if any(_roles(p) & wanted for p in parts)]
    if found:
        return found, ""
    roles = sorted({role for parts in known.values() for p in parts for role in _roles(p)})
    hint = suggest(role, roles) or (f"there are: {', '.join(roles[:8])}" if roles else "")
    return [], f"no part has the role '{role}'" + (f" ({hint})" if hint else "")


def _faults(name: str, parts: Sequence[Record]) -> Iterator[str]:
    if len(parts) > 1:
        yield f"two parts are named '{name}'"
    if "|" in name or not name:
        yield f"'{name}': a part needs a name, without '|'"
    for part in parts:
        if part.molecule is not Molecule.DNA or not len(part):
            yield f"'{name}' is no DNA, or empty"
        elif part.circular:
            yield f"'{name}' is a circle; cut the part out of its plasmid"


def _roles(part: Record) -> set[str]:
    roles = {role.lower() for role in part.annotations.get("role", ())}
    roles |= {_KEYS[role.upper()].lower() for role in roles if role.upper() in _KEYS}
    whole = [f for f in part.features if len(f.location) == len(part)]
    return roles | {f.type.lower() for f in whole if f.type != "source"}
