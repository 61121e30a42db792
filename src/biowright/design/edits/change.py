"""What an edit is asked for, and the windows of the genome that realise it.

A change is one short text:

==================  ===========================================================================
``knockout``        the gene makes no protein any more: two stops early, or as the method can
``delete``          the coding sequence is taken out, but for what other genes need
``start GTG``       another start codon
``A45V``, ``W9*``   another amino acid, or a stop, checked against the gene
``tag-n``/``tag-c`` LETTERS  coding letters behind the start codon, or before the stop
``insert 400 ACGT``, ``delete 100..112``, ``replace 100..103 TAA``   at coordinates, 0-based and
                    half-open, as `biowright edit` takes them
==================  ===========================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from biowright.bio import CODONS, complement
from biowright.core import InputError, parse_operation
from biowright.core import Sequence as Letters

from .genome import Gene, Genome

__all__ = ["Change", "Edit", "parse_change", "possible_edits"]

_RESIDUE = re.compile(r"([A-Z])(\d{1,5})([A-Z*])")
_CODON = re.compile(r"[ACGT]{3}")
_KNOCKOUT = "TAATGA"  # two stops, so that read-through of one does not restore the protein
_FIRST = 3  # codons that stay in front of the stops, for the ribosome has bound there
_SHARE = 0.5  # of the gene: stops behind its middle may leave a working protein


@dataclass(frozen=True, slots=True)
class Change:
    """What is wanted, read from its text but not yet looked up in a genome.

    Parameters
    ----------
    kind : str
        ``knockout``, ``delete``, ``start``, ``tag-n``, ``tag-c``, ``residue`` or ``window``.
    letters : str
        New letters, on the gene's strand; for ``residue`` the new amino acid.
    start, end : int
        For ``window`` the coordinates; for ``residue`` the index of the codon, twice.
    old : str
        For ``residue``: the amino acid that must be there.
    """

    kind: str
    letters: str = ""
    start: int = 0
    end: int = 0
    old: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """A window of the genome and the letters that are to stand there.

    Parameters
    ----------
    id : str
    contig : int
        The index of the sequence.
    start, end : int
        0-based, half-open, on the forward strand; the same for an insertion. On a circle `end` may
        exceed the length.
    old, new : str
        The letters there now, and those wanted, on the forward strand; they differ at both ends.
    gene : str
        The gene that is meant, if one is.
    what : str
        For the reader: ``A45V by GTT``.
    protein : str, optional
        What the gene makes afterwards, where that follows from the request.
    """

    id: str
    contig: int
    start: int
    end: int
    old: str
    new: str
    gene: str = ""
    what: str = ""
    protein: str | None = None

    def apply(self, letters: bytes) -> bytes:
        """Give the contig's letters with the edit, in the same coordinates before it.

        Over the origin of a circle the letters at the end come first into the new window, and the
        circle then opens where the window ends.
        """
        new = self.new.encode()
        over = self.end - len(letters)
        if over > 0:
            return letters[over : self.start] + new
        return letters[: self.start] + new + letters[self.end :]


def parse_change(text: str) -> Change:
    """Read the text of a change.

    Raises
    ------
    InputError
        It cannot be read; the error says what can be written.

    Examples
    --------
    >>> parse_change("A45V")
    Change(kind='residue', letters='V', start=44, end=44, old='A')
    >>> parse_change("replace 100..103 TAA").end
    103
    """
    words = text.split()
    if not words:
        raise InputError("the change is empty", expected="such as knockout, A45V, start GTG")
    name = words[0].lower()
    residue = _RESIDUE.fullmatch(words[0].upper()) if len(words) == 1 else None
    if residue:
        index = int(residue[2]) - 1
        if index < 0:
            raise InputError(f"'{text}': residues are counted from 1")
        return Change("residue", residue[3], index, index, residue[1])
    if name in ("knockout", "delete") and len(words) == 1:
        return Change(name)
    if name == "start" and len(words) == 2:
        codon = words[1].upper().replace("U", "T")
        if not _CODON.fullmatch(codon):
            raise InputError(f"'{words[1]}' is no codon", expected="three letters of ACGT")
        return Change("start", codon)
    if name in ("tag-n", "tag-c") and len(words) >= 2:
        letters = str(Letters("".join(words[1:]))).upper().replace("U", "T")
        if len(letters) % 3 or set(letters) - set("ACGT"):
            raise InputError(
                f"a tag of {len(letters)} letters", expected="whole codons of A, C, G, T"
            )
        return Change(name, letters)
    if name in ("insert", "delete", "replace"):
        operation = parse_operation(text)
        letters = str(Letters(operation.letters or "")).upper().replace("U", "T")
        if set(letters) - set("ACGT"):
            raise InputError(f"'{operation.letters}' holds letters other than A, C, G and T")
        assert operation.start is not None
        end = operation.start if operation.end is None else operation.end
        return Change("window", letters, operation.start, end)
    raise InputError(
        f"the change '{text[:60]}' cannot be read",
        expected="knockout, delete, start GTG, A45V, tag-c LETTERS, replace 100..103 TAA, "
        "insert 400 ACGT or delete 100..112",
    )


def possible_edits(
    genome: Genome, id: str, change: Change, gene: str = "", contig: str = ""
) -> Iterator[Edit]:
    """Walk the windows that realise a change, the best first.

    Synonymous ways differ in the codon; those that leave the proteins of overlapping genes alone come
    first, then the codons that the genome uses most.

    Raises
    ------
    InputError
        The gene or the sequence is unknown, the residue is another one, or nothing would change.
    """
    if change.kind == "window":
        if gene:
            raise InputError(
                "coordinates are those of the genome",
                hint="leave the gene empty, or name a residue",
            )
        yield _window(genome, id, genome.contig(contig), change)
        return
    if not gene:
        raise InputError(f"a change of kind '{change.kind}' needs a gene")
    target = genome.gene(gene)
    if contig and genome.contig(contig) != target.contig:
        raise InputError(f"{gene} lies in {genome.contig_name(target.contig)}, not in {contig}")
    walk = {
        "knockout": _knockouts,
        "delete": _deletion,
        "start": _start,
        "residue": _residue,
        "tag-n": _tag,
        "tag-c": _tag,
    }[change.kind]
    empty = True
    for edit in walk(genome, target, change):
        empty = False
        yield replace(edit, id=id, gene=gene)
    if empty:
        raise InputError(f"{gene}: no window for '{change.kind}' that leaves other genes alone")


def _window(genome: Genome, id: str, contig: int, change: Change) -> Edit:
    length = len(genome.letters[contig])
    circular = genome.records[contig].circular
    fits = 0 <= change.start <= length and change.start <= change.end
    if not fits or (change.end > length and (not circular or change.end - change.start > length)):
        raise InputError(
            f"{change.start}..{change.end} lies outside of {genome.contig_name(contig)}, "
            f"{length} nt {genome.records[contig].topology}"
        )
    what = f"{change.start}..{change.end} becomes {change.letters or 'nothing'}"
    return trimmed(
        genome, Edit(id, contig, change.start, change.end, "", change.letters, what=what)
    )


def trimmed(genome: Genome, edit: Edit) -> Edit:
    """Fill in the old letters, and cut what old and new have in common at both ends.

    Raises
    ------
    InputError
        Nothing changes.
    """
    old = genome.window(edit.contig, edit.start, edit.end).decode()
    new, start, end = edit.new, edit.start, edit.end
    if old == new:
        raise InputError(f"'{edit.what}' changes nothing: it is there already")
    while old and new and old[0] == new[0]:
        old, new, start = old[1:], new[1:], start + 1
    while old and new and old[-1] == new[-1]:
        old, new, end = old[:-1], new[:-1], end - 1
    length = len(genome.letters[edit.contig])
    if start >= length and genome.records[edit.contig].circular:
        start, end = start - length, end - length
    return replace(edit, start=start, end=end, old=old, new=new)


def _placed(genome: Genome, gene: Gene, start: int, end: int, letters: str, what: str) -> Edit:
    """Make an edit from letters on the gene's strand."""
    if gene.strand == -1:
        letters = str(Letters(letters).reverse_complement())
    return trimmed(genome, Edit("", gene.contig, start, end, "", letters, what=what))


