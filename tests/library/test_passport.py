"""Collections that are exported and come back: nothing that the library said is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from biowright import Record, Sequence, write
from biowright.core import Attributes, Feature, InputError, Location, Quantity
from biowright.formats import format_for_path
from biowright.library import Curve, Filters, Library, Measurement
from biowright.library.measuring import write_measurements
from biowright.library.passport import COMMENT_FORMATS, passport_of

SOURCE = "a source whose name is so long that flat files break it over lines, doi:10.1021/acssynbio"


@pytest.fixture
def full(tmp_path: Path) -> Library:
    library = Library.create(tmp_path / "full")
    promoter = Record(
        Sequence("TTGACAATTAATCATCGGCTCG"), "pTac", annotations=Attributes([("role", "promoter")])
    )
    ring = Record(
        Sequence("GATTACAGATTACCAGGA", topology="circular"),
        "ring",
        description="a circle",
        features=[Feature("CDS", Location.of((15, 18)), {"label": "short"})],
        annotations=Attributes([("comment", "a word of its own")]),
    )
    library.add([promoter], licence="CC-BY-4.0", source=SOURCE, collection="one")
    library.add([ring], licence="OpenMTA", source="two", collection="one")
    library.tag(1, "strong", "old one")
    library.alias(2, "circle")
    here = {"host": "E. coli", "reference": "J23101"}
    nor = Curve(
        "hill repression", "in", "out", "RPU", "RPU", {"ymin": 0.1, "ymax": 2, "K": 1, "n": 2}
    )
    library.measure(
        [
            Measurement(1, "strength", Quantity(1.4, "RPU", 0.25, 3), here, replicates=(1.2, 1.6)),
            Measurement(1, "strength", Quantity(0.1, "RPU"), here, censoring="<", doi="10.1000/x"),
            Measurement(1, "response", None, here, curve=nor, licence="CC0"),
        ]
    )
    return library


@pytest.mark.parametrize("ending", ["gb", "embl", "csv", "ttl", "xml"])
def test_parts_come_back_as_they_were(full: Library, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"all.{ending}"
    numbers = full.select(Filters())
    write(full.export(numbers, comment=format_for_path(str(file)).name in COMMENT_FORMATS), file)
    with Library.create(tmp_path / "copy") as copy:
        report = copy.load(file)
        assert (report.added, report.refused) == (2, ())
        one, two = (copy.describe([copy.find(name)])[0] for name in ("pTac", "ring"))
        assert (one.licence, one.source, one.tier) == ("CC-BY-4.0", SOURCE, "characterised")
        assert (two.licence, two.source, two.tier) == ("OpenMTA", "two", "reference")
        assert one.roles == ("SO:0000167",)
        assert copy.labels(one.number) == {"tag": ("strong", "old one"), "alias": ()}
        assert copy.labels(two.number) == {"tag": (), "alias": ("circle",)}
        back = copy.record(two.number)
        if ending != "csv":  # which has no features, and says so
            assert str(back.features[0].location) == str(full.record(2).features[0].location)
        assert back.annotations.get("comment") == ("a word of its own",)
        assert copy.load(file).added == 0
        again = tmp_path / f"again.{ending}"
        assert write_measurements(full, numbers, tmp_path / "m.csv") == 3
        assert copy.measure_file(tmp_path / "m.csv").added == 3
        assert copy.measure_file(tmp_path / "m.csv").known == 3
        assert {m.text for m in copy.measurements(one.number)} == {
            m.text for m in full.measurements(1)
        }
        write_measurements(copy, copy.select(Filters()), again)
        assert again.read_bytes() == (tmp_path / "m.csv").read_bytes()


def test_what_the_command_says_holds_for_all(full: Library, tmp_path: Path) -> None:
    write(full.export([1, 2], comment=True), tmp_path / "all.gb")
    with Library.create(tmp_path / "copy") as copy:
        copy.load(tmp_path / "all.gb", licence="CC0", source="here", tier="reference")
        said = {(v.licence, v.source, v.tier) for v in copy.describe([1, 2])}
        assert said == {("CC0-1.0", "here", "reference")}


def test_words_that_mean_nothing_stay_with_the_record_and_are_told(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(
        "name,sequence,licence,tier,tag\none,ACGTTG,my own,best,new\ntwo,GGATCA,MIT,reference,\n"
    )
    with Library.create(tmp_path / "l") as library:
        report = library.load(tmp_path / "p.csv")
        assert [(name, what) for name, what, _ in report.losses] == [
            ("one", "licence"),
            ("one", "tier"),
        ]
        one, two = library.describe([1, 2])
        assert (one.licence, one.tier, two.licence) == ("", "reference", "MIT")
        assert library.record(1).annotations.get("licence") == ("my own",)
        assert library.labels(1)["tag"] == ("new",)


def test_a_comment_that_is_broken_says_what_it_can() -> None:
    text = "mine\n##Biowright-Part-START##\nlicence :: MIT\n \ntag ::\n##Biowright-Part-END##\nmore"
    record = Record(Sequence("ACGT"), "a", annotations=Attributes([("comment", text)]))
    bare, passport = passport_of(record)
    assert (passport.licence, passport.tags, passport.doubts) == ("MIT", (), ())
    assert bare.annotations.first("comment") == "mine\nmore"


@pytest.mark.parametrize(
    "cell", ['{"form": "line"}', "[]", "nothing", '{"form": "points", "x": 1}']
)
def test_a_curve_that_is_none_is_told_with_its_line(
    full: Library, tmp_path: Path, cell: str
) -> None:
    doubled = cell.replace('"', '""')
    (tmp_path / "m.csv").write_text(f'part,quantity,value,curve\npTac,response,,"{doubled}"\n')
    report = full.measure_file(tmp_path / "m.csv")
    assert report.added == 0
    assert report.refused[0].line == 2
    with pytest.raises(InputError, match="exists already"):
        write_measurements(full, [1], tmp_path / "m.csv")
