"""GFF3: lines to features and back, from any record."""

from __future__ import annotations

import io
import lzma
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.core import (
    Attributes,
    Feature,
    FormatError,
    Fuzz,
    FuzzKind,
    Location,
    Record,
    Sequence,
    Span,
)
from biowright.formats import Loss, gff3, open_source
from biowright.formats.gff3.lines import escaped, escaped_name, unescaped
from biowright.formats.gff3.writer import Layout


def read(text: str) -> list[Record]:
    return list(gff3.read(open_source(io.BytesIO(text.encode()), name="x.gff3")))


def written(records: list[Record]) -> tuple[str, list[Loss]]:
    out = io.BytesIO()
    losses = gff3.write(records, out)
    return out.getvalue().decode(), losses


CANONICAL = """\
##gff-version 3.1.26
#!processor by hand
##sequence-region ctg123 1 1497228
##species https://www.ncbi.nlm.nih.gov/Taxonomy/Browser/wwwtax.cgi?id=562
ctg123	.	gene	1000	9000	.	+	.	ID=gene00001;Name=EDEN
ctg123	.	TF_binding_site	1000	1012	.	+	.	Parent=gene00001
ctg123	.	mRNA	1050	9000	.	+	.	ID=mRNA00001;Parent=gene00001;Name=EDEN.1
# exons are shared
ctg123	.	exon	1300	1500	.	+	.	Parent=mRNA00003
ctg123	.	exon	1050	1500	.	+	.	Parent=mRNA00001,mRNA00002
ctg123	.	CDS	1201	1500	.	+	0	ID=cds00001;Parent=mRNA00001
ctg123	.	exon	3000	3902	.	+	.	Parent=mRNA00001,mRNA00003
ctg123	.	CDS	3000	3902	.	+	0	ID=cds00001;Parent=mRNA00001
ctg123	.	CDS	3301	3902	.	+	1	ID=cds00003;Parent=mRNA00003
ctg123	est	EST_match	1200	3200	2.2e-30	+	.	ID=match1;Target=mjm1123.5 5 506;Gap=M301
ctg123	est	EST_match	5000	5500	7.4e-32	-	.	ID=match1;Target=mjm1123.5 506 1008
ctg123	.	site	77	90	.	?	.	Note=odd%3B one,and another;custom=1
###
"""


def test_the_canonical_gene_comes_back_line_by_line() -> None:
    """The example of the specification, with what is rare in it."""
    (record,) = read(CANONICAL)
    assert written([record]) == (CANONICAL, [])
    assert len(record) == 0
    layout = record.extras["gff3"]
    assert isinstance(layout, Layout)
    assert layout.region == (1, 1497228)
    assert record.annotations == Attributes({"length": "1497228 bp"})
    bare = record.changed(extras={}, features=[])
    assert written([bare]) == ("##gff-version 3\n##sequence-region ctg123 1 1497228\n", [])


def test_features_of_the_canonical_gene() -> None:
    (record,) = read(CANONICAL)
    gene, _, mrna, _, exon, cds, *_, late, first, second, site = record.features
    assert (gene.id, gene.label, gene.location) == ("gene00001", "EDEN", Location.of((999, 9000)))
    assert mrna.qualifiers["Parent"] == ("gene00001",)
    assert exon.qualifiers["Parent"] == ("mRNA00001", "mRNA00002")
    assert cds.location == Location.of((1200, 1500), (2999, 3902))
    assert "gff_phase" not in cds.qualifiers
    assert late.qualifiers.first("codon_start") == "2"
    assert first.id == second.id == "match1"  # other targets: two features
    assert first.qualifiers.first("gff_score") == "2.2e-30"
    assert second.location.strand == -1
    assert site.qualifiers["note"] == ("odd; one", "and another")
    assert site.qualifiers.first("gff_strand") == "?"


def line(kind: str, start: int, end: int, strand: str, phase: str, ninth: str) -> str:
    return f"c\t.\t{kind}\t{start}\t{end}\t.\t{strand}\t{phase}\t{ninth}\n"