def _residue(genome: Genome, gene: Gene, change: Change) -> Iterator[Edit]:
    protein = genome.protein(gene)
    index = change.start
    if index >= len(protein):
        raise InputError(f"{gene.name} has {len(protein)} residues, not {index + 1}")
    if protein[index] != change.old:
        raise InputError(
            f"residue {index + 1} of {gene.name} is {protein[index]}, not {change.old}",
            hint="is it counted from another start?",
        )
    if index == 0:
        raise InputError("the first residue is made by the start codon", hint="say 'start GTG'")
    if change.old == change.letters:
        raise InputError(f"{change.old}{index + 1}{change.letters} changes nothing")
    start, end = gene.codon(index)
    options = [codon for codon in CODONS if gene.code[codon] == change.letters]
    if not options:
        raise InputError(
            f"genetic code {gene.code.id} has no codon for '{change.letters}'",
            expected="one of ACDEFGHIKLMNPQRSTVWY*",
        )
    made = protein[:index] + (
        "" if change.letters == "*" else change.letters + protein[index + 1 :]
    )
    name = f"{change.old}{index + 1}{change.letters}"
    edits = [
        replace(_placed(genome, gene, start, end, codon, f"{name} by {codon}"), protein=made)
        for codon in sorted(options, key=lambda c: (-genome.codon_counts[c], c))
    ]
    yield from sorted(edits, key=lambda edit: len(disturbed(genome, edit, gene)))


