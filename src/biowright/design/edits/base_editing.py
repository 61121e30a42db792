"""Base editing: guides whose window holds the letters to change, and what else they would change.

A deaminase changes C to T or A to G within a window of the strand that is displaced (Komor et al. 2016,
doi:10.1038/nature17946; Gaudelli et al. 2017, doi:10.1038/nature24644). All letters of its kind in the
window may change; those that are not asked for are bystanders, and what they do to the protein is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from biowright.bio import complement
from biowright.core import InputError
from biowright.core import Sequence as Letters

from ..nuclease_table import Nuclease
from .change import Edit, disturbed, trimmed
from .genome import Gene, Genome
from .proof import Recombination, edited_protein
from .targets import Target, find_targets

__all__ = ["BaseEdit", "deaminate", "possible_base_edits", "stop_edits"]

_STOPS = {"C>T": {"CAA": 0, "CAG": 0, "CGA": 0}}
_TRYPTOPHAN = "TGG"


@dataclass(frozen=True, slots=True)
class BaseEdit:
    """A guide for a base editor.

    Parameters
    ----------
    edit : Edit
        What is asked.
    target : Target
    letters : tuple of int
        The positions in the protospacer, counted from 1, that are to change.
    bystanders : tuple of int
        The others of the same kind in the window.
    whole : Edit
        What stands there if all of them change.
    altered : tuple of str
        The genes whose protein the bystanders change beyond what is asked.
    """

    edit: Edit
    target: Target
    letters: tuple[int, ...]
    bystanders: tuple[int, ...]
    whole: Edit
    altered: tuple[str, ...]


def stop_edits(
    genome: Genome, gene: Gene, editor: Nuclease, *, share: float = 0.65
) -> Iterator[Edit]:
    """Walk the single changes by which an editor makes a stop in a gene, from its start on.

    Editors of C make TAA, TAG and TGA of CAA, CAG and CGA, and of TGG on the other strand (Kuscu et al.
    2017, doi:10.1038/nmeth.4327; Billon et al. 2017, doi:10.1016/j.molcel.2017.08.008).

    Parameters
    ----------
    genome : Genome
    gene : Gene
    editor : Nuclease
    share : float
        Of the gene: stops further down may leave a working protein.
    """
    if editor.edit != "C>T":
        return
    protein = genome.protein(gene)
    letters = gene.feature.extract(genome.records[gene.contig].sequence).data.decode().upper()
    letters = letters[gene.skipped :]
    for index in range(1, max(2, int(share * gene.codons))):
        codon = letters[3 * index : 3 * index + 3]
        if codon in _STOPS["C>T"]:
            made = ["T" + codon[1:]]
        elif codon == _TRYPTOPHAN:
            made = ["TAG", "TGA", "TAA"]
        else:
            continue
        try:
            start, end = gene.codon(index)
        except InputError:
            continue
        for stop in made:
            if gene.code[stop] != "*":
                continue
            new = stop if gene.strand == 1 else str(Letters(stop).reverse_complement())
            what = f"{protein[index]}{index + 1}* by {stop}"
            edit = Edit("", gene.contig, start, end, "", new, what=what, protein=protein[:index])
            edit = trimmed(genome, edit)
            if not disturbed(genome, edit, gene):
                yield edit


def possible_base_edits(
    genome: Genome, edits: Iterable[Edit], editor: Nuclease, *, limit: int = 12
) -> Iterator[BaseEdit]:
    """Walk the guides that make an edit, those without harmful bystanders first.

    Raises
    ------
    InputError
        The editor cannot make the change, or no PAM puts it into the window.
    """
    if editor.window is None or ">" not in editor.edit:
        raise InputError(
            f"{editor.name} is no base editor", hint="name one such as BE4max or ABE8e"
        )
    found: list[tuple[tuple[int, ...], BaseEdit]] = []
    fits = False
    for order, edit in enumerate(edits):
        for strand in (1, -1):
            places = _changed(edit, editor, strand)
            if places is None:
                continue
            fits = True
            for base in _guides(genome, edit, editor, places, strand):
                key = (len(base.altered), len(base.bystanders), order, base.target.start)
                found.append((key, base))
        if len(found) >= 4 * limit:
            break
    if not fits:
        raise InputError(f"{editor.name} changes {editor.edit} only: it cannot make this edit")
    if not found:
        raise InputError(
            f"no PAM {editor.pam} puts the change into the window {editor.window} of {editor.name}"
        )
    yield from (base for _, base in sorted(found, key=lambda pair: pair[0])[:limit])


def deaminate(
    genome: Genome, target: Target, editor: Nuclease, letters: Iterable[int]
) -> Recombination:
    """Work out what the editor makes of its target, from the spacer and the letters it changes.

    Parameters
    ----------
    genome : Genome
    target : Target
    editor : Nuclease
    letters : iterable of int
        Positions in the protospacer, counted from 1.

    Raises
    ------
    InputError
        The spacer does not stand at the target, or a letter is not one that the editor changes.
    """
    before, after = editor.edit.split(">")
    start, end = target.protospacer
    strand = genome.window(target.contig, start, end).decode()
    text = strand if target.strand == 1 else str(Letters(strand).reverse_complement())
    made = list(text)
    for position in letters:
        if text != target.spacer or text[position - 1] != before:
            raise InputError(f"letter {position} of {target.spacer} is no {before} of the genome")
        made[position - 1] = after
    new = "".join(made)
    new = new if target.strand == 1 else str(Letters(new).reverse_complement())
    return Recombination(target.contig, start, end, new)


def _changed(edit: Edit, editor: Nuclease, strand: int) -> list[int] | None:
    """Give the positions that an edit changes, if all changes are the editor's on a strand."""
    if len(edit.old) != len(edit.new) or not edit.old:
        return None
    before, after = editor.edit.split(">")
    places = []
    for i, (old, new) in enumerate(zip(edit.old, edit.new, strict=True)):
        if old == new:
            continue
        if strand == -1:
            old, new = complement(old), complement(new)
        if (old, new) != (before, after):
            return None
        places.append(edit.start + i)
    return places


