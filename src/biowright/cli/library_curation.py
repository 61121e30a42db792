"""`biowright library`: what is said of parts after they were written."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter

from biowright.core import InputError
from biowright.library import Library

from .arguments import Json
from .output import note, print_json

__all__ = ["alias", "change", "compose", "grant", "tag", "withdraw"]

Remove = Annotated[bool, Parameter(negative=(), help="Take them away.")]


def tag(
    folder: str,
    part: str,
    /,
    *tags: Annotated[str, Parameter(required=True)],
    remove: Remove = False,
    json: Json = False,
) -> int:
    """Give a part tags, by which `search` and `export` can choose, or take them away.

    Parameters
    ----------
    folder
        The library.
    part
        An identity, a name or an alias.
    tags
        Words of your own.
    """
    with Library.open(folder) as library:
        number = library.find(part)
        library.tag(number, *tags, remove=remove)
        return _labels(library, number, json)


def alias(
    folder: str,
    part: str,
    /,
    *names: Annotated[str, Parameter(required=True)],
    remove: Remove = False,
    json: Json = False,
) -> int:
    """Give a part further names, by which it is found, or take them away.

    Parameters
    ----------
    folder
        The library.
    part
        An identity, a name or an alias.
    names
        The further names.
    """
    with Library.open(folder) as library:
        number = library.find(part)
        library.alias(number, *names, remove=remove)
        return _labels(library, number, json)


def _labels(library: Library, number: int, json: bool) -> int:
    (version,) = library.describe([number])
    labels = library.labels(number)
    if json:
        document = {"tags": list(labels["tag"]), "aliases": list(labels["alias"])}
        print_json({"part": version.part, "name": version.name, **document})
    else:
        said = [
            f"{what} {', '.join(labels[kind])}"
            for kind, what in (("tag", "tags"), ("alias", "aliases"))
            if labels[kind]
        ]
        text = "; ".join(said) or "no tags, no aliases"
        sys.stdout.write(f"{version.name} ({version.part}): {text}\n")
    return 0


def change(
    folder: str,
    part: str,
    /,
    *,
    licence: str | None = None,
    tier: str | None = None,
    screening: str | None = None,
    source: str | None = None,
    json: Json = False,
) -> int:
    """Say licence, tier, screening status or source of a version anew; what was said stays in its history.

    Parameters
    ----------
    folder
        The library.
    part
        An identity (P17 is its newest version, P17.2 its version 2), a name or an alias.
    licence
        Such as CC-BY-4.0, OpenMTA, UBMTA or proprietary.
    tier
        reference or characterised.
    screening
        unscreened, passed or flagged.
    source
        A DOI, an address, a name.
    """
    words = {"licence": licence, "tier": tier, "screening": screening, "source": source}
    said = {field: value for field, value in words.items() if value is not None}
    if not said:
        raise InputError("nothing to change", hint=f"give one of --{', --'.join(words)}")
    with Library.open(folder) as library:
        number = library.find(part)
        library.change(number, **said)
        (version,) = library.describe([number])
    now = {"part": version.part, "version": version.version, "name": version.name}
    now |= {field: getattr(version, field) for field in words}
    if json:
        print_json(now)
    else:
        text = "; ".join(f"{field}: {now[field] or 'not stated'}" for field in words)
        sys.stdout.write(f"{version.name} ({version.part}.{version.version}): {text}\n")
    return 0


def withdraw(folder: str, part: str, /, *, reason: str, json: Json = False) -> int:
    """Withdraw a part: it stays with its history, and is found only with `search --withdrawn`.

    Parameters
    ----------
    folder
        The library.
    part
        An identity, a name or an alias.
    reason
        Why; `history` tells it.
    """
    with Library.open(folder) as library:
        number = library.find(part)
        library.withdraw(number, reason)
        (version,) = library.describe([number])
        uses = library.describe(library.uses(number))
    if uses:
        note(f"it stays in {', '.join(f'{use.name} ({use.part})' for use in uses)}")
    if json:
        print_json({"part": version.part, "name": version.name, "status": version.status})
    else:
        sys.stdout.write(f"{version.name} ({version.part}): {version.status}\n")
    return 0


def grant(folder: str, collection: str, person: str, right: str, /, *, json: Json = False) -> int:
    """Say what a person may do in a collection; from the first on it is closed to others.

    Parameters
    ----------
    folder
        The library.
    collection
        Its name.
    person
        The name by which the computer knows them.
    right
        none, reader, contributor or curator; the first to be named is a curator.
    """
    with Library.open(folder) as library:
        library.grant(collection, person, right)
    if json:
        print_json({"collection": collection, "person": person, "right": right})
    else:
        sys.stdout.write(f"{collection}: {person} is {right}\n")
    return 0


def compose(
    folder: str,
    name: str,
    /,
    *parts: Annotated[str, Parameter(required=True)],
    collection: str = "main",
    json: Json = False,
) -> int:
    """Join parts to a composite, which keeps the links to them and asks for what their licences ask for.

    Parameters
    ----------
    folder
        The library.
    name
        Of the composite.
    parts
        Identities, names or aliases, from the 5' end on; `NAME:-` is the other strand of a part.
    collection
        The collection to add to; it is made where it is new.
    """
    with Library.open(folder) as library:
        pieces = [
            (library.find(part.removesuffix(":-")), -1 if part.endswith(":-") else 1)
            for part in parts
        ]
        made = library.compose(name, pieces, collection=collection)
        (version,) = library.describe([made.number])
    for conflict in made.conflicts:
        note(f"licence: {conflict}")
    document = {
        "part": version.part,
        "version": version.version,
        "name": version.name,
        "length": version.length,
        "licence": made.licence,
        "conflicts": list(made.conflicts),
    }
    if json:
        print_json(document)
    else:
        licence = made.licence or "no licence, as long as a part has none"
        sys.stdout.write(
            f"{version.name} ({version.part}.{version.version}): {version.length:,} nt; {licence}\n"
        )
    return 0
