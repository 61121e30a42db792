"""SnapGene files: as Biopython reads them, unchanged, edited, from elsewhere, and damaged."""

from __future__ import annotations

import io
import lzma
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biowright.core import (
    Attributes,
    BiowrightError,
    Feature,
    FormatError,
    Fuzz,
    FuzzKind,
    Location,
    Record,
    Reference,
    Sequence,
    Span,
)
from biowright.formats import read
from biowright.formats.snapgene import FORMATS, history
from biowright.formats.snapgene.packets import Allowance, Packet, joined, read_packets, unpack_dna

SNAPGENE = FORMATS[0]
FILES = "library/roundtrip/biopython_genbank_vendor.tar.xz"
NAMES = (
    "linebreak_in_qualifier_text",
    "looped_feature",
    "looped_feature_origin",
    "pFA-KanMX4",
    "sample-d",
    "sample-e",
    "sample-f",
    "sample-hybridization-params",
)


def written(record: Record) -> bytes:
    stream = io.BytesIO()
    SNAPGENE.write([record], stream)
    return stream.getvalue()


def losses(record: Record) -> set[str]:
    return {loss.what for loss in SNAPGENE.write([record], io.BytesIO())}


def again(record: Record) -> Record:
    (read_back,) = read(io.BytesIO(written(record)))
    return read_back


def in_biopython(data: bytes) -> tuple[object, ...]:
    """What Biopython makes of a file."""
    from Bio import SeqIO

    record = SeqIO.read(io.BytesIO(data), "snapgene")
    features = [(f.type, repr(f.location), dict(f.qualifiers)) for f in record.features]
    return (
        str(record.seq),
        record.id,
        record.name,
        record.description,
        record.annotations,
        features,
    )


def unread(record: Record) -> Record:
    """The record as if it had come from another format."""
    features = [replace(f, id="") for f in record.features]
    return record.changed(extras={}, provenance=(), features=features)


@pytest.fixture(params=NAMES)
def path(request: pytest.FixtureRequest, unpacked: Callable[[str], Path]) -> Path:
    return unpacked(FILES) / "Tests" / "SnapGene" / f"{request.param}.dna"


@pytest.mark.reference
def test_says_what_biopython_says(path: Path) -> None:
    (record,) = read(path)
    sequence, _, _, comments, said, features = in_biopython(path.read_bytes())
    assert str(record.sequence) == sequence
    assert record.topology == said["topology"]
    assert len(record.features) == len(features)
    for ours, (kind, place, qualifiers) in zip(record.features, features, strict=True):
        assert ours.type == kind
        assert len(ours.location) == sum(len(p) for p in _biopython_parts(place))
        assert ours.label in (qualifiers.get("label", [ours.label]))
    if comments != "<unknown description>":
        assert record.annotations.first("comment") == comments


def _biopython_parts(text: str) -> list[range]:
    import re

    found = re.findall(r"ExactPosition\((\d+)\), ExactPosition\((\d+)\)", text)
    return [range(int(a), int(b)) for a, b in found]


@pytest.mark.reference
def test_unchanged_is_the_same_bytes(path: Path) -> None:
    (record,) = read(path)
    assert written(record) == path.read_bytes()
    assert losses(record) == set()


@pytest.mark.reference
def test_written_anew_is_equal_in_biopython(path: Path) -> None:
    """All packets made by us, none kept: Biopython reads the same sequence, names and features."""
    (record,) = read(path)
    assert losses(unread(record)) <= {"annotation"}
    ours, theirs = in_biopython(written(unread(record))), in_biopython(path.read_bytes())
    assert ours[:5] == theirs[:5]
    known = ("color", "directionality")  # what we make visible of SnapGene's own attributes
    for (kind, place, said), (kind2, place2, said2) in zip(ours[5], theirs[5], strict=True):
        if kind == "primer_bind":
            assert (kind, place, said) == (kind2, place2, said2)
            continue
        plain = {k: v for k, v in said.items() if k not in known}
        assert (kind, place, plain) == (
            kind2,
            place2,
            {k: v for k, v in said2.items() if k != "parts"},
        )


@pytest.mark.reference
def test_features_written_anew_are_equal_to_us(path: Path) -> None:
    (record,) = read(path)
    fresh = again(unread(record))
    assert [replace(f, id="") for f in fresh.features] == [
        replace(f, id="") for f in record.features
    ]
    assert fresh.annotations == record.annotations
    assert fresh.references == record.references
    assert (fresh.name, fresh.id, fresh.description) == (record.name, record.id, record.description)


