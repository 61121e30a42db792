"""Constructs from parts: slots in 5'→3' order, each filled with one of its parts."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

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

from .candidates import Candidate

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
        homes: dict[str, list[str]] = {}
        for slot, names in self.slots:
            for name in names:
                homes.setdefault(name, []).append(slot)
        excluded = []
        for names in self.exclusions:
            for name in names:
                if name not in homes:
                    raise InputError(
                        f"the exclusion names '{name}', which stands in no slot",
                        hint=suggest(name, homes),
                    )
                if len(homes[name]) > 1:
                    raise InputError(
                        f"the exclusion names '{name}', which stands in several slots: "
                        f"{', '.join(homes[name])}",
                        hint="give the part another name in one of them",
                    )
            excluded.append(tuple((homes[name][0], name) for name in names))
        put = object.__setattr__
        put(self, "search", Slots(slots=self.slots, exclusions=tuple(excluded)))

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
        name=name.replace("|", "_"),
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
    slots: Sequence[tuple[str, Sequence[str]]], parts: Sequence[Record]
) -> tuple[tuple[tuple[str, tuple[str, ...]], ...], dict[str, Record]]:
    """Find the parts that slots name, by name or by ``role:``.

    Raises
    ------
    InputError
        A name or role is not in the parts file; a part is no linear DNA, is empty or its name is
        ambiguous. All of them are told at once.
    """
    problems: list[str] = []
    known: dict[str, Record] = {}
    for part in parts:
        if part.name in known:
            problems.append(f"two parts are named '{part.name}'")
        if part.molecule is not Molecule.DNA or not len(part):
            problems.append(f"'{part.name}' is no DNA, or empty")
        if "|" in part.name:
            problems.append(f"'{part.name}': a part's name must not hold '|'")
        known[part.name] = replace(part, sequence=part.sequence.linear())
    filled: list[tuple[str, tuple[str, ...]]] = []
    for slot, names in slots:
        chosen: list[str] = []
        for name in names:
            if name.startswith("role:"):
                role = name.removeprefix("role:").strip()
                wanted = {role.lower(), _ROLES.get(role.lower(), "").lower()} - {""}
                found = [p.name for p in parts if _roles(p) & wanted]
                if not found:
                    roles = sorted(set().union(*map(_roles, parts))) if parts else []
                    hint = suggest(role, roles)
                    problems.append(
                        f"slot {slot}: no part has the role '{role}'"
                        + (f" ({hint})" if hint else "")
                    )
                chosen += found
            elif name in known:
                chosen.append(name)
            else:
                hint = suggest(name, known)
                problems.append(
                    f"slot {slot}: there is no part '{name}'" + (f" ({hint})" if hint else "")
                )
        if len(set(chosen)) != len(chosen):
            problems.append(f"slot {slot}: a part stands there twice")
        filled.append((slot, tuple(chosen)))
    if problems:
        raise InputError("the slots do not fit the parts file: " + "; ".join(problems))
    used = {name for _, names in filled for name in names}
    return tuple(filled), {name: known[name] for name in known if name in used}


def _roles(part: Record) -> set[str]:
    roles = {role.lower() for role in part.annotations.get("role", ())}
    roles |= {_KEYS[role.upper()].lower() for role in roles if role.upper() in _KEYS}
    whole = [f for f in part.features if len(f.location) == len(part)]
    return roles | {f.type.lower() for f in whole if f.type != "source"}
