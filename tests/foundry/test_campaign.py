"""Campaigns on every kind of space and lab, from the file to the report."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

import biowright as bw
from biowright.core import ConflictError, FormatError, InputError, UnitError
from biowright.foundry import Campaign

from .campaigns import write_campaign

WAIT = {
    'kind = "simulated"\nfunction = "tests.foundry.landscape:fitness"\nnoise = 0.05': 'kind = "files"'
}

CONSTRUCT = """\
[campaign]
name = "constructs"
rounds = 2
batch = 4
replicates = 2

[[objective]]
quantity = "titre"
unit = "mg/L"

[space]
kind = "construct"
parts = "parts.csv"
exclusions = [["p1", "r2"]]

[[space.slots]]
name = "promoter"
parts = ["role:promoter"]

[[space.slots]]
name = "rbs"
parts = ["r1", "r2"]

[[space.slots]]
name = "cds"
parts = ["gfp"]

[build]
method = "golden-gate"

[lab]
kind = "files"
"""

PARTS = """\
name,sequence,role
p1,TTGACAGCTAGCTCAGTCCTAGGTATAATGCTAGC,SO:0000167
p2,TTTACAGCTAGCTCAGTCCTAGGTATTATGCTAGC,SO:0000167
p3,TTGACGGCTAGCTCAGTCCTAGGTACAGTGCTAGC,SO:0000167
r1,AAAGAGGAGAAATACTAG,SO:0000139
r2,TCACACAGGAAAGTACTAG,SO:0000139
gfp,ATGCGTAAAGGAGAAGAACTTTTCACTGGAGTTGTCCCAATTCTTGTTGAATAA,SO:0000316
"""

MEDIA = """\
[campaign]
name = "media"
rounds = 2
batch = 5

[[objective]]
quantity = "OD600"
goal = "target"
target = 2.0
stop_at = 0.001

[space]
kind = "conditions"

[[space.factors]]
name = "glucose"
low = 1
high = 20
stock = 100
unit = "g/L"

[[space.factors]]
name = "NaCl"
low = 0
high = 200
stock = 2000
unit = "mM"

[[space.factors]]
name = "carbon"
choices = ["glycerol", "acetate"]

[[space.sums]]
factors = ["glucose", "NaCl"]
at_most = 150

[build]
method = "mix"