@pytest.mark.reference
def test_regenerated_features_keep_everything(path: Path) -> None:
    """A new qualifier makes the features be written anew; Biopython sees nothing else change."""
    (record,) = read(path)
    plain = [f for f in record.features if f.type != "primer_bind"]
    if not plain:
        return
    first = plain[0]
    edited = replace(first, qualifiers=first.qualifiers.added("experiment", "seen"))
    features = [edited if f is first else f for f in record.features]
    ours, theirs = (
        in_biopython(written(record.changed(features=features))),
        in_biopython(path.read_bytes()),
    )
    theirs[5][0][2]["experiment"] = ["seen"]
    assert ours == theirs


@pytest.mark.reference
def test_an_insertion_moves_features_and_primers(path: Path) -> None:
    (record,) = read(path)
    if record.circular:
        return
    insert = b"ACGTTGCA" * 3
    sequence = replace(record.sequence, data=insert + record.sequence.data)
    edited = record.changed(sequence=sequence, features=record.features.moved(len(insert)))
    ours, theirs = in_biopython(written(edited)), in_biopython(path.read_bytes())
    assert ours[0] == insert.decode() + theirs[0]
    for (kind, place, said), (kind2, place2, said2) in zip(ours[5], theirs[5], strict=True):
        assert (kind, said) == (kind2, said2)
        moved = [range(p.start + 24, p.stop + 24) for p in _biopython_parts(place2)]
        assert _biopython_parts(place) == moved
    assert [f.qualifiers for f in again(edited).features] == [f.qualifiers for f in record.features]
    assert [f.location for f in again(edited).features] == [f.location for f in edited.features]


@pytest.mark.reference
@pytest.mark.parametrize("origin", [1, 7, 333])
def test_a_rotation_keeps_what_features_cover(path: Path, origin: int) -> None:
    from Bio import SeqIO

    (record,) = read(path)
    if not record.circular:
        return
    length = len(record)
    at = origin % length

    def moved(span: Span) -> Span:
        start = (span.start - at) % length
        return replace(span, start=start, end=start + len(span))

    features = [
        replace(f, location=Location(tuple(map(moved, f.location.parts)))) for f in record.features
    ]
    turned = record.changed(sequence=record.sequence.rotate(at), features=features)
    ours = SeqIO.read(io.BytesIO(written(turned)), "snapgene")
    theirs = SeqIO.read(path, "snapgene")
    assert len(ours.features) == len(theirs.features)
    for one, other in zip(ours.features, theirs.features, strict=True):
        assert one.extract(ours.seq) == other.extract(theirs.seq)
        assert one.qualifiers == other.qualifiers
    assert [f.location for f in again(turned).features] == [f.location for f in features]


@pytest.mark.reference
def test_the_reverse_complement_keeps_what_features_cover(path: Path) -> None:
    from Bio import SeqIO

    (record,) = read(path)
    flipped = record.changed(
        sequence=record.sequence.reverse_complement(),
        features=[replace(f, location=_mirrored(f.location, len(record))) for f in record.features],
    )
    ours = SeqIO.read(io.BytesIO(written(flipped)), "snapgene")
    theirs = SeqIO.read(path, "snapgene")
    assert len(ours.features) == len(theirs.features)
    for feature, one, other in zip(record.features, ours.features, theirs.features, strict=True):
        # by positions: Biopython orders the two pieces of a reverse feature over the origin wrongly
        assert sorted(one.location) == sorted(len(record) - 1 - p for p in other.location)
        directed = feature.qualifiers.first("directionality") is None
        assert one.location.strand == (-other.location.strand if directed else 1)


def _mirrored(location: Location, length: int) -> Location:
    parts = []
    for span in location.parts:
        start = (length - span.end) % length
        parts.append(Span(start, start + len(span), -span.strand))
    return Location(tuple(parts))


@pytest.mark.reference
def test_primers_have_their_letters(unpacked: Callable[[str], Path]) -> None:
    folder = unpacked(FILES) / "Tests" / "SnapGene"
    (record,) = read(folder / "sample-hybridization-params.dna")
    primers = [f for f in record.features if f.type == "primer_bind"]
    # the site at 1291 melts at 18 degrees, below the file's threshold, and is not shown
    assert [(p.label, p.location.start) for p in primers] == [
        ("XhoI-hht2(US)-Fwd", 497),
        ("XmaI-hht2(Cter)-Rev", 1396),
    ]
    for primer in primers:
        letters = primer.qualifiers.first("sequence", "")
        assert letters.upper().endswith(str(primer.extract(record.sequence)).upper())


