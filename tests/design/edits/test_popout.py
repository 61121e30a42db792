"""Markers that go in and come out: both steps by plain strings, both strands, over the origin."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from biowright.cli import main
from biowright.core import InputError, Record, Sequence, rotate
from biowright.design.edits import (
    Genome,
    Homology,
    Popout,
    PopoutRules,
    design_edits,
    markers,
    parse_table,
)
from biowright.design.edits.popout import design_popout
from biowright.formats import read, write

from .genomes import make_genome, mirror

CASSETTE = "".join(random.Random(4).choices("ACGT", k=900))
FRT = "GAAGTTCCTATTCTCTAGAAAGTATAGGAACTTC"


@pytest.fixture(scope="module")
def genome() -> Genome:
    return make_genome(11, genes=10)


def over_origin(genome: Genome) -> Genome:
    """The same circle, beginning in the middle of g4."""
    record = genome.records[0]
    place = next(f.location for f in record.features if f.label == "g4")
    return Genome((rotate(record, place.start + 40),))


def same_circle(one: str, other: str) -> bool:
    return len(one) == len(other) and one in other * 2


TABLE = (
    "gene,change\ng3,delete\ng5,tag-c CACCATCAC\n,replace 40..47 ACCTGAGT\n,insert 300 TTTTCCCCAA\n"
)


@pytest.mark.parametrize("way", ["counterselect", "repeats", "plasmid", "site"])
def test_both_steps_by_plain_strings(genome: Genome, way: str) -> None:
    arm = 250 if way == "plasmid" else 50
    rules = PopoutRules(CASSETTE, "tetA-sacB", way, arm=arm, cut=way == "repeats")
    plan = design_edits(genome, parse_table(TABLE), "popout", rules=rules)
    assert not plan.failures
    text = genome.letters[0].decode()
    for design in plan.designs:
        made, edit = design.made, design.edit
        assert isinstance(made, Popout)
        wanted = text[: edit.start] + edit.new + text[edit.end :]
        ahead = (
            text[edit.start - arm : edit.start]
            if edit.start >= arm
            else (text * 2)[edit.start - arm + len(text) : edit.start + len(text)]
        )
        behind = (text * 2)[edit.end : edit.end + arm]
        between = made.intermediate
        middle = text[: between.start] + between.new + text[between.end :]
        assert CASSETTE in middle
        if way == "counterselect":
            assert middle == text[: edit.start] + CASSETTE + text[edit.end :]
            assert made.steps[0].letters == ahead + CASSETTE + behind
            assert made.steps[1].letters == ahead + edit.new + behind
        elif way == "repeats":
            repeat = (text * 2)[edit.end : edit.end + 60]
            cut = "TAGGGATAACAGGGTAAT"
            assert middle == (
                text[: edit.start] + edit.new + repeat + cut + CASSETTE + text[edit.end :]
            )
            # what lies from one repeat to the next goes
            assert middle.replace(repeat + cut + CASSETTE, "", 1) == wanted
            assert "I-SceI" in made.steps[1].what
        elif way == "plasmid":
            assert made.steps[0].letters == ahead + edit.new + behind
            old = text[edit.start : edit.end]
            assert middle == (
                text[: edit.start] + edit.new + behind + CASSETTE + ahead + old + text[edit.end :]
            )
        else:
            assert made.scar == FRT
            wanted = text[: edit.start] + edit.new + FRT + text[edit.end :]
            assert middle.replace(CASSETTE + FRT, "", 1) == wanted
            assert any("FRT stays: 34 nt" in notice for notice in design.notices)
        final = made.final
        assert text[: final.start] + final.new + text[final.end :] == wanted
        if made.first is not None:
            pair = made.first.primers
            assert pair is not None
            left, right = pair.forward.tail, pair.reverse.tail
            donor = made.steps[0].letters
            assert donor.startswith(left)
            assert donor.endswith(mirror(right))
            assert donor[len(left) :].startswith(pair.forward.annealing)
        assert made.checks
        for check in made.checks:
            for (_, sizes), letters in zip(check.products, (text, middle, wanted), strict=True):
                doubled = letters * 2
                low = doubled.find(check.forward)
                high = doubled.find(mirror(check.reverse), low) + len(check.reverse)
                plain = (high - low,) if low >= 0 and high > low and high - low < 12_000 else ()
                assert sizes == plain, (check.name, sizes, plain)
        border = next(c for c in made.checks if c.name == "marker's border")
        shown = dict(border.products)
        assert len(shown["marker in"]) == 1
        assert shown["parent"] != shown["marker in"]
    records, left = plan.edited()
    assert len(records) == 1
    assert len(left) <= 1


@pytest.mark.parametrize("way", ["counterselect", "repeats", "plasmid", "site"])
def test_over_the_origin(genome: Genome, way: str) -> None:
    turned = over_origin(genome)
    text, length = turned.letters[0].decode(), len(turned.letters[0])
    rules = PopoutRules(CASSETTE, "CORE", way, arm=250 if way == "plasmid" else 50)
    table = f"gene,change\n,replace {length - 20}..{length + 15} CATCATCAT\n"
    plan = design_edits(turned, parse_table(table), "popout", rules=rules)
    assert not plan.failures
    made = plan.designs[0].made
    assert isinstance(made, Popout)
    stay = FRT if way == "site" else ""
    assert same_circle(
        made.final.apply(turned.letters[0]).decode(), text[15:-20] + "CATCATCAT" + stay
    )
    assert CASSETTE in made.intermediate.apply(turned.letters[0]).decode() * 2


def test_what_cannot_be_made(genome: Genome) -> None:
    for values, said in (
        ({"cassette": "ACGT", "marker": "URA3"}, "marker of 4 letters"),
        ({"cassette": CASSETTE, "marker": "URA4"}, "did you mean 'URA3'"),
        ({"cassette": CASSETTE, "marker": "kan"}, "nothing selects against kan"),
        ({"cassette": CASSETTE, "marker": "URA3", "way": "sites"}, "no way 'sites'"),
        ({"cassette": CASSETTE, "marker": "URA3", "way": "plasmid"}, "arms of 50 nt"),
        ({"cassette": CASSETTE, "marker": "URA3", "cut": True}, "say the way repeats"),
        (
            {"cassette": CASSETTE, "marker": "kan", "way": "site", "site": "FRX"},
            "no recombination site",
        ),
    ):
        with pytest.raises(InputError, match=said):
            PopoutRules(**values)  # type: ignore[arg-type]
    plan = design_edits(genome, parse_table("gene,change\ng2,delete\n"), "popout", rules=None)
    assert "popout needs a marker" in plan.failures[0].reason


def test_repeats_of_the_genome_are_found_out() -> None:
    """A genome with a site of I-SceI is not cut; a marker that stands there already is no marker."""
    plain = make_genome(11, genes=4)
    text = plain.letters[0].decode()
    site = "TAGGGATAACAGGGTAAT"
    cut = Genome(
        (Record(Sequence(text[:30] + mirror(site) + text[30:], topology="circular"), "x"),)
    )
    (request,) = parse_table("gene,change\n,delete 1500..1520\n")
    rules = PopoutRules(CASSETTE, "URA3", "repeats", cut=True)
    plan = design_edits(cut, [request], "popout", rules=rules, primers=False)
    assert "I-SceI cuts the genome 1 times" in plan.failures[0].reason
    marked = Genome((Record(Sequence(text[:30] + CASSETTE + text[30:], topology="circular"), "x"),))
    for way in ("repeats", "plasmid"):
        rules = PopoutRules(CASSETTE, "URA3", way, arm=200)
        plan = design_edits(marked, [request], "popout", rules=rules, primers=False)
        assert plan.failures
    assert all(marker.doi for marker in markers().values())
    with pytest.raises(InputError, match="no way to make the edit"):
        design_popout(plain, Homology(plain), [], PopoutRules(CASSETTE, "URA3"))


def test_what_the_marker_breaks_and_pcr_does_not_show(genome: Genome) -> None:
    table = "gene,change\ng3,tag-n CACCATCAC\ng3,tag-c CACCATCAC\ng3,knockout\n"
    place = genome.gene("g3").feature.location
    table += f",insert {place.start} ACGTACG\n,insert {place.start + 1} ACGTACG\n"

    def broken(way: str, circle: Genome, text: str, arm: int = 50) -> list[bool]:
        rules = PopoutRules(CASSETTE, "tetA-sacB", way, arm=arm)
        plan = design_edits(circle, parse_table(text), "popout", rules=rules)
        assert not plan.failures
        for design in plan.designs:
            over = next(c for c in design.made.checks if c.name == "over the edit")  # type: ignore[union-attr]
            shown = dict(over.products)
            said = any("sequence its product" in notice for notice in design.notices)
            assert said == (shown["parent"] == shown["final"])
        return [any("t3 is broken" in n for n in design.notices) for design in plan.designs]

    # letters before the first one of a gene leave it whole
    assert broken("counterselect", genome, table) == [True, True, True, False, True]
    assert broken("site", genome, table) == [True, True, True, False, True]
    # a plasmid whose arms reach over the gene brings a whole copy along
    size = len(place)
    assert broken("plasmid", genome, "gene,change\ng3,knockout\n", size + 50) == [False]
    assert broken("plasmid", genome, "gene,change\ng3,knockout\n", 200) == [size > 230]
    turned = Genome((rotate(genome.records[0], place.start + 10),))
    assert broken("counterselect", turned, "gene,change\ng3,tag-n CACCATCAC\n") == [True]


def test_the_command(tmp_path: Path, genome: Genome, capsys: pytest.CaptureFixture[str]) -> None:
    file, cassette, table = tmp_path / "toy.gb", tmp_path / "marker.fasta", tmp_path / "edits.csv"
    write(list(genome.records), file)
    cassette.write_text(f">marker\n{CASSETTE}\n")
    table.write_text("gene,change\ng2,delete\ng5,delete\n")
    call = ["design", "edits", str(table), "--genome", str(file), "--method", "popout"]
    assert main([*call, "--out", str(tmp_path / "no")]) == 2
    assert "popout needs a marker" in capsys.readouterr().err
    marked = [*call, "--cassette", str(cassette), "--marker", "kan"]
    assert main([*marked, "--out", str(tmp_path / "no")]) == 2
    error = capsys.readouterr().err
    assert "marker.fasta" in error
    assert "nothing selects against kan" in error
    assert main([*marked, "--way", "site", "--site", "loxP", "--out", str(tmp_path / "out")]) == 0
    rows = list(csv.DictReader((tmp_path / "out" / "designs.csv").open()))
    assert "Cre is expressed" in rows[0]["details"]
    assert "kanamycin" in rows[0]["details"]
    for row in rows:  # the site that stays is in the product of the end
        grown = len(row["new"]) - (int(row["end"]) - int(row["start"])) + 34
        assert int(row["product after"]) == int(row["product before"]) + grown
        assert f"final {row['product after']}" in row["details"]
    (record,) = read(tmp_path / "out" / "edited.gb")
    assert str(record.sequence).upper().count("ATAACTTCGTATAGCATACATTATACGAAGTTAT") == 2
    orders = (tmp_path / "out" / "orders.csv").read_text()
    assert "g2_delete_marker_F" in orders
