"""Loads: bad records, resuming, large files, every format."""

from __future__ import annotations

import gzip
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from biowright.core import InputError, Record, Sequence
from biowright.formats import read, write
from biowright.library import Library, bulk, loading, tables


def genes(n: int, seed: int = 1) -> bytes:
    rng = random.Random(seed)
    return b"".join(
        b">gene%d a gene\n%s\n" % (i, bytes(rng.choices(b"ACGT", k=rng.randint(1, 400))))
        for i in range(n)
    )


ODD = (
    b"; a comment\n\n"
    b">lower soft\nacgtACGTnn\nRYK\n"
    b">ring [topology=circular]\nGATTACA\n"
    b">one\nA\n"
    b">bad\nAC1T\n"
    b">\nACGT\n"
    b">empty\n"
    b">protein\nMKVLA*\n"
    b">rna\nACGU\n"
    b">gapped\nAC-T\n"
    b"> blank first\nACGTT\n"
    b">tab\there\nACGTTT\n"
    b">key [gene=abc] b\nACGTTTT\n"
    b">latin \xe9\nACGT\n"
    b">last\nACGTACG"
)


def test_a_bad_record_spoils_no_other(library: Library, tmp_path: Path) -> None:
    (tmp_path / "odd.fa").write_bytes(ODD)
    report = library.load(tmp_path / "odd.fa")
    told = {(refusal.line, refusal.record) for refusal in report.refused}
    assert told == {(11, "bad"), (12, ""), (14, "empty"), (27, "latin")}
    assert "'1' at column 3" in report.refused[0].reason
    names = [v.name for v in library.describe(range(1, library.last() + 1))]
    assert names == [
        "lower", "ring", "one", "protein", "rna", "gapped", "blank", "tab", "key", "last",
    ]  # fmt: skip
    good = ODD.replace(b">bad\nAC1T\n>\nACGT\n>empty\n", b"").replace(b">latin \xe9\nACGT\n", b"")
    (tmp_path / "good.fa").write_bytes(good)
    for number, record in enumerate(read(tmp_path / "good.fa"), 1):
        assert library.record(number) == record
        (version,) = library.describe([number])
        if version.gc is not None:
            assert version.gc == pytest.approx(record.sequence.gc())
    # the fast way and the slow one agree on what is the same
    assert library.add(read(tmp_path / "good.fa")).added == 0