@pytest.mark.reference
def test_details_of_sites_move_along(unpacked: Callable[[str], Path]) -> None:
    (record,) = read(unpacked(FILES) / "Tests" / "SnapGene" / "sample-f.dna")
    turned = record.changed(
        sequence=record.sequence.rotate(760),
        features=[
            replace(f, location=Location((Span(991, 1016),)))
            for f in record.features
            if f.type == "primer_bind"
        ],
    )
    packets = {p.type: p.data for p in read_packets(written(turned))}
    text = packets[0x05].decode()
    assert text.count('hybridizedRange="991-15"') == 2
    assert text.count('location="991-15"') == 2
    assert 'meltingTemperature="52"' in text
    assert 0x03 not in packets  # the table of enzyme sites was of the old sequence


@pytest.mark.reference
def test_html_and_typed_values_come_back(unpacked: Callable[[str], Path]) -> None:
    folder = unpacked(FILES) / "Tests" / "SnapGene"
    (record,) = read(folder / "pFA-KanMX4.dna")
    by_label = {f.label: f for f in record.features}
    assert by_label["TEF terminator"].qualifiers.first("note") == "Ashbya gossypii TEF terminator"
    assert by_label["ori"].qualifiers.first("color") == "#ffff00"
    assert record.references[0].authors == "Wach A, Brachat A, Pöhlmann R, Philippsen P."
    assert record.annotations["methylation"] == ("Dam", "Dcm", "EcoKI")
    # dropping one feature rewrites the packet; the markup of the others is untouched
    fewer = record.changed(features=[f for f in record.features if f.label != "ori"])
    text = next(p.data for p in read_packets(written(fewer)) if p.type == 0x0A).decode()
    assert "&lt;i&gt;Ashbya gossypii TEF&lt;/i&gt; terminator" in text
    assert 'hitsStopCodon="1"' in text
    assert "colE1" not in text


@pytest.mark.reference
def test_history(unpacked: Callable[[str], Path]) -> None:
    folder = unpacked(FILES) / "Tests" / "SnapGene"
    (record,) = read(folder / "looped_feature_origin.dna")
    tree = history(record)
    assert tree is not None
    states = list(tree.walk())
    assert [s.operation for s in states] == ["invalid", "replace", "editDNAEnds", "circularize"]
    assert [s.record.circular for s in states if s.record] == [False, False, False, True]
    assert [len(s.record) for s in states if s.record] == [10, 10, 10, 10]
    assert [p.activity.split(":")[0] for p in record.provenance] == [
        "replace",
        "editDNAEnds",
        "circularize",
    ]


@pytest.mark.reference
def test_an_edit_continues_the_history(unpacked: Callable[[str], Path]) -> None:
    (record,) = read(unpacked(FILES) / "Tests" / "SnapGene" / "looped_feature.dna")
    edited = record.changed(
        sequence=replace(record.sequence, data=b"ACGT" + record.sequence.data), features=()
    )
    tree = history(again(edited))
    assert tree is not None
    states = [(s.operation, s.length, str(s.record.sequence)) for s in tree.walk() if s.record]
    assert states == [
        ("invalid", 10, "A" * 10),
        ("changeTopology", 10, "A" * 10),
        ("replace", 14, "ACGT" + "A" * 10),
    ]
    (before,) = tree.inputs
    assert before.record is not None
    assert before.record.features == record.features
    assert history(again(edited.changed(features=record.features))) == tree


def test_a_packed_sequence() -> None:
    """Chunks of plain letters, of other letters and of N, and a range in lowercase."""
    data = struct.pack(">IBII", 13, 3, 3, 1)
    data += struct.pack(">BI", 1, 5) + bytes([0b00_01_10_11, 0b01])
    data += struct.pack(">BI", 2, 3) + bytes([0xA5, 0x0E])
    data += struct.pack(">BI", 3, 5) + struct.pack(">II", 1, 2)
    assert unpack_dna(data, "x", Allowance()) == b"GatCARBYNNNNN"


LETTERS = st.text("ACGTacgtNRYK", min_size=1, max_size=60)
# what an XML attribute, GenBank and Biopython's removal of <tags> agree on
TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="<>", exclude_categories=("C", "Z")),
    min_size=1,
    max_size=12,
)
KEYS = st.sampled_from(["label", "gene", "note", "product", "db_xref", "codon_start", "color"])