def _start(genome: Genome, gene: Gene, change: Change) -> Iterator[Edit]:
    if change.letters not in gene.code.start_codons:
        raise InputError(
            f"{change.letters} starts no protein in genetic code {gene.code.id}",
            expected=" or ".join(gene.code.start_codons),
        )
    start, end = gene.codon(0)
    edit = _placed(genome, gene, start, end, change.letters, f"start codon {change.letters}")
    yield replace(edit, protein=genome.protein(gene))


def _knockouts(genome: Genome, gene: Gene, change: Change) -> Iterator[Edit]:
    protein = genome.protein(gene)
    stops = (_KNOCKOUT[:3], _KNOCKOUT[3:])
    letters = _KNOCKOUT
    if not all(gene.code[stop] == "*" for stop in stops):
        letters = 2 * min(gene.code.stop_codons)
    last = max(_FIRST + 1, int(_SHARE * gene.codons))
    for index in range(_FIRST, min(last, gene.codons - 2)):
        try:
            windows = (gene.codon(index), gene.codon(index + 1))
        except InputError:
            continue
        start, end = min(w[0] for w in windows), max(w[1] for w in windows)
        if end - start != 6:
            continue
        edit = _placed(
            genome, gene, start, end, letters, f"stops at codons {index + 1}, {index + 2}"
        )
        if len(edit.old) >= 4 and not disturbed(genome, edit, gene):
            yield replace(edit, protein=protein[:index])


def _deletion(genome: Genome, gene: Gene, change: Change) -> Iterator[Edit]:
    """Take out a gene but for its ends where other genes overlap it, with their starts."""
    places = gene.places
    low, high = min(places), max(places) + 1
    if high - low != len(places):
        raise InputError(
            f"{gene.name} lies in several pieces, or over the origin", hint="delete by coordinates"
        )
    free = [True] * (high - low)
    for other in genome.genes_at(gene.contig, low - _UPSTREAM, high + _UPSTREAM):
        if other is gene:
            continue
        inside = list(other.feature.location.positions(other.length))
        first, ahead = inside[0], _UPSTREAM
        span = (
            range(first - ahead, first)
            if other.strand == 1
            else range(first + 1, first + 1 + ahead)
        )
        for place in (*inside, *span):
            if low <= place < high:
                free[place - low] = False
    runs = [(len(run), start) for run, start in _runs(free)]
    if not runs or max(runs)[0] < 0.5 * len(free):
        raise InputError(
            f"other genes need more than half of {gene.name}", hint="use knockout, or coordinates"
        )
    length, start = max(runs)
    what = f"{length} of {len(free)} nt of {gene.name} taken out"
    edit = Edit("", gene.contig, low + start, low + start + length, "", "", what=what)
    old = genome.window(gene.contig, edit.start, edit.end).decode()
    yield replace(edit, old=old)


