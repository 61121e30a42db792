"""SVG maps: well-formed, safe, bounded, the same every time, and no two texts overlap."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biowright.core import (
    Attributes,
    Feature,
    FormatError,
    Fuzz,
    FuzzKind,
    InputError,
    Location,
    LocationError,
    Record,
    Sequence,
    Span,
)
from biowright.core.maps import draw_svg
from biowright.core.maps.items import look_at
from biowright.core.maps.tracks import coverage

SVG = "{http://www.w3.org/2000/svg}"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TYPES = [
    "CDS",
    "gene",
    "promoter",
    "rep_origin",
    "misc_feature",
    "primer_bind",
    "tRNA",
    "variation",
]


@st.composite
def maps(draw: st.DrawFn, most: int = 150) -> Record:
    """Records with many features: whole, tiny, sites, in pieces, over the origin, crowded."""
    length = draw(st.integers(1, 20_000))
    circular = draw(st.booleans())
    crowded = draw(st.booleans())
    count = draw(st.integers(0, most))
    random = draw(st.randoms(use_true_random=False))
    features = []
    for number in range(count):
        start = random.randrange(length)
        if crowded:
            start = (length // 2 + random.randrange(length // 10 + 1)) % length
        longest = length if circular else length - start
        size = min(longest, int(random.choice((0, 1, 20, 300, 2000, length)) * random.random()))
        strand = random.choice((1, -1))
        spans = [Span(start, start + size, strand)]
        if size > 30 and random.random() < 0.2:
            third = size // 3
            spans = [
                Span(start, start + third, strand),
                Span(start + 2 * third, start + size, strand, None, Fuzz(FuzzKind.AFTER)),
            ][::strand]
        name = "".join(random.choices("abcdefghiWMlacZ -()*", k=random.randrange(1, 40)))
        pairs = {"label": f"{name}{number}"}
        features.append(Feature(random.choice(TYPES), Location(tuple(spans)), Attributes(pairs)))
    topology = "circular" if circular else "linear"
    return Record(Sequence(b"ACGT" * (length // 4) + b"A" * (length % 4), "DNA", topology),
                  "p" * random.randrange(60), features=features)  # fmt: skip


def boxes(svg: str) -> list[tuple[float, float, float, float, str]]:
    """The boxes of all texts that stand straight, from Helvetica's ascent and descent."""
    found = []
    for text in ET.fromstring(svg).iter(f"{SVG}text"):
        if text.get("x") is None:
            continue
        x, y = float(text.get("x", "")), float(text.get("y", ""))
        size = float(text.get("font-size", ""))
        wide = float(text.get("textLength", ""))
        found.append((x, y - 0.905 * size, x + wide, y + 0.212 * size, text.text or ""))
    return found


def check(svg: str) -> None:
    texts = boxes(svg)
    x, y, w, h = map(float, ET.fromstring(svg).get("viewBox", "").split())
    for left, top, right, bottom, text in texts:
        assert left >= x - 0.02, text
        assert top >= y - 0.02, text
        assert right <= x + w + 0.02, text
        assert bottom <= y + h + 0.02, text
    for one, two in itertools.combinations(texts, 2):
        apart = (
            one[2] <= two[0] + 0.05
            or two[2] <= one[0] + 0.05
            or one[3] <= two[1] + 0.05
            or two[3] <= one[1] + 0.05
        )
        assert apart, (one, two)


@settings(max_examples=35)
@given(maps(), st.sampled_from(("auto", "linear")))
def test_no_two_texts_overlap_and_all_lie_in_the_view_box(record: Record, shape: str) -> None:
    check(draw_svg(record, shape=shape))  # type: ignore[arg-type]


@settings(max_examples=15)
@given(maps(30), st.data())
def test_regions_too(record: Record, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(record) - 1))
    most = start + len(record) if record.circular else len(record)
    end = data.draw(st.integers(start + 1, most))
    enzymes = {"EcoRI": [start], "SmaI": [start, end % len(record)], "XmaI": [start]}
    check(draw_svg(record, start=start, end=end, enzymes=enzymes))