@pytest.mark.parametrize("piece", [64, 1000, 1 << 20])
def test_where_blocks_end_makes_no_difference(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(bulk, "_PIECE", piece)
    monkeypatch.setattr(bulk, "_BATCH", 3 * piece)
    data = genes(60)
    (tmp_path / "g.fa.gz").write_bytes(gzip.compress(data.replace(b"\n", b"\r\n")))
    assert library.load(tmp_path / "g.fa.gz").added == 60
    (tmp_path / "g.fa").write_bytes(data)
    wanted = [record.sequence.data for record in read(tmp_path / "g.fa")]
    assert [letters for _, letters, _ in library.read(1, 60)] == wanted


def test_an_interrupted_load_goes_on_where_it_stopped(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_PIECE", 500)
    monkeypatch.setattr(bulk, "_BATCH", 2000)
    (tmp_path / "g.fa").write_bytes(genes(100) + b">bad\nA!\n" + genes(3, seed=2))

    class StopError(Exception):
        pass

    told: list[int] = []

    def stop(done: int, size: int) -> None:
        told.append(library.last())
        if len(told) == 3:
            raise StopError

    with pytest.raises(StopError):
        library.load(tmp_path / "g.fa", progress=stop)
    assert library.last() == told[-1] > 0
    report = library.load(tmp_path / "g.fa")
    assert report.added + told[-1] == library.last() == 103
    assert report.skipped == 0
    assert [(r.line, r.record) for r in report.refused] == [(202, "bad")]
    assert library.load(tmp_path / "g.fa").skipped == 103


@pytest.mark.parametrize("disturbed", [False, True])
def test_a_first_load_makes_its_indexes_at_the_end(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, disturbed: bool
) -> None:
    monkeypatch.setattr(bulk, "_PIECE", 500)
    monkeypatch.setattr(bulk, "_BATCH", 2000)
    monkeypatch.setattr(loading, "_LARGE", 0)
    again = b">gene3\nACGTACGT\n>gene3\nACGTACGT\n>new\nGATTACA\n"
    (tmp_path / "g.fa").write_bytes(genes(50) + again)
    told: list[int] = []

    def between(done: int, size: int) -> None:
        told.append(library.last())
        if disturbed and len(told) == 2:
            library.add([Record(Sequence("GATTACA"), "new")])
        assert library.find_exact(library.letters(2))  # a scan, but right

    report = library.load(tmp_path / "g.fa", progress=between)
    assert (report.added, report.skipped) == ((51, 2) if disturbed else (52, 1))
    assert sorted(v.name for v in library.describe(library.select())).count("gene3") == 2
    indexes = sa.inspect(library.database.engine).get_indexes("library_versions")
    assert {index["name"] for index in indexes} == {index.name for index in tables.DEFERRED}
    assert library.find_exact("TGTAATC")[0].strand == -1
    assert library.load(tmp_path / "g.fa").added == 0


@pytest.mark.parametrize("deferred", [False, True])
def test_names_and_contents_that_come_again(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deferred: bool
) -> None:
    """Two loads beside a plain account of what follows what."""
    monkeypatch.setattr(bulk, "_PIECE", 300)
    monkeypatch.setattr(bulk, "_BATCH", 900)
    monkeypatch.setattr(loading, "_LARGE", 0 if deferred else 1 << 40)
    rng = random.Random(8)
    rows: list[list[object]] = []  # name, letters, part, ordinal, load
    for load in range(2):
        records = [
            (f"n{min(rng.randrange(60), 20)}", "ACGT"[rng.randrange(4)] * rng.randint(1, 30))
            for _ in range(400)
        ]
        added = 0
        for name, letters in records:
            under = [row for row in rows if row[0] == name]
            if any(row[1] == letters for row in under):
                continue
            newest = {row[2]: row for row in under}
            before = next((row for row in newest.values() if row[4] != load), None)
            part, ordinal = (before[2], before[3] + 1) if before else (len(rows) + 1, 1)  # type: ignore[operator]
            rows.append([name, letters, part, ordinal, load])
            added += 1
        path = tmp_path / f"{load}.fa"
        path.write_text("".join(f">{name}\n{letters}\n" for name, letters in records))
        report = library.load(path)
        assert (report.added, report.skipped) == (added, 400 - added)
    found = library.describe(range(1, library.last() + 1))
    assert [(v.name, v.part, v.version) for v in found] == [(r[0], f"P{r[2]}", r[3]) for r in rows]


def test_a_name_that_all_records_have(library: Library, tmp_path: Path) -> None:
    """Each is another part; none is looked for among all before it."""
    (tmp_path / "g.fa").write_text("".join(f">seq\n{n:020b}\n" for n in range(1 << 15)).translate(
        str.maketrans("01", "AC")))  # fmt: skip
    assert library.load(tmp_path / "g.fa").parts == 1 << 15
    assert library.load(tmp_path / "g.fa").skipped == 1 << 15


def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    (tmp_path / "g.fa").write_bytes(genes(30_000))
    Library.create(tmp_path / "l").close()
    code = (
        "import sys; from biowright.library import Library, bulk; "
        "bulk._PIECE, bulk._BATCH = 100_000, 200_000\n"
        f"l = Library.open({str(tmp_path / 'l')!r})\n"
        f"l.load({str(tmp_path / 'g.fa')!r}, progress=lambda d, s: print(l.last(), flush=True))"
    )
    acknowledged = 0
    rng = random.Random(3)
    for _ in range(4):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for _ in range(rng.randint(2, 6)):
            acknowledged = int(process.stdout.readline() or acknowledged)
        time.sleep(rng.random() * 0.05)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        with Library.open(tmp_path / "l") as library:
            assert library.last() >= acknowledged
    with Library.open(tmp_path / "l") as library:
        library.load(tmp_path / "g.fa")
        assert library.last() == 30_000
        wanted = [record.sequence.data for record in read(tmp_path / "g.fa")]
        assert [letters for _, letters, _ in library.read(1, 30_000)] == wanted


def test_many_identical_parts_and_long_ones(library: Library, tmp_path: Path) -> None:
    same = b"".join(b">p%d\nGATTACA\n" % i for i in range(20_000))
    long = b">long\n" + b"ACGT" * 5000 + b"\n"
    (tmp_path / "same.fa").write_bytes(same + long + b">p7\nGATTACA\n")
    report = library.load(tmp_path / "same.fa")
    assert (report.added, report.skipped) == (20_001, 1)
    assert len(library.find_exact("TGTAATC")) == 20_000
    assert library.letters(20_001) == b"ACGT" * 5000


@pytest.mark.parametrize("ending", [".gb", ".embl", ".csv", ".ttl", ".xml", ".fa", ".gff3"])
def test_collections_go_out_and_come_back(tmp_path: Path, examples: Path, ending: str) -> None:
    with Library.create(tmp_path / "one") as one, Library.create(tmp_path / "two") as two:
        one.load(examples / "puc19.gb", licence="CC0", source="NCBI")
        one.load(examples / "phix174.gb")
        losses = write(one.export(one.select()), tmp_path / f"all{ending}")
        if ending in (".csv", ".fa"):
            assert {"features"} <= {loss.what for loss in losses}
        assert two.load(tmp_path / f"all{ending}").added == 2
        # SBOL has no order
        for number in (1, 2):
            (hit,) = two.find_exact(one.letters(number), rotations=False)
            assert two.letters(hit.number).upper() == one.letters(number).upper()
            assert two.describe([hit.number])[0].circular
            if ending not in (".csv", ".fa", ".gff3"):
                assert len(two.record(hit.number).features) == len(one.record(number).features)


def test_bad_entries_of_flat_files_and_tables(
    library: Library, tmp_path: Path, examples: Path
) -> None:
    good = (examples / "puc19.gb").read_bytes().rstrip() + b"\n"
    bad = b"LOCUS       broken 10 bp DNA linear SYN 01-JAN-2000\nORIGIN\n        1 acgt!\n//\n"
    other = good.replace(b"puc19.gbk", b"other.gbk")
    (tmp_path / "three.gb").write_bytes(good + bad + other)
    report = library.load(tmp_path / "three.gb")
    assert report.added == 2
    (refusal,) = report.refused
    assert (refusal.line or 0) > good.count(b"\n")
    (tmp_path / "t.csv").write_text(
        'name,sequence,role,note\na,ACGT,promoter,"two\nlines"\nb,AC!T,CDS,x\nc,ACG,CDS\nd,ACGTA,RBS,\n'
    )
    report = library.load(tmp_path / "t.csv")
    assert [(r.line, r.record) for r in report.refused] == [(4, "b"), (5, "")]
    assert [v.name for v in library.describe([3, 4])] == ["a", "d"]
    assert library.describe([4])[0].roles == ("SO:0000139",)


def test_what_is_no_sequence_file_is_refused(library: Library, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("nothing of the kind\n")
    with pytest.raises(InputError, match="fits no format"):
        library.load(tmp_path / "x.txt")
    with pytest.raises(InputError, match="no tier 'gold'"):
        library.add([Record(Sequence("ACGT"), "x")], tier="gold")
    with pytest.raises(InputError, match="no licence 'mine'"):
        library.add([Record(Sequence("ACGT"), "x")], licence="mine")
    assert library.last() == 0


@pytest.mark.reference
def test_the_igem_distribution(unpacked, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    folder = unpacked("library/parts/igem_distribution_2023.tar.xz")
    files = sorted(folder.rglob("*.gb"), key=lambda file: file.stat().st_size)[:25]
    with Library.create(tmp_path / "l") as library:
        reports = [library.load(file, licence="CC-BY-4.0") for file in files]
        assert sum(report.added + report.skipped for report in reports) >= len(files)
        # some of its features end beyond their sequence
        refused = [refusal for report in reports for refusal in report.refused]
        assert all("lies outside of the sequence" in refusal.reason for refusal in refused)
        for number in library.select().tolist():
            record = library.record(number)
            assert library.find_exact(record.sequence)[0].length == len(record)