_UPSTREAM = 25  # nt before a start codon that hold its ribosome binding site


def _runs(free: list[bool]) -> Iterator[tuple[range, int]]:
    start = None
    for i, yes in enumerate([*free, False]):
        if yes and start is None:
            start = i
        elif not yes and start is not None:
            yield range(start, i), start
            start = None


def _tag(genome: Genome, gene: Gene, change: Change) -> Iterator[Edit]:
    residues = "".join(
        gene.code[change.letters[i : i + 3]] for i in range(0, len(change.letters), 3)
    )
    if "*" in residues:
        raise InputError(f"the tag has a stop at its codon {residues.index('*') + 1}")
    protein = genome.protein(gene)
    ahead = change.kind == "tag-n"
    low, high = gene.codon(0 if ahead else gene.codons - 1)
    # behind the start codon, or before the stop, on the gene's strand
    at = high if ahead == (gene.strand == 1) else low
    letters = change.letters
    if gene.strand == -1:
        letters = str(Letters(letters).reverse_complement())
    made = protein[:1] + residues + protein[1:] if ahead else protein + residues
    what = f"{len(residues)} residues at the {'N' if ahead else 'C'}-terminus"
    yield Edit("", gene.contig, at, at, "", letters, what=what, protein=made)


def disturbed(genome: Genome, edit: Edit, meant: Gene | None) -> list[str]:
    """Name the other genes whose protein or ribosome binding site an edit would change.

    A substitution is looked at codon by codon; letters that are put in or taken out disturb every gene
    that they touch.
    """
    if edit.old and len(edit.old) == len(edit.new):
        changed = {
            edit.start + i: new
            for i, (old, new) in enumerate(zip(edit.old, edit.new, strict=True))
            if old != new
        }
    else:
        changed = dict.fromkeys(range(edit.start, max(edit.end, edit.start + 1)), "-")
    return altered_genes(genome, edit.contig, changed, meant)


def altered_genes(
    genome: Genome, contig: int, changed: dict[int, str], meant: Gene | None = None
) -> list[str]:
    """Name the genes whose protein or ribosome binding site changes if these letters do, all together.

    A hyphen for a letter stands for one that is taken out, or before which others are put in.
    """
    low, high = min(changed) - _UPSTREAM, max(changed) + 1 + _UPSTREAM
    length = len(genome.letters[contig])
    places = {place % length: letter for place, letter in changed.items()}
    return [
        gene.name
        for gene in genome.genes_at(contig, low, high)
        if gene is not meant and _alters(genome, gene, places)
    ]


def _alters(genome: Genome, gene: Gene, changed: dict[int, str]) -> bool:
    places = gene.places
    if not places:
        return False
    first = places[0]
    ahead = (
        range(first - _UPSTREAM, first)
        if gene.strand == 1
        else range(first + 1, first + 1 + _UPSTREAM)
    )
    if any(place % gene.length in changed for place in ahead):
        return True
    hit = sorted({i // 3 for i, place in enumerate(places) if place in changed})
    for codon in hit:
        window = places[3 * codon : 3 * codon + 3]
        if len(window) < 3:
            return True
        letters = genome.letters[gene.contig]
        old = "".join(chr(letters[p]) for p in window)
        new = "".join(changed.get(p, chr(letters[p])) for p in window)
        if "-" in new or set(old + new) - set("ACGT"):
            return True
        if gene.strand == -1:
            old, new = complement(old), complement(new)
        if gene.code[old] != gene.code[new] or (codon == 0 and old != new):
            return True
    return False