def plasmid(*features: Feature, length: int = 3000, topology: str = "circular") -> Record:
    return Record(Sequence(b"ACGT" * (length // 4), "DNA", topology), "pTest", features=features)


def named(label: str, *bounds: tuple[int, int], type: str = "CDS", strand: int = 1) -> Feature:
    return Feature(type, Location.of(*bounds, strand=strand), Attributes({"label": label}))


def titles(svg: str) -> list[str]:
    return [t.text or "" for t in ET.fromstring(svg).iter(f"{SVG}title")][1:]


def test_the_same_record_gives_the_same_bytes() -> None:
    record = plasmid(named("a", (10, 900)), named("b", (800, 1400), strand=-1))
    assert draw_svg(record) == draw_svg(plasmid(*record.features))


def test_malicious_names_stay_text() -> None:
    evil = '</text><script>alert("1")</script>\x00\x1b[2J\u202e&<!--'
    record = plasmid(named(evil, (10, 40)), named(evil, (100, 2900), type=evil))
    record = record.changed(name=evil)
    for shape in ("auto", "linear"):
        svg = draw_svg(record, shape=shape)  # type: ignore[arg-type]
        assert "<script" not in svg
        assert "\x1b" not in svg
        assert "\u202e" not in svg
        root = ET.fromstring(svg)
        assert {e.tag for e in root.iter()} <= {
            SVG + tag
            for tag in ("svg", "title", "desc", "style", "rect", "g", "path", "circle", "text")
        } | {SVG + "textPath"}
        assert not any(k.startswith("on") for e in root.iter() for k in e.keys())  # noqa: SIM118


def test_tooltips_are_in_the_field_s_notation() -> None:
    record = plasmid(
        named("over", (2900, 3100)),
        Feature("CDS", Location.of((10, 20), (30, 40), strand=-1), Attributes({"gene": "x"})),
    )
    assert titles(draw_svg(record)) == [
        "over: CDS join(2901..3000,1..100), 200 bp",
        "x: CDS complement(join(11..20,31..40)), 20 bp",
    ]


def test_sources_and_genes_below_a_cds_are_not_drawn() -> None:
    record = plasmid(
        named("whole", (0, 3000), type="source"),
        named("abc", (10, 500), type="gene"),
        named("abc", (10, 500), type="CDS"),
        named("lonely", (600, 900), type="gene"),
    )
    drawn = titles(draw_svg(record))
    assert [t.split(" ")[1] for t in drawn] == ["CDS", "gene"]
    assert len(titles(draw_svg(record, features={"source", "gene"}))) == 3
    assert len(titles(draw_svg(record, features=lambda f: f.label == "abc"))) == 2


def test_what_an_edit_cut_is_marked() -> None:
    whole = named("abc", (10, 500))
    assert "stroke-dasharray" not in draw_svg(plasmid(whole))
    svg = draw_svg(plasmid(whole.marked("lost 12 nt at its 5' end")))
    assert "stroke-dasharray" in svg
    assert "cut: lost 12 nt at its 5' end" in titles(svg)[0]


def test_a_feature_over_the_origin_is_one_piece_on_a_circle_and_two_on_a_line() -> None:
    record = plasmid(named("over", (2900, 3100)))
    assert len(look_at(record, closed=True).items) == 1
    flat = look_at(record).items
    assert [(i.start, i.end) for i in flat] == [(0, 100), (2900, 3000)]
    assert flat[0].pieces[0].torn_start
    assert flat[1].pieces[0].torn_end
    assert [(i.start, i.end) for i in look_at(record, 2950, 3050).items] == [(0, 100)]


def test_pieces_after_the_origin_follow_those_before_it() -> None:
    location = Location((Span(2900, 2950), Span(20, 60), Span(100, 140)))
    items = look_at(plasmid(Feature("CDS", location)), closed=True).items
    assert [(p.start, p.end) for p in items[0].pieces] == [(2900, 2950), (3020, 3060), (3100, 3140)]


def test_features_beyond_the_sequence_do_not_break_a_map() -> None:
    record = plasmid(named("far", (9000, 9100)), named("long", (2900, 8000)), topology="linear")
    svg = draw_svg(record)
    check(svg)
    assert "1 feature outside of this sequence not drawn" in svg
    remote = Feature("CDS", Location((Span(5, 9, 1, None, None, "J00194.1"),)))
    check(draw_svg(plasmid(remote)))


@pytest.mark.parametrize("molecule", ["DNA", "RNA", "protein"])
@pytest.mark.parametrize("length", [0, 1, 2])
def test_tiny_and_empty_records(molecule: str, length: int) -> None:
    check(draw_svg(Record(Sequence("A" * length, molecule), "")))
    if length:
        check(draw_svg(Record(Sequence("A" * length, molecule, "circular"), "a")))


def test_directions() -> None:
    def direction(feature: Feature, molecule: str = "DNA") -> int:
        return look_at(Record(Sequence("A" * 100, molecule), features=[feature])).items[0].direction

    def noted(note: str) -> Feature:
        return Feature("CDS", Location.of((1, 9)), Attributes({"note": note}))

    assert direction(named("a", (1, 9))) == 1
    assert direction(named("a", (1, 9), strand=-1)) == -1
    assert direction(named("a", (1, 9), type="protein_bind")) == 0
    assert direction(noted("color: #a6acb3; direction: LEFT")) == -1
    assert direction(noted("direction: BOTH")) == 0
    assert direction(named("domain", (1, 9)), "protein") == 0


def test_cut_sites_share_a_label_and_single_cutters_are_bold() -> None:
    record = plasmid(named("abc", (10, 500)))
    svg = draw_svg(record, enzymes={"SmaI": [700], "XmaI": [700], "PvuII": [100, 900]})
    texts = {t.text: t.get("font-weight") for t in ET.fromstring(svg).iter(f"{SVG}text")}
    assert texts["SmaI, XmaI 700"] == "bold"
    assert texts["PvuII 100"] is None
    assert texts["PvuII 900"] is None


def test_themes() -> None:
    record = plasmid(named("abc", (10, 500)))
    assert "prefers-color-scheme:dark" in draw_svg(record)
    light, dark = draw_svg(record, theme="light"), draw_svg(record, theme="dark")
    assert "prefers-color-scheme" not in light + dark
    assert "#ffffff" in light
    assert "#ffffff" not in dark


def test_the_picture_describes_itself() -> None:
    root = ET.fromstring(draw_svg(plasmid(named("abc", (10, 500)))))
    assert root.get("role") == "img"
    ids = {e.get("id"): e.text for e in root.iter() if e.get("id")}
    described = [ids[name] for name in root.get("aria-labelledby", "").split()]
    assert described == ["Map of pTest", "Circular DNA of 3,000 bp, 1 feature: abc."]


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"shape": "round"}, InputError),
        ({"theme": "sepia"}, InputError),
        ({"width": 3}, InputError),
        ({"shape": "circular", "start": 5}, InputError),
        ({"start": 5, "end": 5}, LocationError),
        ({"start": -1, "end": 5}, LocationError),
        ({"start": 10, "end": 3011}, LocationError),
        ({"start": 3000, "end": 3001}, LocationError),
    ],
)
def test_wrong_arguments(options: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        draw_svg(plasmid(), **options)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="linear record"):
        draw_svg(plasmid(topology="linear"), shape="circular")