@st.composite
def features(draw: st.DrawFn, length: int, circular: bool) -> Feature:
    strand = draw(st.sampled_from([1, -1]))
    cuts = sorted(draw(st.sets(st.integers(0, length), min_size=2, max_size=6)))
    bounds = [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    if circular and draw(st.booleans()):
        start = draw(st.integers(0, length - 1))
        bounds = [(start, start + draw(st.integers(1, length)))]
    pairs = draw(st.lists(st.tuples(KEYS, st.one_of(TEXT, TEXT, st.none())), max_size=5))
    pairs = [(k, "2" if k == "codon_start" else v) for k, v in pairs]
    kind = draw(st.sampled_from(["CDS", "promoter", "misc_feature", "primer_bind", "exon"]))
    return Feature(kind, Location.of(*bounds, strand=strand), Attributes(pairs))


@st.composite
def records(draw: st.DrawFn) -> Record:
    letters = draw(LETTERS)
    circular = draw(st.booleans())
    sequence = Sequence(letters, topology="circular" if circular else "linear")
    table = draw(st.lists(features(len(letters), circular), max_size=5))
    pairs = [("molecule_type", "DNA")]
    if draw(st.booleans()):
        pairs += [("organism", draw(TEXT)), ("date", "03-AUG-2019"), ("division", "SYN")]
    if draw(st.booleans()):
        pairs.append(("comment", draw(TEXT)))
    references = draw(
        st.lists(st.builds(Reference, title=TEXT, authors=TEXT, journal=TEXT), max_size=2)
    )
    return Record(
        sequence,
        name=draw(TEXT),
        description=draw(TEXT),
        features=table,
        annotations=Attributes(pairs),
        references=references,
    )


@settings(max_examples=120)
@given(records())
def test_any_record_is_read_by_biopython(record: Record) -> None:
    length = len(record)
    data = written(record)
    sequence, _, _, _, said, table = in_biopython(data)
    assert sequence == str(record.sequence)
    assert said["topology"] == record.topology
    assert len(table) == len(record.features)
    for ours, (kind, place, qualifiers) in zip(record.features, table, strict=True):
        assert kind == ours.type
        expected = []
        for span in ours.location.parts:
            pieces = [range(span.start, min(span.end, length)), range(max(span.end - length, 0))]
            if span.start >= length:
                pieces = [range(span.start - length, span.end - length)]
            # Biopython writes the two pieces of a span over the origin from left to right
            expected += [p for p in pieces if span.end > length or p.start or p.stop]
        found = [p for p in _biopython_parts(place) if len(p)]
        assert sorted(map(_ends, found)) == sorted(map(_ends, (p for p in expected if len(p))))
        grouped: dict[str, list[object]] = {}
        for key, value in ours.qualifiers.pairs:
            grouped.setdefault(key, []).append(value)
        for key, values in grouped.items():
            wanted = [] if values == [None] else [v or "" for v in values]
            if key == "codon_start":
                wanted = [2] * len(values)
            assert qualifiers[key] == wanted
        assert set(qualifiers) - set(grouped) <= {"label"}


def _ends(piece: range) -> tuple[int, int]:
    return piece.start, piece.stop


@settings(max_examples=120)
@given(records())
def test_any_record_comes_back(record: Record) -> None:
    back = again(record)
    assert (back.sequence, back.name, back.description) == (
        record.sequence,
        record.name,
        record.description,
    )
    assert sorted(back.annotations.pairs) == sorted(record.annotations.pairs)
    assert back.references == record.references
    for ours, theirs in zip(record.features, back.features, strict=True):
        assert theirs.type == ours.type
        assert theirs.location == _normal(ours.location, len(record))
        assert _grouped(theirs.qualifiers) == _grouped(ours.qualifiers)
    assert written(back) == written(record)


def _normal(location: Location, length: int) -> Location:
    parts = [replace(p, start=p.start % length, end=p.start % length + len(p)) for p in location]
    return Location(tuple(parts))


def _grouped(said: Attributes) -> dict[str, list[str | None]]:
    grouped: dict[str, list[str | None]] = {}
    for key, value in said.pairs:
        grouped.setdefault(key, []).append(value)
    return {k: v if v == [None] else [x or "" for x in v] for k, v in grouped.items()}


@pytest.mark.reference
@pytest.mark.parametrize(
    "name", ["puc19_snapgene.gb", "benchling.gb", "pydna_pGADT7-Rec.gb", "pydna_ApE_example.gb"]
)
def test_genbank_to_snapgene(reference: Path, name: str) -> None:
    (record,) = read(reference / "build" / "formats" / name)
    sequence, _, _, _, said, table = in_biopython(written(record))
    assert (sequence, said["topology"]) == (str(record.sequence), record.topology)
    assert [kind for kind, _, _ in table] == [f.type for f in record.features]
    lost = losses(record)
    assert lost <= {"annotation", "reference", "fuzzy ends"}
    for ours, theirs in zip(record.features, again(record).features, strict=True):
        assert _grouped(theirs.qualifiers) == _grouped(ours.qualifiers)
        if "fuzzy ends" not in lost:
            assert theirs.location == ours.location


def test_text_with_markup_signs_survives() -> None:
    said = Attributes(
        [("note", 'length < 10 & "x" > 3'), ("label", "5' &lt; 3'"), ("pseudo", None)]
    )
    record = Record(Sequence("ATGC"), "a", features=[Feature("CDS", Location.of((0, 4)), said)])
    assert again(record).features[0].qualifiers == said


def test_rna_and_protein() -> None:
    for record, kind in (
        (Record(Sequence("AUGGCAUAA", "RNA"), "r"), 0x20),
        (Record(Sequence("MAK*", "protein"), "p"), 0x15),
    ):
        assert kind in {p.type for p in read_packets(written(record))}
        back = again(record)
        assert back.sequence == record.sequence
    assert again(
        Record(Sequence("AT"), annotations=Attributes({"molecule_type": "ss-DNA"}))
    ).single_stranded


def test_losses() -> None:
    here = Location.of((0, 4))
    for location, what in (
        (Location((Span(0, 4, 1, Fuzz(FuzzKind.BEFORE)),)), "fuzzy ends"),
        (Location((Span(0, 2, 1), Span(3, 4, -1))), "strand"),
        (Location.of((0, 2), (3, 4), operator="order"), "location"),
        (Location((Span(0, 2), Span(0, 9, accession="J00194.1"))), "location"),
        (Location((Span(2, 2),)), "location"),
        (Location((Span(2, 99),)), "feature"),
        (Location((Span(0, 9, accession="J00194.1"),)), "feature"),
    ):
        record = Record(Sequence("ATGC"), features=[Feature("CDS", location)])
        assert what in losses(record), location
        again(record)
    assert losses(Record(Sequence("ATGC"), features=[Feature("CDS", here)])) == set()
    assert losses(Record(Sequence("ATGC"), quality=b"\x01\x02\x03\x04")) == {"quality"}
    assert losses(Record(Sequence("ATGC"), references=[Reference("t", remark="r")])) == {
        "reference"
    }
    assert losses(Record(Sequence("ATGC"), annotations=Attributes({"keywords": "k"}))) == {
        "annotation"
    }


def test_stale_packets_are_reported() -> None:
    base = read_packets(written(Record(Sequence("ATGCATGC"), "a")))
    extra = (
        Packet(
            0x11, b'<AlignableSequences trimStringency="Medium"><Sequence/></AlignableSequences>'
        ),
        Packet(0x03, b"cache"),
        Packet(0x17, b"attached"),
        Packet(0x42, b"unknown"),
        Packet(0x14, b"<StrandColors/>"),
    )
    data = joined((*base, *extra))
    (record,) = read(io.BytesIO(data))
    assert written(record) == data
    shorter = record.changed(sequence=record.sequence[:4])
    assert losses(shorter) == {"alignable sequences", "packet", "strand colours"}
    kept = [p.type for p in read_packets(written(shorter))]
    assert kept == [0x09, 0x00, 0x08, 0x06, 0x11, 0x17]


def test_refused() -> None:
    for records, message in (
        ([], "no record"),
        ([Record(Sequence("A")), Record(Sequence("C"))], "one sequence"),
        ([Record(Sequence("AC-T"))], "no letter '-'"),
    ):
        with pytest.raises(FormatError, match=message):
            SNAPGENE.write(records, io.BytesIO())


COOKIE = Packet(0x09, b"SnapGene\x00\x01\x00\x0f\x00\x13")
DNA = Packet(0x00, b"\x00ATGCATGC")


def bomb() -> bytes:
    return lzma.compress(b"<HistoryTree>" + b" " * (1 << 25) + b"</HistoryTree>")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (joined([COOKIE]), "no packets with a sequence"),
        (joined([COOKIE, DNA, DNA]), "2 packets with a sequence"),
        (joined([COOKIE, Packet(0x00, b"\x00AT\xe9C")]), r"packet 0x00 \(DNA\) at byte 19"),
        (joined([COOKIE, Packet(0x00, b"")]), "packet 0x00 .* is empty"),
        (joined([COOKIE, DNA]) + b"\x0a\xff\xff\xff\xff<F", "4,294,967,295 bytes, but 2 follow"),
        (joined([COOKIE, DNA]) + b"\x0a\x00", "2 bytes are left at byte 33"),
        (joined([COOKIE, DNA, Packet(0x0A, b"<Features>")]), "packet 0x0A .*malformed"),
        (joined([COOKIE, DNA, Packet(0x0A, b"<Notes/>")]), "expected <Features>"),
        (
            joined(
                [COOKIE, DNA, Packet(0x06, b'<!DOCTYPE N [<!ENTITY a "a">]><Notes>&a;</Notes>')]
            ),
            "packet 0x06 .* entity",
        ),
        (
            joined([COOKIE, DNA, Packet(0x0A, b'<Features><Feature name="f"/></Features>')]),
            "feature 1 has no segment",
        ),
        (
            joined(
                [
                    COOKIE,
                    DNA,
                    Packet(
                        0x0A, b'<Features><Feature><Segment range="3-99"/></Feature></Features>'
                    ),
                ]
            ),
            "outside of the sequence",
        ),
        (
            joined(
                [
                    COOKIE,
                    DNA,
                    Packet(0x0A, b'<Features><Feature><Segment range="7-2"/></Feature></Features>'),
                ]
            ),
            "over the end of a linear",
        ),
        (joined([COOKIE, DNA, Packet(0x07, b"no xz")]), "packet 0x07 .* cannot be unpacked"),
        (joined([COOKIE, DNA, Packet(0x07, lzma.compress(b"<a/>")[:20])]), "ends too early"),
        (joined([COOKIE, DNA, Packet(0x07, bomb())]), "bomb"),
    ],
)
def test_damaged(data: bytes, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read(io.BytesIO(data))


def test_something_else() -> None:
    for data in (b">a\nATGC\n", joined([DNA]), b"\x09\x00"):
        with pytest.raises(FormatError, match="cookie"):
            read(io.BytesIO(data), format="snapgene")


def test_a_run_of_n_is_no_bomb() -> None:
    node = struct.pack(">I", 0) + joined(
        [Packet(0x01, struct.pack(">IBIIBI", 0xFFFFFFFF, 0, 1, 0, 3, 0xFFFFFFFF))]
    )
    tree = lzma.compress(
        b'<HistoryTree><Node ID="1" seqLen="8"><Node ID="0" seqLen="4294967295"/></Node>'
        b"</HistoryTree>"
    )
    (record,) = read(io.BytesIO(joined([COOKIE, DNA, Packet(0x0B, node), Packet(0x07, tree)])))
    with pytest.raises(FormatError, match="bomb"):
        history(record)


def _example() -> bytes:
    said = Attributes([("label", "a"), ("note", "b"), ("note", "c")])
    record = Record(
        Sequence("ATGCATGCATGC", topology="circular"),
        "a",
        features=[
            Feature("CDS", Location.of((0, 4), (6, 9), strand=-1), said),
            Feature("primer_bind", Location.of((3, 9)), Attributes({"sequence": "ATGCAT"})),
        ],
    )
    (first,) = read(io.BytesIO(written(record)))
    tree = Packet(0x07, lzma.compress(b'<HistoryTree><Node ID="0" seqLen="12"/></HistoryTree>'))
    (second,) = read(io.BytesIO(written(first) + joined([tree])))
    return written(second.changed(sequence=second.sequence.rotate(3)))


EXAMPLE = _example()


@settings(max_examples=400)
@given(st.data())
def test_mutations_never_crash(data: st.DataObject) -> None:
    damaged = bytearray(EXAMPLE)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        match data.draw(st.integers(0, 3)):
            case 0:
                damaged[at] = data.draw(st.integers(0, 255))
            case 1:
                del damaged[at : at + data.draw(st.integers(1, 40))]
            case 2:
                damaged[at:at] = data.draw(st.binary(max_size=8))
            case _:
                damaged[at : at + 4] = b"\xff\xff\xff\xff"
        if not damaged:
            return
    try:
        (record,) = read(io.BytesIO(bytes(damaged)))
        history(record)
        SNAPGENE.write([record], io.BytesIO())
        SNAPGENE.write([record.changed(sequence=Sequence("ATG"), features=())], io.BytesIO())
    except BiowrightError:
        pass
