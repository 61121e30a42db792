"""What an edit may be asked for, and what is refused, with the place and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

import biowright
from biowright.bio import translate_feature
from biowright.core import FormatError, InputError
from biowright.design.edits import Genome, parse_change, parse_table, possible_edits, read_table
from biowright.design.edits.change import disturbed
from biowright.design.edits.proof import edited_record

from .genomes import make_genome

D, E, J = "F652_4288", "F652_4293", "F652_4298"  # E lies within D, in another frame
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def phix() -> Genome:
    return Genome(tuple(biowright.read(ROOT / "examples" / "phix174.gb")))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("knockout", "knockout"),
        ("Delete", "delete"),
        ("start gug", "start"),
        ("a45v", "residue"),
        ("W9*", "residue"),
        ("tag-c CAC CAC", "tag-c"),
        ("insert 400 acgt", "window"),
        ("delete 100..112", "window"),
        ("replace 100-103 TAA", "window"),
    ],
)
def test_every_kind_of_change_is_read(text: str, kind: str) -> None:
    assert parse_change(text).kind == kind


@pytest.mark.parametrize(
    "text",
    ["", "frobnicate", "start AT", "start ATGG", "A0V", "tag-n ACGT", "tag-c NNN", "insert x ACGT",
     "insert 4 XQ", "insert 4 NNN", "replace 5 TAA", "delete", "knockout now"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(text: str) -> None:
    if text == "delete":
        assert parse_change(text).kind == "delete"
        return
    with pytest.raises(InputError):
        parse_change(text)


def test_all_wrong_rows_are_told_at_once() -> None:
    table = "gene,change\ng0,knockout\ng1,frobnicate\n,knockout\ng2,replace 1..2 A\ng0,knockout\n"
    with pytest.raises(InputError) as caught:
        parse_table(table)
    said = str(caught.value)
    for line in (3, 4, 5, 6):
        assert f"line {line}:" in said
    assert "line 2:" not in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("gene,chnage\na,b\n", "did you mean"),
        ("gene,change\n", "no rows"),
        ("change,change\nx,y\n", "two columns"),
    ],
)
def test_a_wrong_table_says_what_it_lacks(text: str, said: str) -> None:
    with pytest.raises(FormatError, match=said):
        parse_table(text)


def test_tables_come_with_any_delimiter_and_line_end(tmp_path: Path) -> None:
    for text in ("gene;change\r\ng0;A3V\r\n", "\ufeffgene\tchange\tnote\ng0\tA3V\tx\n"):
        (tmp_path / "t.csv").write_bytes(text.encode())
        assert [r.id for r in read_table(tmp_path / "t.csv")] == ["g0_A3V"]
    (tmp_path / "t.csv").write_bytes(b"gene,change\n\xff,knockout\n")
    with pytest.raises(FormatError, match="line 2"):
        read_table(tmp_path / "t.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_table(tmp_path / "none.csv")


def test_genes_are_found_by_any_name_and_near_misses_are_told(phix: Genome) -> None:
    assert phix.gene("f652_4288") is phix.gene("F652_4288") is phix.gene(" F652_4288 ")
    with pytest.raises(InputError, match="no gene"):
        phix.gene("Z")
    with pytest.raises(InputError, match="did you mean 'g1'"):
        make_genome().gene("gg1")


def test_residues_are_checked_and_made(phix: Genome) -> None:
    gene = phix.gene(J)
    protein = phix.protein(gene)
    wanted = f"{protein[5]}6{'A' if protein[5] != 'A' else 'G'}"
    for edit in possible_edits(phix, "x", parse_change(wanted), J):
        record = edited_record(phix, edit)
        made = str(translate_feature(record, record.features[gene.index]))
        assert made == protein[:5] + wanted[-1] + protein[6:] == edit.protein
    with pytest.raises(InputError, match=r"is \w, not W"):
        list(possible_edits(phix, "x", parse_change("W6A"), J))
    with pytest.raises(InputError, match="residues, not"):
        list(possible_edits(phix, "x", parse_change("W600A"), J))


def test_overlapping_genes_are_spared_where_a_synonym_can(phix: Genome) -> None:
    """E lies within D in another frame: what edits of D do to E is known, and told."""
    gene_d, gene_e = phix.gene(D), phix.gene(E)
    protein_d, protein_e = phix.protein(gene_d), phix.protein(gene_e)
    looked = spared = 0
    for index in range(90, 140):
        new = "A" if protein_d[index] != "A" else "G"
        edits = list(
            possible_edits(phix, "x", parse_change(f"{protein_d[index]}{index + 1}{new}"), D)
        )
        for edit in edits:
            record = edited_record(phix, edit)
            made = str(translate_feature(record, record.features[gene_e.index]))
            told = gene_e.name in disturbed(phix, edit, gene_d)
            assert told or made == protein_e
            looked += 1
            spared += made == protein_e
        # those that leave other genes alone come first
        harms = [len(disturbed(phix, edit, gene_d)) for edit in edits]
        assert harms == sorted(harms)
    assert looked > 100
    assert spared


@pytest.mark.parametrize("name", ["g2", "g3"])
def test_knockouts_stop_early_and_touch_no_other_gene(name: str) -> None:
    genome = make_genome(3)
    gene = genome.gene(name)
    edits = list(possible_edits(genome, "k", parse_change("knockout"), name))
    assert edits
    for edit in edits:
        record = edited_record(genome, edit)
        made = str(translate_feature(record, record.features[gene.index]))
        assert made.split("*")[0] == edit.protein
        assert len(edit.protein or "") <= gene.codons // 2
        assert made.count("*") >= 2
        assert not disturbed(genome, edit, gene)


@pytest.mark.parametrize("name", ["g2", "g3"])
@pytest.mark.parametrize("change", ["tag-n CACCAC", "tag-c CACCAC", "start GTG", "delete"])
def test_changes_of_whole_genes(name: str, change: str) -> None:
    genome = make_genome(5)
    gene = genome.gene(name)
    protein = genome.protein(gene)
    (edit,) = possible_edits(genome, "x", parse_change(change), name)
    record = edited_record(genome, edit)
    if change == "delete":
        assert len(record) == len(genome.records[0]) - len(gene.feature.location)
        return
    made = str(translate_feature(record, record.features[gene.index]))
    expected = {
        "tag-n CACCAC": protein[0] + "HH" + protein[1:],
        "tag-c CACCAC": protein + "HH",
        "start GTG": protein,
    }[change]
    assert edit.protein == expected
    if change != "tag-n CACCAC" and change != "tag-c CACCAC":
        assert made == expected


def test_what_changes_nothing_or_lies_outside_is_refused() -> None:
    genome = make_genome(1, circular=False)
    length = len(genome.letters[0])
    here = genome.letters[0][10:13].decode()
    for text, said in (
        (f"replace 10..13 {here}", "changes nothing"),
        (f"delete {length - 1}..{length + 3}", "outside"),
        (f"insert {length + 1} ACG", "outside"),
    ):
        with pytest.raises(InputError, match=said):
            list(possible_edits(genome, "x", parse_change(text)))
    with pytest.raises(InputError, match="starts no protein"):
        list(possible_edits(genome, "x", parse_change("start AAA"), "g0"))