@given(
    st.lists(st.tuples(st.integers(0, 199), st.integers(1, 200), st.sampled_from((1, -1)))),
    st.integers(1, 60),
)
def test_coverage_counts_each_letter_once(drawn: list[tuple[int, int, int]], bins: int) -> None:
    features = [Feature("CDS", Location((Span(s, s + n, d),))) for s, n, d in drawn]
    view = look_at(plasmid(*features, length=200), closed=True)
    edges = [200 * i // bins for i in range(bins + 1)]
    for strand in (1, -1):
        covered = {p % 200 for s, n, d in drawn if d == strand for p in range(s, s + n)}
        expected = [
            sum(p in covered for p in range(a, b)) / (b - a) for a, b in itertools.pairwise(edges)
        ]
        assert coverage(view.items, strand, edges) == pytest.approx(expected)


def test_a_genome_is_drawn_in_a_bounded_size() -> None:
    import biowright

    record = biowright.read(EXAMPLES / "JCVI-syn3A.gb.gz")[0]
    for shape in ("auto", "linear"):
        svg = draw_svg(record, shape=shape)  # type: ignore[arg-type]
        check(svg)
        assert len(svg) < 400_000
        left_out = re.search(r"([\d,]+) features are not labelled", svg)
        assert left_out
        labelled = len(boxes(svg))
        assert int(left_out[1].replace(",", "")) + labelled >= len(look_at(record).items)


@pytest.mark.reference
def test_a_bacterial_genome(reference: Path) -> None:
    import biowright

    path = reference / "build/genomes/ecoli_MG1655_NC_000913.3.gbff.gz"
    record = biowright.read(path)[0]
    assert len(record.features) == 9261
    for shape in ("auto", "linear"):
        svg = draw_svg(record, shape=shape)  # type: ignore[arg-type]
        check(svg)
        assert len(svg) < 400_000
        assert "oriC" in svg


@pytest.mark.reference
def test_maps_of_real_files(reference: Path) -> None:
    import biowright

    drawn = 0
    for path in sorted((reference / "build/formats").glob("*.gb*")):
        try:
            records = biowright.read(path)
        except FormatError:  # the broken ones among them
            continue
        for record in records:
            check(draw_svg(record))
            drawn += 1
    assert drawn >= 12