@pytest.mark.parametrize(
    ("lines", "parts"),
    [
        ([(1, 10, "+"), (21, 30, "+")], [(0, 10, 1), (20, 30, 1)]),
        ([(21, 30, "+"), (1, 10, "+")], [(0, 10, 1), (20, 30, 1)]),
        ([(1, 10, "-"), (21, 30, "-")], [(20, 30, -1), (0, 10, -1)]),
        ([(21, 30, "-"), (1, 10, "-")], [(20, 30, -1), (0, 10, -1)]),
        ([(21, 30, "-"), (1, 10, "+")], [(20, 30, -1), (0, 10, 1)]),
    ],
)
def test_parts_are_read_in_the_order_of_their_strand(
    lines: list[tuple[int, int, str]], parts: list[tuple[int, int, int]]
) -> None:
    text = "".join(line("exon", *one, ".", "ID=x") for one in lines)
    (record,) = read("##gff-version 3\n" + text)
    (feature,) = record.features
    assert [(p.start, p.end, p.strand) for p in feature.location] == parts
    expected = text.splitlines()
    if len({strand for *_, strand in lines}) == 2:  # only then do the coordinates not tell
        expected = [f"{row};part={i}/2" for i, row in enumerate(expected, 1)]
    assert written([record])[0].splitlines()[1:] == expected


@pytest.mark.parametrize(
    ("phases", "codon_start", "kept"),
    [
        (("0", "2"), None, ()),
        (("1", "0"), "2", ()),
        (("2", "1"), "3", ()),
        (("0", "0"), None, ("0", "0")),  # these do not follow from the lengths
        ((".", "."), None, (".", ".")),
    ],
)
def test_phases(phases: tuple[str, str], codon_start: str | None, kept: tuple[str, ...]) -> None:
    text = "##gff-version 3\n" + line("CDS", 1, 10, "+", phases[0], "ID=x")
    text += line("CDS", 21, 30, "+", phases[1], "ID=x")
    (record,) = read(text)
    (cds,) = record.features
    assert cds.qualifiers.first("codon_start") == codon_start
    assert cds.qualifiers.get("gff_phase", ()) == kept
    assert written([record])[0] == text


def test_circles() -> None:
    sequence = "ACGTACGTAC"
    text = (
        "##gff-version 3\n##sequence-region c 1 10\n"
        + line("region", 1, 10, "+", ".", "ID=c;Is_circular=true")
        + line("gene", 8, 13, "-", ".", "ID=g")
        + f"##FASTA\n>c a circle\n{sequence}\n"
    )
    (record,) = read(text)
    assert record.circular
    assert record.description == "a circle"
    assert str(record.extract(record.features[1])) == "CGTGTA"
    assert record.features[1].location.parts == (Span(7, 13, -1),)
    assert written([record])[0] == text
    with pytest.raises(FormatError, match=r"8\.\.13 lies outside.*Is_circular"):
        read(text.replace(";Is_circular=true", ""))


def test_a_circle_from_elsewhere_says_so() -> None:
    record = Record(
        Sequence("ACGTACGTAC", topology="circular"),
        "p 1",
        features=[Feature("misc_feature", Location((Span(8, 12),)))],
    )
    text, losses = written([record])
    assert text == (
        "##gff-version 3\n##sequence-region p%201 1 10\n"
        "p%201\tbiowright\tregion\t1\t10\t.\t+\t.\tIs_circular=true\n"
        "p%201\t.\tsequence_feature\t9\t12\t.\t+\t.\tgbkey=misc_feature\n"
        "##FASTA\n>p%201\nACGTACGTAC\n"
    )
    assert losses == []
    assert read(text) == [record]


def test_sequences_without_features_and_features_without_sequences() -> None:
    a, b = read("##gff-version 3\n" + line("gene", 1, 4, "+", ".", "ID=g") + ">d\nACGT\n")
    assert (a.name, len(a), len(a.features)) == ("c", 0, 1)
    assert (b.name, len(b), len(b.features)) == ("d", 4, 0)
    text, losses = written([a, b])
    assert not losses
    assert read(text) == [a, b]


