"""The parent of a protein space: letters, or a file with the protein or its coding DNA."""

from __future__ import annotations

import re
from collections.abc import Sequence

from biowright.bio import genetic_code, translate, translate_feature
from biowright.core import BiowrightError, Feature, InputError, Molecule, Record
from biowright.core import Sequence as Letters
from biowright.formats import read

__all__ = ["AMINO_ACIDS", "check_protein", "parse_sites", "read_parent"]

AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"
_SITE = re.compile(r"([A-Z])(-?\d+)")


def check_protein(protein: str, *, path: str | None = None, record: str | None = None) -> None:
    """Refuse a protein with letters other than the twenty amino acids.

    Raises
    ------
    InputError
        With the first such letter and its place.
    """
    if not protein:
        raise InputError("the protein is empty", path=path, record=record)
    for place, letter in enumerate(protein):
        if letter not in AMINO_ACIDS:
            raise InputError(
                f"residue {place + 1} of the protein is '{letter}'",
                path=path,
                record=record,
                expected=f"one of {AMINO_ACIDS}",
            )


def read_parent(text: str) -> tuple[str, Letters | None, str]:
    """Read a parent: the letters of a protein, or the path of a file with it or its coding DNA.

    Coding DNA is the one CDS of a record, spliced and read from ``/codon_start`` on, or the whole of
    a record without features, from its first codon to its last.

    Returns
    -------
    protein : str
        Without a stop.
    coding : Letters or None
        The coding DNA, upper case, with the stop codon where there is one.
    name : str

    Raises
    ------
    InputError
        The letters are no protein, or the file does not hold exactly one protein or coding sequence.

    Examples
    --------
    >>> read_parent("mtyk*")
    ('MTYK', None, 'protein')
    """
    if text.rstrip("*").isalpha():
        protein = text.upper().removesuffix("*")
        check_protein(protein)
        return protein, None, "protein"
    records = read(text)
    if len(records) != 1:
        raise InputError(
            f"the parent's file holds {len(records)} records",
            path=text,
            expected="one",
            hint="save the parent in a file of its own",
        )
    record = records[0]
    name = record.name or "protein"
    if record.molecule is Molecule.PROTEIN:
        protein = str(record.sequence.upper()).removesuffix("*")
        check_protein(protein, path=text, record=name)
        return protein, None, name
    protein, dna, gene = _coding(record, text)
    check_protein(protein, path=text, record=name)
    return protein, dna, gene or name


def _coding(record: Record, path: str) -> tuple[str, Letters, str]:
    """Find the coding sequence of a record: protein, DNA and the gene's name."""
    features = [feature for feature in record.features if feature.type == "CDS"]
    if len(features) > 1:
        names = [_gene(feature) or str(feature.location) for feature in features]
        raise InputError(
            f"the parent's record has {len(features)} coding sequences: {', '.join(names[:6])}"
            + (", ..." if len(names) > 6 else ""),
            path=path,
            record=record.name,
            hint="save the one that is meant in a file of its own",
        )
    if features:
        feature = features[0]
        dna = record.extract(feature)
        code = genetic_code(int(feature.qualifiers.first("transl_table", "1") or "1"))
        skip = int(feature.qualifiers.first("codon_start", "1") or "1") - 1
        try:
            protein = str(translate_feature(record, feature))
        except BiowrightError as error:
            raise InputError(
                f"the parent's CDS cannot be translated ({error})", path=path, record=record.name
            ) from None
        dna, gene = dna[skip:], _gene(feature)
    else:
        # the standard code's stops and sense codons are those of bacteria as well
        dna, code, gene = record.sequence.linear(), genetic_code(1), ""
        protein = str(translate(dna.to_dna(), code, start=True)).removesuffix("*")
    if len(dna) % 3:
        raise InputError(
            f"the parent's coding DNA has {len(dna)} bases, no whole number of codons",
            path=path,
            record=record.name,
            hint="annotate its one coding sequence as a CDS",
        )
    if "*" in protein:
        raise InputError(
            f"the parent's coding DNA has a stop at codon {protein.index('*') + 1}",
            path=path,
            record=record.name,
            hint="annotate its one coding sequence as a CDS",
        )
    return protein, dna.to_dna().upper(), gene


def _gene(feature: Feature) -> str:
    for key in ("gene", "label", "product", "locus_tag"):
        if name := feature.qualifiers.first(key, ""):
            return name
    return ""


def parse_sites(sites: Sequence[str], protein: str, first: int = 1) -> tuple[int, ...]:
    """Find sites such as ``V39`` in a protein.

    Parameters
    ----------
    sites : sequence of str
        A residue and its number each; or just ``all``: every residue but the first methionine, which
        starts translation.
    protein : str
    first : int
        The number of the protein's first residue.

    Returns
    -------
    tuple of int
        Positions from 0, in the order of the sites.

    Raises
    ------
    InputError
        A site lies outside of the protein, stands twice, or the residue there is another one; all
        are told at once.

    Examples
    --------
    >>> parse_sites(["K4", "T2"], "MTYK"), parse_sites(["all"], "MTYK")
    ((3, 1), (1, 2, 3))
    """
    if [site.strip().lower() for site in sites] == ["all"]:
        return tuple(range(int(protein.startswith("M")), len(protein)))
    places: list[int] = []
    problems = []
    for site in sites:
        match = _SITE.fullmatch(site.strip().upper())
        if not match:
            problems.append(f"'{site}' is no site: write the residue and its number, V39")
            continue
        place = int(match[2]) - first
        if not 0 <= place < len(protein):
            last = first + len(protein) - 1
            problems.append(f"{site} lies outside of the parent, {first} to {last}")
        elif protein[place] != match[1]:
            near = [i + first for i, r in enumerate(protein) if r == match[1]]
            nearest = min(near, key=lambda n: abs(n - int(match[2])), default=None)
            hint = f"; the nearest {match[1]} is {nearest}" if nearest is not None else ""
            problems.append(f"{site}: residue {match[2]} of the parent is {protein[place]}{hint}")
        elif place in places:
            problems.append(f"{site} stands twice")
        places.append(place)
    if problems:
        raise InputError(
            "the sites do not fit the parent: " + "; ".join(problems),
            hint="`first` gives the number of the parent's first residue",
        )
    return tuple(places)