[lab]
kind = "files"
"""


def fill(folder: Path, round: int, values: dict[str, str] | None = None) -> Path:
    """Fill in a round's template; designs without a value get one from their name's letters."""
    template = folder / f"round-{round:02d}" / "measurements.csv"
    rows = list(csv.reader(template.open()))
    for row in rows[1:]:
        row[-1] = (values or {}).get(row[2], str(sum(map(ord, row[2])) % 97 / 10))
    path = folder / f"filled-{round}.csv"
    with path.open("w", newline="") as out:
        csv.writer(out).writerows(rows)
    return path


def test_a_simulated_campaign_finds_the_best_and_tells_so(tmp_path: Path) -> None:
    campaign = Campaign.start(write_campaign(tmp_path), tmp_path / "work")
    told: list[str] = []
    status = campaign.run(told.append)
    assert status.state == "done"
    assert status.round == 4
    assert status.best is not None
    assert status.best["id"][0] == status.best["id"][2] == "W"
    assert len(told) == 16
    effects = campaign.journal.answer("0004.1-design")["effects"]  # type: ignore[index]
    assert {effect["column"] for effect in effects} == {"A2", "A3", "D4"}
    # the same again does nothing and says the same
    assert Campaign(tmp_path / "work").run() == status


def test_a_goal_that_is_reached_ends_the_campaign(tmp_path: Path) -> None:
    file = write_campaign(tmp_path, {'quantity = "fitness"': 'quantity = "fitness"\nstop_at = 1.5'})
    status = Campaign.start(file, tmp_path / "work").run()
    assert status.reason == "the goal is reached"
    assert status.round < 4


def test_a_budget_ends_the_campaign(tmp_path: Path) -> None:
    file = write_campaign(tmp_path, {"seed = 11": "seed = 11\nbudget = 10"})
    status = Campaign.start(file, tmp_path / "work").run()
    assert "budget" in status.reason
    assert 0 < status.cost <= 10


def test_several_objectives_with_a_constraint(tmp_path: Path) -> None:
    file = write_campaign(
        tmp_path,
        {
            'quantity = "fitness"': 'quantity = "titre"\n\n[[objective]]\nquantity = "cost"\n'
            'goal = "minimise"\nat_most = 5.0',
            "landscape:fitness": "landscape:two",
        },
    )
    campaign = Campaign.start(file, tmp_path / "work")
    status = campaign.run()
    assert status.best is not None
    assert status.best["cost"] <= 5.0
    kept = [row["cost"] <= 5.0 for row in campaign.ranking()]
    assert kept == sorted(kept, reverse=True)  # whatever breaks the constraint comes last


def test_files_wait_are_taken_in_and_the_campaign_goes_on(tmp_path: Path) -> None:
    campaign = Campaign.start(write_campaign(tmp_path, WAIT), tmp_path / "work")
    status = campaign.run()
    assert (status.state, status.round) == ("waiting", 1)
    assert "measurements.csv" in status.reason
    number, picks = campaign.next()
    assert (number, len(picks)) == (1, 6)
    filled = fill(tmp_path / "work", 1)
    assert campaign.ingest(filled) == 10
    assert campaign.ingest(filled, 1) == 10  # the same table again is no conflict
    with pytest.raises(ConflictError, match="already"):
        campaign.ingest(fill(tmp_path / "work", 1, {picks[0]["id"]: "77"}), 1)
    assert campaign.next()[0] == 2
    assert campaign.run().round == 2
    first, second = ({p["id"] for p in campaign.picks(r)} for r in (1, 2))
    assert not first & second


def test_what_does_not_fit_is_refused_and_nothing_is_taken_in(tmp_path: Path) -> None:
    campaign = Campaign.start(write_campaign(tmp_path, WAIT), tmp_path / "work")
    campaign.run()
    filled = fill(tmp_path / "work", 1)
    filled.write_text(filled.read_text().replace("fitness", "fitness [mg/L]"))
    with pytest.raises(UnitError):
        campaign.ingest(filled)
    filled.write_text("well,fitness\nA1,5\n")
    with pytest.raises(InputError, match="nothing was taken in"):
        campaign.ingest(filled)
    assert campaign.journal.measurements() == []
    assert campaign.status().state == "waiting"


def test_what_a_plate_reader_wrote_is_taken_in(tmp_path: Path) -> None:
    campaign = Campaign.start(write_campaign(tmp_path, WAIT), tmp_path / "work")
    campaign.run()
    head = "User: USER,Path: C:\\BMG\\CLARIOstar\\Data,Test run no.: 4\nTest name: x\n\nID1: p,\n"
    rows = [f"{'ABCDEFGH'[r]}," + ",".join(f"{r}.{c:02d}" for c in range(12)) for r in range(8)]
    grid = "\n".join([",".join(["", *map(str, range(1, 13))]), *rows])
    file = tmp_path / "export.CSV"
    file.write_text(f"{head}Absorbance\n\nRaw Data (600)\n\n{grid}\n\nRaw Data (450)\n\n{grid}\n")
    with pytest.raises(FormatError, match="2 readings"):
        campaign.ingest(file)
    assert campaign.ingest(file, read="raw data (600)") == 10
    taken = {(row["well"], row["value"]) for row in campaign.journal.measurements()}
    assert taken == {(w.name, w.row + w.column / 100) for w in campaign.layout(1)}


def test_constructs_are_built_from_parts(tmp_path: Path) -> None:
    (tmp_path / "parts.csv").write_text(PARTS)
    campaign = Campaign.start(write_campaign(tmp_path, text=CONSTRUCT), tmp_path / "work")
    campaign.run()
    ids = {pick["id"] for pick in campaign.picks(1)}
    assert len(ids) == 4
    assert not any(id.startswith("p1|r2") for id in ids)
    folder = tmp_path / "work" / "round-01"
    records = {record.name: record for record in bw.read(folder / "designs.gb")}
    assert len(records) == 4
    twins = {record.seguid for record in bw.read(folder / "designs.ttl")}
    assert twins == {record.seguid for record in records.values()}
    layout = list(csv.DictReader((folder / "plates.csv").open()))
    assert len(layout) == 8
    campaign.ingest(fill(tmp_path / "work", 1))
    campaign.run()
    first, second = (
        {row["name"] for row in csv.DictReader((tmp_path / "work" / name / "orders.csv").open())}
        for name in ("round-01", "round-02")
    )
    assert not first & second  # a part is ordered once


def test_media_are_mixed_in_whole_drops(tmp_path: Path) -> None:
    campaign = Campaign.start(write_campaign(tmp_path, text=MEDIA), tmp_path / "work")
    campaign.run()
    rows = list(csv.DictReader((tmp_path / "work" / "round-01" / "transfers.csv").open()))
    totals: dict[str, float] = {}
    for row in rows:
        volume = float(row["Transfer Volume"])
        assert volume % 2.5 == 0
        totals[row["Destination Well"]] = totals.get(row["Destination Well"], 0) + volume
    assert set(totals.values()) == {50_000.0}
    campaign.ingest(fill(tmp_path / "work", 1))
    assert campaign.run().round == 2


def test_a_changed_campaign_file_is_not_mixed_up_with_the_old_one(tmp_path: Path) -> None:
    Campaign.start(write_campaign(tmp_path, WAIT), tmp_path / "work").run()
    with pytest.raises(ConflictError, match="something else"):
        Campaign.start(
            write_campaign(tmp_path, {**WAIT, "batch = 6": "batch = 7"}), tmp_path / "work"
        )


def test_a_folder_without_a_campaign(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no campaign in this folder"):
        Campaign(tmp_path)


def test_a_wrong_space_is_told_before_anything_is_written(tmp_path: Path) -> None:
    file = write_campaign(tmp_path, {'"A3"': '"G3"'})
    with pytest.raises(InputError, match="G3: residue 3 of the parent is A"):
        Campaign.start(file, tmp_path / "work")
    assert not (tmp_path / "work").exists()


def test_the_report_is_self_contained_and_has_a_text_twin(tmp_path: Path) -> None:
    file = write_campaign(
        tmp_path, {'name = "small"': 'name = "</title><script>alert(1)</script>"'}
    )
    Campaign.start(file, tmp_path / "work").run()
    page = (tmp_path / "work" / "report.html").read_text()
    assert not re.search(r"""(?:src|href)\s*=|url\(|@import|<script|<link""", page)
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page
    twin = json.loads((tmp_path / "work" / "report.json").read_text())
    assert len(twin["rounds"]) == 4
    assert twin["best"][0]["sequence"].startswith("ATG")
    assert twin["provenance"]["versions"]["biowright"]
    assert twin["best"][0]["id"] in page


def test_the_same_campaign_gives_the_same_bytes(tmp_path: Path) -> None:
    file = write_campaign(tmp_path)
    pages = []
    for name in ("one", "two"):
        Campaign.start(file, tmp_path / name).run()
        pages.append((tmp_path / name / "report.html").read_bytes())
    assert pages[0] == pages[1]


def test_designs_without_a_value_are_not_proposed_again(tmp_path: Path) -> None:
    campaign = Campaign.start(write_campaign(tmp_path, WAIT), tmp_path / "work")
    campaign.run()
    lost = campaign.picks(1)[0]["id"]
    campaign.ingest(fill(tmp_path / "work", 1, {lost: ""}))
    campaign.run()
    assert lost not in {pick["id"] for pick in campaign.picks(2)}
    assert lost not in {row["id"] for row in campaign.ranking()}