def test_names_that_both_vocabularies_use_stay_as_they_are() -> None:
    text = "##gff-version 3\n" + line("gene", 1, 4, "+", ".", "ID=g;Note=a;note=b;db_xref=c:1")
    (record,) = read(text)
    assert record.features[0].qualifiers.pairs == (("Note", "a"), ("note", "b"), ("db_xref", "c:1"))
    assert written([record])[0] == text


def test_fuzzy_ends_are_those_of_the_ncbi() -> None:
    text = "##gff-version 3\n" + line(
        "CDS", 5, 20, "-", "0", "ID=x;start_range=.,5;end_range=18,20"
    )
    (record,) = read(text)
    (part,) = record.features[0].location.parts
    assert part.start_fuzz == Fuzz(FuzzKind.BEFORE)
    assert part.end_fuzz == Fuzz(FuzzKind.WITHIN, (18, 20))
    assert written([record])[0] == text


def test_edited_records_keep_their_comments() -> None:
    (record,) = read(CANONICAL)
    fewer = record.changed(features=record.features[2:])
    text = written([fewer])[0]
    assert "# exons are shared\n" in text
    assert "###" not in text
    assert read(text)[0].features == fewer.features


def test_what_gff3_cannot_say_is_a_loss() -> None:
    features = [
        Feature("variation", Location((Span(3, 3),))),
        Feature("gene", Location.of((0, 2), (4, 6), operator="order")),
        Feature("gene", Location((Span(0, 2), Span(5, 9, accession="X1")))),
        Feature("gene", Location((Span(0, 2, 1, Fuzz(FuzzKind.UNKNOWN)),))),
        Feature("gene", Location.of((0, 2)), Attributes([("odd_flag", None), ("pseudo", None)])),
        Feature("gene", Location.of((0, 2)), id="g"),
        Feature("gene", Location.of((4, 6)), id="g"),
    ]
    record = Record(
        Sequence("ACGTACGTAC"), "r", annotations=Attributes({"date": "today"}), features=features
    )
    losses = {loss.what: loss.detail for loss in written([record, record])[1]}
    assert set(losses) == {
        "location",
        "fuzzy end",
        "qualifier",
        "feature id",
        "annotations",
        "name",
    }
    back = read(written([record])[0])[0].features
    assert back[4].qualifiers.pairs == (("odd_flag", "true"), ("pseudo", None))
    assert [f.id for f in back[5:]] == ["g", "g-2"]


@pytest.mark.parametrize(
    ("text", "number", "what"),
    [
        ("##gff-version 2\n", 1, "GFF version '2'"),
        ("c . gene 1 2 . + . ID=x\n", 1, "1 columns.*tabs blanks"),
        ("c\t.\tgene\t1\t2\t.\t+\tID=x\n", 1, "8 columns"),
        (line("gene", 0, 2, "+", ".", "."), 1, "0..2 is no range"),
        (line("gene", 5, 2, "+", ".", "."), 1, "5..2 is no range"),
        ("#\n\n" + line("gene", 1, 2, "x", ".", "."), 3, "strand 'x'"),
        (line("CDS", 1, 2, "+", "3", "."), 1, "phase '3'"),
        (line("gene", 1, 2, "+", ".", "").replace("\t2\t", "\t2e5\t"), 1, "no coordinates"),
        (line("gene", 1, 10**30, "+", ".", ""), 1, "no range"),
        (line("gene", 1, 2, "+", ".", 'gene_id "x"; transcript_id "y"'), 1, "GTF"),
        ("##sequence-region c one two\n", 1, "sequence region"),
        (line("gene", 1, 9, "+", ".", "") + "##FASTA\n>c\nACGT\n", 1, r"1\.\.9 lies outside"),
        (line("gene", 1, 2, "+", ".", "") + "##FASTA\n>c\nAC\nA!T\n", 5, "'!' at column 2"),
        ("# nothing\n", None, "no feature and no sequence"),
        (">c\nAC\n>c\nAC\n", None, "two sequences of this name"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, number: int | None, what: str) -> None:
    with pytest.raises(FormatError, match=what) as caught:
        read(text)
    assert caught.value.line == number


@given(st.text())
def test_escapes_come_back(text: str) -> None:
    for form in (escaped(text), escaped(text, column=True), escaped_name(text)):
        assert unescaped(form) == text
        assert "\t" not in form
        assert "\n" not in form


words = st.text(st.sampled_from("ab;=,% \té&|"), min_size=1, max_size=6)
keys = st.sampled_from(["gene", "note", "db_xref", "label", "Parent", "codon_start", "odd key"])


@st.composite
def locations(draw: st.DrawFn, length: int, circular: bool) -> Location:
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, length - 1))
        top = start + length if circular else length
        end = draw(st.integers(start + 1, top))
        fuzzy = draw(st.integers(0, 5))
        parts.append(
            Span(
                start,
                end,
                draw(st.sampled_from([1, 1, -1])),
                Fuzz(FuzzKind.BEFORE) if fuzzy == 1 else None,
                Fuzz(FuzzKind.AFTER) if fuzzy == 2 else None,
            )
        )
    return Location(tuple(parts))