def _guides(
    genome: Genome, edit: Edit, editor: Nuclease, places: list[int], strand: int
) -> Iterator[BaseEdit]:
    assert editor.window is not None
    before, after = editor.edit.split(">")
    margin = editor.spacer + len(editor.pam)
    for target in find_targets(
        genome, edit.contig, min(places) - margin, max(places) + 1 + margin, editor
    ):
        if target.strand != strand:
            continue
        low, high = editor.window
        window = {target.place(i - 1): i for i in range(low, min(high, len(target.spacer)) + 1)}
        if not all(place in window for place in places):
            continue
        editable = {p: i for p, i in window.items() if target.spacer[i - 1] == before}
        if not all(place in editable for place in places):
            continue
        others = sorted(i for p, i in editable.items() if p not in places)
        start, end = min(editable), max(editable) + 1
        new = after if strand == 1 else complement(after)
        old = genome.window(edit.contig, start, end).decode()
        letters = "".join(new if start + i in editable else x for i, x in enumerate(old))
        whole = trimmed(genome, Edit(edit.id, edit.contig, start, end, "", letters, edit.gene))
        altered = _altered(genome, edit, whole) if others else ()
        asked = tuple(sorted(window[p] for p in places))
        yield BaseEdit(edit, target, asked, tuple(others), whole, altered)


def _altered(genome: Genome, edit: Edit, whole: Edit) -> tuple[str, ...]:
    """Name the genes whose protein the bystanders change beyond the request."""
    meant = genome.gene(edit.gene) if edit.gene else None
    found = disturbed(genome, whole, meant)
    if meant is not None and edit.protein is not None:
        made = edited_protein(genome, meant, whole)
        if made.split("*")[0] != edit.protein:
            found.append(meant.name)
    return tuple(found)
