"""From a specification to a library: what it holds, what to order, how much to screen."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biowright.core import InputError
from biowright.formats import make_folder, open_output, refuse_existing
from biowright.safety import Gate, Verdict, require

from ..codons import codon_usage, encode_protein
from ..parents import parse_sites, read_parent
from .degenerate import best_codon, best_mixture
from .error_prone_pcr import error_prone
from .mixtures import mixture_shares, mixture_size
from .recombination import choose_crossovers
from .schemes import Scheme, compare_schemes, scheme, trimers
from .specification import (
    ErrorProneLibrary,
    RecombinationLibrary,
    SaturationLibrary,
    TargetLibrary,
    read_contacts,
    read_targets,
)
from .statistics import clones_for, coverage
from .targets import cover_targets

__all__ = ["LibraryPlan", "plan_library", "write_library"]

_MOST_PIECES = 10_000


@dataclass(frozen=True, slots=True)
class LibraryPlan:
    """A library that was worked out; nothing of it has been written.

    Parameters
    ----------
    summary : mapping
        What it holds, as plain data.
    pieces : tuple of (str, str)
        Names and DNA to order, with IUPAC letters where it is degenerate.
    table : tuple of tuple of str
        A table of codons, substitutions or blocks, its head first.
    """

    summary: dict[str, Any]
    pieces: tuple[tuple[str, str], ...]
    table: tuple[tuple[str, ...], ...]


def plan_library(
    spec: TargetLibrary | SaturationLibrary | ErrorProneLibrary | RecombinationLibrary,
    folder: str | Path = ".",
) -> LibraryPlan:
    """Work out a library.

    Parameters
    ----------
    spec
        As `read_library` gives it.
    folder : path, default "."
        Where the paths in it start.

    Raises
    ------
    InputError, NegativeResult
        The specification does not fit its files, or there is no such library.
    """
    match spec:
        case TargetLibrary():
            return _targets(spec, Path(folder))
        case SaturationLibrary():
            return _saturation(spec, Path(folder))
        case ErrorProneLibrary():
            return _error_prone(spec, Path(folder))
        case RecombinationLibrary():
            return _recombination(spec, Path(folder))


def _targets(spec: TargetLibrary, folder: Path) -> LibraryPlan:
    targets = read_targets(folder / spec.targets)
    usage = codon_usage(spec.host)
    found = cover_targets(
        targets,
        limit=spec.limit,
        sublibraries=spec.sublibraries,
        codons_per_site=spec.codons_per_site,
        weights=spec.weights or None,
        code=spec.code,
        usage=usage,
        seed=spec.seed,
    )
    count = sum(one.pieces for one in found.sublibraries)
    if count > _MOST_PIECES:
        raise InputError(
            f"the codons of the sites combine to {count:,} pieces of DNA",
            expected=f"{_MOST_PIECES:,} at most",
            hint="say a smaller limit, or fewer codons_per_site",
        )
    pieces, libraries = [], []
    rows = [("sublibrary", "site", "codon", "part", "variants", "residues")]
    for number, one in enumerate(found.sublibraries, 1):
        name = f"sublibrary-{number}"
        parts = []
        for piece, (sequence, part) in enumerate(one.sequences, 1):
            parts.append({"name": f"{name}-{piece}" if one.pieces > 1 else name, "part": part})
            pieces.append((str(parts[-1]["name"]), sequence))
        for place, site in enumerate(one.sites, 1):
            if mixture_size(site) == 1:
                continue
            total = sum(codon.size for codon in site)
            rows += [
                (
                    str(number),
                    str(place),
                    codon.letters,
                    f"{codon.size / total:.4f}",
                    str(codon.size),
                    codon.residues,
                )
                for codon in site
            ]
        shares = [mixture_shares(site) for site in one.sites]
        libraries.append(
            {
                "size": one.size,
                "proteins": one.proteins,
                "holds": list(one.holds),
                "sequence": one.sequence,
                "pieces": parts,
                "clones for 95 %": clones_for([s for s in shares if len(s) > 1], share=0.95),
            }
        )
    summary = {
        "kind": spec.kind,
        "targets": len(targets),
        "covered": len(found.covered),
        "weight": found.weight,
        "bound": found.bound,
        "optimal": found.optimal,
        "size": found.size,
        "limit": spec.limit,
        "codons per site": spec.codons_per_site,
        "pieces": count,
        "sublibraries": libraries,
        "missing": [name for name in targets if name not in found.covered],
    }
    return LibraryPlan(summary, tuple(pieces), tuple(rows))


def _saturation(spec: SaturationLibrary, folder: Path) -> LibraryPlan:
    text = spec.parent
    if not text.rstrip("*").isalpha():
        text = str(folder / text)
    protein, coding, name = read_parent(text)
    places = parse_sites(list(spec.sites), protein, spec.first)
    usage = codon_usage(spec.host)
    letters = str(coding if coding is not None else encode_protein(protein, spec.host))
    schemes = {site: _scheme(site, said, spec, usage) for site, said in spec.sites.items()}
    chosen = list(schemes.values())
    shares = [one.shares for one in chosen]
    clones = clones_for(shares, share=spec.share)
    seen = coverage(shares, clones)
    count = math.prod(len(one.codons) for one in chosen)
    if count > _MOST_PIECES:
        raise InputError(
            f"the codons of the sites combine to {count:,} pieces of DNA",
            expected=f"{_MOST_PIECES:,} at most",
            hint="use single degenerate codons, or order the sites as oligos apart",
        )
    pieces, parts = [], []
    for number, codons in enumerate(itertools.product(*(range(len(o.codons)) for o in chosen)), 1):
        text, part = letters, 1.0
        for one, place, codon in zip(chosen, places, codons, strict=True):
            text = text[: 3 * place] + one.codons[codon].letters + text[3 * place + 3 :]
            part *= one.parts[codon] / sum(one.parts)
        pieces.append((f"{name}-{number}" if count > 1 else name, text))
        parts.append(part)
    rows = [("site", "scheme", "codon", "part", "variants", "residues", "stops")]
    for site, one in schemes.items():
        for codon, part in zip(one.codons, one.parts, strict=True):
            rows.append(
                (
                    site,
                    one.name,
                    codon.letters,
                    f"{part / sum(one.parts):.4f}",
                    str(codon.size),
                    codon.residues,
                    str(codon.stops),
                )
            )
    summary = {
        "kind": spec.kind,
        "sites": {
            site: {
                "scheme": one.name,
                "codons": [c.letters for c in one.codons],
                "residues": one.residues,
            }
            for site, one in schemes.items()
        },
        "dna variants": math.prod(one.size for one in chosen),
        "proteins": int(seen.variants),
        "stops": 1 - seen.useful,
        "clones": clones,
        "share": seen.share,
        "complete": seen.complete,
        "oversampling": seen.oversampling,
        "pieces": [
            {"name": piece, "part": part} for (piece, _), part in zip(pieces, parts, strict=True)
        ],
        "comparison": [
            {
                "scheme": row.scheme.name,
                "oligos": row.oligos,
                "dna": row.dna,
                "proteins": row.proteins,
                "stops": row.stops,
                "clones": row.clones,
            }
            for row in compare_schemes(len(chosen), share=spec.share, code=spec.code)
        ],
    }
    return LibraryPlan(summary, tuple(pieces), tuple(rows))


def _scheme(site: str, said: str, spec: SaturationLibrary, usage: Any) -> Scheme:
    residues = said[1:].strip().upper()
    if said[:1] == "=":
        return Scheme(said, (best_codon(residues, code=spec.code, usage=usage),), (1.0,))
    if said[:1] == "~":
        codons = best_mixture(residues, code=spec.code, usage=usage)
        return Scheme(said, codons, tuple(float(len(codon.residues)) for codon in codons))
    if said.lower() == "trimers":
        return trimers(code=spec.code, usage=usage)
    try:
        return scheme(said, spec.code)
    except InputError as error:
        raise InputError(f"site {site}: {error}") from None


def _error_prone(spec: ErrorProneLibrary, folder: Path) -> LibraryPlan:
    _, coding, _ = read_parent(str(folder / spec.parent))
    if coding is None:
        raise InputError(
            "the parent is a protein", path=folder / spec.parent, expected="its coding DNA"
        )
    found = error_prone(
        str(coding),
        mean=spec.mean,
        clones=spec.clones,
        bias=spec.bias,
        cycles=spec.cycles,
        efficiency=spec.efficiency,
        first=spec.first,
        code=spec.code,
    )
    summary = {
        "kind": spec.kind,
        "mutations": [round(share, 9) for share in found.mutations],
        "unchanged": found.unchanged,
        "stops": found.stops,
        "reachable": found.reachable,
        "clones": spec.clones,
        "distinct": found.distinct,
    }
    ranked = sorted(found.substitutions.items(), key=lambda row: (-row[1], row[0]))
    rows = [("substitution", "share"), *((name, f"{share:.3e}") for name, share in ranked)]
    return LibraryPlan(summary, (), tuple(rows))


def _recombination(spec: RecombinationLibrary, folder: Path) -> LibraryPlan:
    parents = read_targets(folder / spec.parents)
    contacts = read_contacts(folder / spec.contacts)
    found = choose_crossovers(
        list(parents.values()), contacts, crossovers=spec.crossovers, shortest=spec.shortest
    )
    length = len(next(iter(parents.values())))
    bounds = list(itertools.pairwise([0, *found.places, length]))
    summary = {
        "kind": spec.kind,
        "parents": list(parents),
        "crossovers": [place + 1 for place in found.places],
        "disruption": found.disruption,
        "mutations": found.mutations,
        "chimeras": found.chimeras,
    }
    rows = [("block", "from", "to", "parent", "residues")]
    rows += [
        (str(number), str(start + 1), str(end), name, sequence[start:end])
        for number, (start, end) in enumerate(bounds, 1)
        for name, sequence in parents.items()
    ]
    return LibraryPlan(summary, (), tuple(rows))


def write_library(
    folder: str | Path,
    plan: LibraryPlan,
    *,
    verdict: Verdict | None,
    gate: Gate | None = None,
    force: bool = False,
) -> list[Path]:
    """Write a library: ``library.json``, ``library.csv``, and with DNA to order ``order.csv``.

    Parameters
    ----------
    folder : path
        Made if it is not there.
    plan : LibraryPlan
    verdict : Verdict or None
        Of a screening of ``plan.pieces``.
    gate : Gate, optional
        Who made the verdict; by default that of the operator's settings.
    force : bool, default False
        Replace existing files.

    Raises
    ------
    ScreeningRefused
        The verdict does not let these pieces leave; nothing is written then.
    ConflictError
        A file exists and `force` is not given; nothing is written then.
    """
    clearance = require(verdict, plan.pieces, gate=gate)
    texts = {
        "library.json": json.dumps(plan.summary, indent=2, ensure_ascii=False) + "\n",
        "library.csv": _table(plan.table),
    }
    if plan.pieces:
        rows = [
            (name, str(len(letters)), letters, clearance.marking) for name, letters in plan.pieces
        ]
        texts["order.csv"] = _table([("name", "length", "sequence", "screening"), *rows])
        texts["screening.json"] = (
            json.dumps(clearance.document(), indent=2, ensure_ascii=False) + "\n"
        )
    home = Path(folder)
    refuse_existing([home / name for name in texts], force=force)
    make_folder(home)
    for name, text in texts.items():
        with open_output(home / name, force=force) as output:
            output.write(text.encode())
    return [home / name for name in texts]


def _table(rows: Sequence[Sequence[str]]) -> str:
    from biowright.measure import guard_cell

    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([guard_cell(c) for c in row] for row in rows)
    return text.getvalue()
