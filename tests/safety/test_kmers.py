"""Planted stand-ins are found in every recoding, frame, strand, split and junction; genes are not."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import biowright
from biowright.bio import genetic_codes
from biowright.core import FormatError, InputError, Record, Sequence
from biowright.safety import (
    Finding,
    KmerScreener,
    build_reference,
    demo_records,
    demo_reference,
    gather,
    read_reference,
)
from biowright.safety.items import Batch, Pieces
from biowright.safety.joins import join_pieces
from biowright.safety.keyed import hash_words
from biowright.safety.letters import AMINO_ACIDS, codon_sets, surprise
from biowright.safety.seeds import chain, find_seeds, pack

from .stand_ins import DNA, PROTEINS, benign, other_strand, recode, shuffled, split

SCREENER = KmerScreener(demo_reference())


def found(pieces: Pieces, earlier: Pieces = ()) -> list[Finding]:
    return SCREENER.screen(Batch(gather(pieces), gather(earlier)))


def labels(pieces: Pieces) -> set[str]:
    return {finding.label for finding in found(pieces)}


@given(
    name=st.sampled_from(sorted(PROTEINS)),
    seed=st.integers(0, 2**32),
    place=st.floats(0, 1),
    phase=st.integers(0, 2),
    flanks=st.tuples(st.integers(0, 300), st.integers(0, 300)),
)
def test_every_window_of_50_nt_is_found(
    name: str, seed: int, place: float, phase: int, flanks: tuple[int, int]
) -> None:
    chance = random.Random(seed)
    gene = recode(PROTEINS[name], chance)
    at = 3 * int(place * ((len(gene) - 52) // 3)) + phase
    window = gene[at : at + 50]
    for planted in (window, other_strand(window)):
        text = benign(flanks[0], chance) + planted + benign(flanks[1], chance)
        assert labels(text) == {name}
        assert labels(Sequence(text[-20:] + text[:-20], topology="circular")) == {name}


@given(seed=st.integers(0, 2**32), at=st.integers(0, len(DNA) - 50))
def test_every_window_of_dna_is_found(seed: int, at: int) -> None:
    chance = random.Random(seed)
    window = DNA[at : at + 50]
    for planted in (window, other_strand(window).lower(), window.replace("T", "U")):
        assert "demo-dna-1" in labels(planted)
    assert "demo-dna-1" in labels(benign(150, chance) + window + benign(90, chance))


@pytest.mark.parametrize("code", sorted(genetic_codes()))
def test_every_genetic_code_is_read(code: int) -> None:
    chance = random.Random(code)
    for name, protein in PROTEINS.items():
        assert name in labels(recode(protein[20:80], chance, code))


@settings(max_examples=50)
@given(
    name=st.sampled_from(sorted(PROTEINS)),
    seed=st.integers(0, 2**32),
    size=st.integers(17, 60),
    phase=st.integers(0, 16),
)
def test_a_gene_in_pieces_is_found(name: str, seed: int, size: int, phase: int) -> None:
    chance = random.Random(seed)
    gene = recode(PROTEINS[name], chance)
    assert name in labels(shuffled(split(gene, size, phase), chance))


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32), size=st.integers(20, 45), padding=st.integers(30, 400))
def test_pieces_hidden_in_benign_ones_are_found(seed: int, size: int, padding: int) -> None:
    chance = random.Random(seed)
    parts = split(recode(PROTEINS["demo-protein-2"], chance), size)
    pieces = [benign(padding, chance) + part + benign(padding, chance) for part in parts]
    assert "demo-protein-2" in labels(shuffled(pieces, chance))


@given(seed=st.integers(0, 2**32), size=st.integers(36, 60), overlap=st.integers(15, 25))
def test_oligos_that_overlap_are_found(seed: int, size: int, overlap: int) -> None:
    chance = random.Random(seed)
    pieces = split(recode(PROTEINS["demo-protein-3"], chance), size, overlap=overlap)
    turned = [other_strand(p) if i % 2 else p for i, p in enumerate(pieces)]
    assert "demo-protein-3" in labels(turned)


@pytest.mark.parametrize("site", ["GGTCTCA", "CGTCTCA", "GAAGACAA", "GCTCTTCA"])
def test_parts_between_golden_gate_sites_are_found(site: str) -> None:
    chance = random.Random(site)
    gene = recode(PROTEINS["demo-protein-1"], chance)
    parts = [gene[at : at + 28] for at in range(0, len(gene) - 4, 24)]  # they share 4 letters
    pieces = [f"TTATAT{site}{part}{other_strand(site)}ATATAA" for part in parts]
    assert "demo-protein-1" in labels(shuffled(pieces, chance))


@pytest.mark.parametrize("size", [10, 12, 15])
def test_pieces_shorter_than_a_seed_are_joined_in_their_order(size: int) -> None:
    gene = recode(PROTEINS["demo-protein-1"][:60], random.Random(size))
    pieces = split(gene, size, 4)
    assert "demo-protein-1" in labels(pieces)
    assert "demo-protein-1" in labels(
        [other_strand(p) if i % 2 else p for i, p in enumerate(pieces)]
    )


def test_a_gene_over_orders_is_found_and_earlier_ones_alone_are_not_told() -> None:
    chance = random.Random(8)
    pieces = split(recode(PROTEINS["demo-protein-1"][:60], chance), 24)
    assert not found(benign(500, chance), pieces)
    assert not found(pieces[1::5])
    together = found(pieces[1::5], [piece for i, piece in enumerate(pieces) if i % 5 != 1])
    assert any(finding.extent > 120 for finding in together)


def test_a_junction_of_two_pieces_is_found() -> None:
    chance = random.Random(2)
    gene = recode(PROTEINS["demo-protein-3"][30:46], chance)
    left, right = benign(200, chance) + gene[:24], gene[24:] + benign(200, chance)
    assert labels([left, right]) == {"demo-protein-3"}
    assert labels([other_strand(right), left]) == {"demo-protein-3"}
    assert not labels(left) | labels(right)


@pytest.mark.parametrize("share", [0.05, 0.1, 0.15])
def test_substitutions_do_not_hide_it(share: float) -> None:
    chance = random.Random(share)
    for name, protein in PROTEINS.items():
        changed = "".join(
            chance.choice(AMINO_ACIDS) if chance.random() < share else letter for letter in protein
        )
        assert name in labels(recode(changed, chance))


def test_insertions_of_letters_do_not_hide_it() -> None:
    chance = random.Random(4)
    gene = recode(PROTEINS["demo-protein-2"], chance)
    broken = "".join(gene[i : i + 31] + benign(7, chance) for i in range(0, len(gene), 31))
    assert "demo-protein-2" in labels(broken)


def test_degenerate_bases_do_not_hide_it() -> None:
    degenerate = {"A": "GCN", "R": "MGN", "L": "YTN", "S": "WSN", "G": "GGN", "P": "CCN"}
    chance = random.Random(1)
    protein = PROTEINS["demo-protein-2"][:60]
    text = "".join(degenerate.get(letter) or recode(letter, chance) for letter in protein)
    assert "demo-protein-2" in labels(text)
    library = recode(protein, chance)
    for at in range(0, len(library), 21):
        library = library[:at] + "NNK" + library[at + 3 :]
    assert "demo-protein-2" in labels(library)


def test_what_is_too_ambiguous_to_be_screened_is_told() -> None:
    (finding,) = found("N" * 60)
    assert finding.kind == "unscreenable"
    assert not found("ACGT" * 10 + "N" * 20 + "TTGACA" * 5)  # a barcode


def test_findings_say_where() -> None:
    gene = recode(PROTEINS["demo-protein-1"][10:60], random.Random(5))
    (finding,) = found({"x": "ACGTACG" + gene + "TTT"})
    (place,) = finding.places
    assert (finding.label, finding.kind, finding.extent) == ("demo-protein-1", "protein", 150)
    assert (place.item, place.start, place.end, place.strand) == ("x", 7, 157, 1)
    assert finding.identity == 1.0
    (finding,) = found({"x": other_strand("ACGTACG" + gene + "TTT")})
    assert (finding.places[0].start, finding.places[0].strand) == (3, -1)
    circle = Sequence(gene[100:] + "ACGTTTGCA" + gene[:100], topology="circular")
    (finding,) = found(circle)
    assert (finding.places[0].start, finding.places[0].end) == (59, 209)


@pytest.mark.reference
def test_genes_of_a_bacterium_are_not_flagged(reference: Path) -> None:
    path = reference / "build/genomes/ecoli_MG1655_NC_000913.3.gbff.gz"
    genome = biowright.read(path)[0]
    genes = [f.extract(genome.sequence) for f in genome.features if f.type == "CDS"][::5]
    assert len(genes) > 800
    assert not any(found(gene) for gene in genes[::2])
    assert not found(genes[1::2])  # nor all together


def test_a_reference_tells_no_letters_and_is_bound_to_its_key(tmp_path: Path) -> None:
    key = bytes(range(16))
    built = build_reference(demo_records(), name="x", key=key, dated="2026-01-31")
    path = tmp_path / "x.screen"
    built.write(path)
    data = path.read_bytes()
    assert not any(p[i : i + 8].encode() in data for p in PROTEINS.values() for i in range(140))
    assert read_reference(path, key).checksum == built.checksum
    with pytest.raises(FormatError, match="does not fit the key"):
        read_reference(path, bytes(16))
    other = build_reference(demo_records(), name="x", key=bytes(16), dated="2026-01-31")
    assert not np.isin(built.hashes, other.hashes).any()
    for cut in (0, 10, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:cut])
        with pytest.raises(FormatError):
            read_reference(path, key)
    with pytest.raises(InputError, match="nothing in it"):
        build_reference([Record(Sequence("ACGT"))], name="x", key=key)
    with pytest.raises(InputError, match="no day"):
        build_reference(demo_records(), name="x", key=key, dated="soon")


def test_repeats_of_few_letters_are_left_out() -> None:
    record = Record(Sequence("GGGGSGGGGSGGGGSGGGGSHHHHHHHHHHMKWVTFDENCLYAPQ", "protein"), "x")
    built = build_reference([record], name="x", key=bytes(16))
    assert 20 < built.masked < 40
    assert not KmerScreener(built).screen(Batch(gather("GGAGGTGGCGGTTCA" * 8 + "CAC" * 20)))


def rotl(x: int, b: int) -> int:
    return (x << b | x >> (64 - b)) & 2**64 - 1


def plain_siphash(word: int, k0: int, k1: int) -> int:
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D]
    v += [k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def rounds(count: int) -> None:
        for _ in range(count):
            v[0] = v[0] + v[1] & 2**64 - 1
            v[1] = rotl(v[1], 13) ^ v[0]
            v[0] = rotl(v[0], 32)
            v[2] = v[2] + v[3] & 2**64 - 1
            v[3] = rotl(v[3], 16) ^ v[2]
            v[0] = v[0] + v[3] & 2**64 - 1
            v[3] = rotl(v[3], 21) ^ v[0]
            v[2] = v[2] + v[1] & 2**64 - 1
            v[1] = rotl(v[1], 17) ^ v[2]
            v[2] = rotl(v[2], 32)

    for block in (word, 8 << 56):
        v[3] ^= block
        rounds(2)
        v[0] ^= block
    v[2] ^= 0xFF
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def test_the_hash_is_siphash() -> None:
    # the test vector of the reference implementation for a message of 8 bytes
    key = np.frombuffer(bytes(range(16)), "<u8").astype(np.uint64)
    word = np.frombuffer(bytes(range(8)), "<u8").astype(np.uint64)
    assert hash_words(word, *key).tobytes().hex() == "6224939a79f5f593"
    chance = random.Random(1)
    for _ in range(50):
        numbers = [chance.getrandbits(64) for _ in range(3)]
        words = np.array(numbers, np.uint64)
        assert int(hash_words(words[:1], words[1], words[2])[0]) == plain_siphash(*numbers)


def test_seeds_are_those_of_a_plain_search() -> None:
    chance = random.Random(9)
    letters = "".join(chance.choices("ACGTRYN", [9, 9, 9, 9, 1, 1, 0.3], k=400)) + "AAA" * 5
    sets = codon_sets(letters)
    protein = "".join(chance.choices(AMINO_ACIDS, k=1500))
    built = build_reference([Record(Sequence(protein, "protein"))], name="x", key=bytes(16))
    places = {}
    for i in range(len(protein) - 4):
        places.setdefault(protein[i : i + 5], []).append(i)
    wanted = set()
    for i in range(len(sets) - 12):
        window = [
            {a for bit, a in enumerate(AMINO_ACIDS) if sets[i + 3 * j] >> bit & 1} for j in range(5)
        ]
        if np.prod([len(w) for w in window]) > 4096:
            continue
        for word, at in places.items():
            if all(letter in allowed for letter, allowed in zip(word, window, strict=True)):
                wanted |= {(i, p) for p in at}
    out = np.empty((len(wanted) + 10, 2), np.int64)
    count, _ = find_seeds(
        sets, 3, 5, 5, np.uint64(0), built.words, built.sieve, built.hashes, built.starts,
        built.places, 1, out,
    )  # fmt: skip
    assert built.masked == SCREENER.reference.masked == 0
    assert len(wanted) > 3
    assert {(int(i), int(p)) for i, p in out[:count]} == wanted
    assert count == len(wanted)


def test_with_much_to_compare_seeds_must_follow_one_another() -> None:
    chance = random.Random(3)
    proteins = ["".join(chance.choices(AMINO_ACIDS, k=500)) for _ in range(400)]
    records = [Record(Sequence(p, "protein"), f"p{i}") for i, p in enumerate(proteins)]
    built = build_reference(records, name="large", key=bytes(16))
    letters = benign(4000, chance) + recode(proteins[7][20:60], chance) + benign(4000, chance)
    sets = codon_sets(letters)

    def seeds(need: int) -> set[tuple[int, int]]:
        out = np.empty((100_000, 2), np.int64)
        count, _ = find_seeds(
            sets, 3, 5, 5, np.uint64(0), built.words, built.sieve, built.hashes, built.starts,
            built.places, need, out,
        )  # fmt: skip
        return {(int(i), int(p)) for i, p in out[:count]}

    every = seeds(1)
    for need in (2, 3, 5):
        runs = set()
        for i, p in every:
            low = high = 0
            while (i - 3 * (low + 1), p - low - 1) in every:
                low += 1
            while (i + 3 * (high + 1), p + high + 1) in every:
                high += 1
            if low + high + 1 >= need:
                runs.add((i, p))
        assert seeds(need) == runs
    assert len(seeds(5)) >= 36
    (finding,) = KmerScreener(built).screen(Batch(gather(letters)))
    assert (finding.label, finding.extent) == ("p7", 120)


def test_words_are_packed_letter_by_letter() -> None:
    words, known = pack(np.array([1, 2, 255, 3, 4, 5], np.uint8), 2, 5)
    assert [int(w) for w in words[known]] == [1 << 5 | 2, 3 << 5 | 4, 4 << 5 | 5]


def plain_chain(blocks: list[tuple[int, int, float, float]], reach: int) -> list[float]:
    """Try all chains."""
    best = []
    for i, (start, end, score, cost) in enumerate(blocks):
        value = score - cost
        for j in range(i):
            if blocks[j][1] < end and start - blocks[j][1] <= reach:
                fresh = min(1.0, (end - blocks[j][1]) / (end - start))
                value = max(value, best[j] + score * fresh - cost)
        best.append(value)
    return best


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(5, 30), st.floats(0, 50), st.floats(0, 9)),
        min_size=1,
        max_size=12,
    )
)
def test_chains_are_the_best(raw: list[tuple[int, int, float, float]]) -> None:
    blocks = sorted((s, s + n, score, cost) for s, n, score, cost in raw)
    starts, ends = (np.array([b[i] for b in blocks]) for i in (0, 1))
    scores, costs = (np.array([b[i] for b in blocks]) for i in (2, 3))
    total, *_ = chain(starts, ends, scores, costs, ends - starts, 10)
    np.testing.assert_allclose(total, plain_chain(blocks, 10))


def test_what_can_mean_much_tells_little() -> None:
    single, several, anything = (surprise(codon)[0] for codon in ("TGG", "CTG", "NNN"))
    assert single > several > anything == 0


def test_junctions_are_spelled_out_by_shared_ends_and_overhangs() -> None:
    chance = random.Random(12)
    gene = benign(300, chance)
    overlapping = split(gene, 60, overlap=20)
    turned = [other_strand(p) if i % 2 else p for i, p in enumerate(overlapping)]
    chance.shuffle(turned)
    texts = [item.letters for item in join_pieces(gather(turned))]
    texts += [other_strand(text) for text in texts]
    for at in range(0, len(gene) - 90, 10):
        assert any(gene[at : at + 90] in text for text in texts)
    parts = [gene[at : at + 34] for at in range(0, 240, 30)]
    pieces = [f"TTAT{'GGTCTCA'}{part}{other_strand('GGTCTCA')}ATAA" for part in parts]
    texts = [item.letters for item in join_pieces(gather(shuffled(pieces, chance)))]
    texts += [other_strand(text) for text in texts]
    for at in range(0, 180, 10):
        assert any(gene[at : at + 60] in text for text in texts)


def test_repeats_do_not_make_joining_endless() -> None:
    pieces = split("ACGTTGCA" * 40, 30, overlap=15) + ["AT" * 30] * 5
    assert len(join_pieces(gather(pieces), gather(pieces))) < 20_000