@st.composite
def records(draw: st.DrawFn) -> Record:
    length, circular = draw(st.integers(1, 60)), draw(st.booleans())
    features = draw(
        st.lists(
            st.builds(
                Feature,
                st.sampled_from(["gene", "CDS", "misc_feature", "5'UTR", "my;type"]),
                locations(length, circular),
                st.lists(st.tuples(keys, words), max_size=4, unique=True).map(Attributes),
                st.sampled_from(["", "", "a", "b c"]),
            ),
            max_size=5,
        )
    )
    return Record(
        Sequence("ACGTTGCA"[:1] * length, topology="circular" if circular else "linear"),
        draw(st.sampled_from(["r", "r 2", "chr|1;x"])),
        features=features,
    )


def value(record: Record) -> object:
    features = [(f.type, f.location, Counter(f.qualifiers.pairs), f.id) for f in record.features]
    return record.name, record.sequence, features


@given(records())
def test_any_record_comes_back_up_to_its_losses(record: Record) -> None:
    text, losses = written([record])
    (back,) = read(text)
    assert len(back.features) == len(record.features)
    if not losses:
        assert value(back) == value(record)
    again, more = written([back])
    assert again == text
    assert not [loss for loss in more if loss.what != "extras"]


@pytest.mark.reference
def test_an_annotated_genome_comes_back_line_by_line(reference: Path) -> None:
    packed = (reference / "standards/genomes/Bacillus.gff.xz").read_bytes()
    text = lzma.decompress(packed).decode().replace("region   ", "region ")
    (record,) = read(text)
    assert written([record]) == (text, [])
    assert len(record.features) == 16_411
    assert record.circular


@pytest.mark.reference
def test_features_are_those_of_gffutils(reference: Path) -> None:
    gffutils = pytest.importorskip("gffutils")
    packed = (reference / "standards/genomes/Bacillus.gff.xz").read_bytes()
    text = "\n".join(lzma.decompress(packed).decode().splitlines()[:2000]) + "\n"
    theirs = [
        (f.featuretype, f.start - 1, f.end, f.attributes.get("ID", [""])[0])
        for f in gffutils.DataIterator(text, from_string=True)
    ]
    (record,) = read(text)
    ours = [(f.type, f.location.start, f.location.end, f.id) for f in record.features]
    assert ours == theirs


@pytest.mark.reference
def test_a_chloroplast_from_genbank_comes_back(unpacked: Callable[[str], Path]) -> None:
    """It has a gene that is spliced together from both strands, out of order."""
    from biowright.formats import read as read_file

    folder = unpacked("library/roundtrip/biopython_genbank_vendor.tar.xz")
    (path,) = folder.rglob("NC_000932.gb")
    (record,) = read_file(path)
    text, losses = written([record])
    (back,) = read(text)
    assert value(back) == value(record)
    assert {loss.what for loss in losses} <= {"annotations", "references", "id", "extras"}
