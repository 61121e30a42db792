"""The index: of two bits a letter and few bytes a site, found again, never trusted when damaged."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from biowright.core import InputError, Molecule, Record, Sequence, SequenceError
from biowright.design.offtargets import Pam, SiteIndex, index_records, open_index, search_sites
from biowright.design.offtargets.sites import starts_of, unary

GUIDE = "GACGCATAAAGATGAGACGC"


@pytest.fixture
def genome(tmp_path: Path) -> Path:
    path = tmp_path / "genome.fa"
    path.write_text(f">chr1 the first\nTTTTT{GUIDE}TGGAA\n>chr2\nAAAA{GUIDE.lower()}\nAGGA\n")
    return path


def starts(index: SiteIndex) -> list[tuple[str, int]]:
    return [(hit.chromosome, hit.start) for hit in search_sites(index, [GUIDE])]


def test_it_is_built_once_and_found_again(genome: Path, tmp_path: Path) -> None:
    first = open_index(genome, "NGG", folder=tmp_path / "cache")
    second = open_index(genome, "NGG", folder=tmp_path / "cache")
    assert (first.built, second.built) == (True, False)
    assert first.path == second.path
    assert starts(first) == starts(second) == [("chr1", 5), ("chr2", 4)]
    assert second.notices == ()
    # the same genome under another name is another file to look for, and the same content
    assert [p.name for p in (tmp_path / "cache").iterdir()] == [first.path.name]  # type: ignore[union-attr]


def test_motif_and_topology_have_an_index_each(genome: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    indices = [
        open_index(genome, Pam("NGG"), folder=folder),
        open_index(genome, Pam("TTTV", 5), folder=folder),
        open_index(genome, Pam("TTTV", 3), folder=folder),
        open_index(genome, Pam("NGG"), folder=folder, circular=True),
    ]
    assert len({index.path for index in indices}) == 4
    assert [index.contigs[0].circular for index in indices] == [False, False, False, True]


def test_a_genome_that_changed_gets_a_new_index(genome: Path, tmp_path: Path) -> None:
    open_index(genome, "NGG", folder=tmp_path / "cache")
    genome.write_text(f">chr1\nT{GUIDE}TGGAA\n")
    again = open_index(genome, "NGG", folder=tmp_path / "cache")
    assert again.built
    assert starts(again) == [("chr1", 1)]


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9])
def test_a_damaged_index_is_built_anew(genome: Path, tmp_path: Path, share: float) -> None:
    path = open_index(genome, "NGG", folder=tmp_path / "cache").path
    assert path is not None
    data = bytearray(path.read_bytes())
    data[int(share * len(data))] ^= 0x40
    # padding between arrays carries nothing: damage the next array instead
    path.write_bytes(data)
    again = open_index(genome, "NGG", folder=tmp_path / "cache")
    assert starts(again) == [("chr1", 5), ("chr2", 4)]
    if again.built:
        assert "damaged" in again.notices[0]
        assert "built anew" in again.notices[0]


def test_every_byte_that_says_something_is_guarded(genome: Path, tmp_path: Path) -> None:
    path = open_index(genome, "NGG", folder=tmp_path / "cache").path
    assert path is not None
    good = path.read_bytes()
    rng = np.random.default_rng(1)
    for at in rng.integers(0, len(good), 60).tolist():
        data = bytearray(good)
        data[at] ^= 1 << (at % 8)
        path.write_bytes(data)
        assert starts(open_index(genome, "NGG", folder=tmp_path / "cache")) == [
            ("chr1", 5),
            ("chr2", 4),
        ]


@pytest.mark.parametrize("size", [0, 10, 500, -1])
def test_a_cut_off_index_is_built_anew(genome: Path, tmp_path: Path, size: int) -> None:
    path = open_index(genome, "NGG", folder=tmp_path / "cache").path
    assert path is not None
    path.write_bytes(path.read_bytes()[:size])
    again = open_index(genome, "NGG", folder=tmp_path / "cache")
    assert again.built
    assert starts(again) == [("chr1", 5), ("chr2", 4)]
    assert not open_index(genome, "NGG", folder=tmp_path / "cache").built


def test_a_folder_that_cannot_be_written_to_is_told(genome: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    index = open_index(genome, "NGG", folder=blocked / "cache")
    assert index.path is None
    assert "cannot be kept" in index.notices[0]
    assert "BIOWRIGHT_CACHE" in index.notices[0]
    assert starts(index) == [("chr1", 5), ("chr2", 4)]


def test_an_interrupted_building_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "protein.fa"
    path.write_text(f">chr1\n{GUIDE}TGG\n>chr2\nMKLVEEFWW\n")
    with pytest.raises(SequenceError, match="protein") as caught:
        open_index(path, "NGG", folder=tmp_path / "cache")
    assert str(path) in str(caught.value)
    assert list((tmp_path / "cache").iterdir()) == []


def test_formats_and_gzip_give_the_same_sites(tmp_path: Path, genome: Path) -> None:
    packed = tmp_path / "genome.fa.gz"
    packed.write_bytes(gzip.compress(genome.read_bytes()))
    from biowright.formats import read, write

    embl = tmp_path / "genome.gb"
    write(read(genome), embl, format="genbank")
    for path in (packed, embl):
        assert starts(open_index(path, "NGG", folder=tmp_path / "cache")) == [
            ("chr1", 5),
            ("chr2", 4),
        ]


def test_the_topology_of_the_file_counts(tmp_path: Path) -> None:
    path = tmp_path / "p.fa"
    turned = GUIDE[10:] + "TGGAAAAAAAAAAAAA" + GUIDE[:10]
    path.write_text(f">p [topology=circular]\n{turned}\n>q\n{turned}\n")
    assert starts(open_index(path, "NGG", folder=tmp_path)) == [("p", 26)]
    assert starts(open_index(path, "NGG", folder=tmp_path, circular=True)) == [("p", 26), ("q", 26)]


def test_what_cannot_be_indexed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        open_index(tmp_path / "none.fa", "NGG", folder=tmp_path)
    with pytest.raises(InputError, match="no sequence"):
        index_records([], "NGG")
    with pytest.raises(InputError, match="two sequences"):
        index_records([Record(Sequence("ACGT"), "a x"), Record(Sequence("ACGT"), "a y")], "NGG")
    with pytest.raises(SequenceError, match="protein"):
        index_records(Record(Sequence("MKL", Molecule.PROTEIN), "a"), "NGG")


def test_an_empty_and_a_short_sequence_have_no_sites() -> None:
    index = index_records([Record(Sequence(""), "a"), Record(Sequence("GG"), "b")], "NGG")
    assert len(search_sites(index, [GUIDE], mismatches=9)) == 0


def test_many_contigs_keep_their_names_and_places() -> None:
    records = [Record(Sequence("A" * (n % 7) + GUIDE + "AGG"), f"c{n}") for n in range(300)]
    assert starts(index_records(records, "NGG")) == [(f"c{n}", n % 7) for n in range(300)]


@pytest.mark.parametrize("seed", range(5))
def test_a_table_of_keys_survives_packing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    keys = np.sort(rng.integers(0, 4**4, rng.integers(0, 900))).astype(np.uint64)
    counts = np.bincount(keys.astype(np.int64), minlength=4**4)
    assert starts_of(unary(keys, 4), 4).tolist() == [0, *np.cumsum(counts).tolist()]


def test_an_index_is_small() -> None:
    rng = np.random.default_rng(1)
    text = rng.choice(np.frombuffer(b"ACGT", np.uint8), 3_000_000).tobytes()
    index = index_records(Record(Sequence(text), "a"), "NGG")
    assert index.size / index.sites <= 8
