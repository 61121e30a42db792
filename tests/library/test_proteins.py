"""Proteins in reading frames: the table and its search beside plain twins, planted relatives, parasail."""

from __future__ import annotations

import random
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import parasail
import pytest
from tests.library.sources import Parts, other_strand

from biowright.bio import CODONS, genetic_code, translate
from biowright.bio.proteins import RESIDUES, align_proteins, blosum62, residue_codes
from biowright.core import InputError, Record, Sequence, SequenceError
from biowright.library import Filters, Found, Library, align_found, search
from biowright.library.index import SequenceIndex
from biowright.library.index.segment import build
from biowright.library.index.word_seeds import (
    Bounds,
    beside_tables,
    codon_lookup,
    extended,
    low_complexity,
    profile,
    word_seeds,
)
from biowright.library.index.words import AMINO_ACIDS, CODON_OF, FEW, GROUPS, KINDS, build_words

SEED = 22
LETTERS = RESIDUES[:20]


def spelled(rng: random.Random, protein: str, code: int = 1) -> str:
    """Spell a protein with any codons of a code."""
    table = genetic_code(code).amino_acids
    return "".join(
        rng.choice([c for c, a in zip(CODONS, table, strict=True) if a == letter])
        for letter in protein
    )


def protein(rng: random.Random, size: int) -> str:
    return "".join(rng.choices(LETTERS, k=size))


def bases(rng: random.Random, size: int) -> str:
    return "".join(rng.choices("ACGT", k=size))


def mutated(rng: random.Random, letters: str, identity: float) -> str:
    """Change amino acids to such as replace them often, with some short gaps."""
    made = []
    for letter in letters:
        kept = rng.random() < identity
        if not kept and rng.random() < 0.03:
            made.append(rng.choice(("", letter + protein(rng, 2))))
        elif kept:
            made.append(letter)
        else:
            row = blosum62()[RESIDUES.index(letter), :20].astype(float)
            weights = np.exp(0.32 * row)
            weights[LETTERS.index(letter)] = 0
            made.append(rng.choices(LETTERS, weights=weights.tolist())[0])
    return "".join(made)


def words_of(letters: str, circular: bool) -> list[tuple[int, int, str, str, str]]:
    """Read all words of a part by translating: place, strand, word, four before and four behind."""
    size = len(letters)
    turns = 2 + 60 // max(size, 1) if circular else 0
    text = letters * (2 * turns + 1)
    found = []
    for strand in (1, -1):
        for start in range(0, size, 4):
            at = start + turns * size
            if at + 12 > len(text):
                continue

            def read(first: int, last: int, strand: int = strand) -> str:
                made = ""
                for place in range(first, last, 3):
                    inside = place >= 0 and place + 3 <= len(text)
                    codon = text[place : place + 3] if inside else ""
                    if strand < 0:
                        codon = other_strand(codon)
                    made += str(translate(codon)) if inside and set(codon) <= set("ACGT") else "-"
                return made if strand > 0 else made[::-1]

            word = read(at, at + 12)
            low, high = read(at - 12, at), read(at + 12, at + 24)
            if set(word) <= set(AMINO_ACIDS):
                before, behind = (low, high) if strand > 0 else (high, low)
                found.append((start, strand, word, before, behind))
    return found


def kinds(text: str) -> list[int]:
    known = {letter: kind for kind, group in enumerate(GROUPS) for letter in group.split()}
    return [known.get(letter, KINDS - 1) for letter in text]


def test_the_table_holds_what_translation_gives() -> None:
    rng = random.Random(SEED)
    parts = Parts()
    for n in range(60):
        size = rng.choice((1, 5, 12, 30, rng.randint(30, FEW), rng.randint(FEW + 1, 300)))
        letters = "".join(rng.choices("ACGTN", (9, 9, 9, 9, 1 if n % 3 else 0), k=size))
        parts.parts.append((letters, n % 2 == 0))
    made = build(1, 60, parts.read(1, 60))
    offsets, places, contexts = build_words(
        made.words, made.starts, made.lengths, made.circular, made.runs,
        lambda _, size: np.zeros(size, np.uint32),
    )  # fmt: skip
    held = {}
    for word in np.flatnonzero(np.diff(offsets.astype(np.int64))).tolist():
        spelling = "".join(AMINO_ACIDS[word // 20**n % 20] for n in (3, 2, 1, 0))
        for at in range(offsets[word], offsets[word + 1]):
            place, context = int(places[at]), int(contexts[at])
            held[place >> 1, -1 if place & 1 else 1] = (
                spelling,
                [context >> 4 * n & 15 for n in range(8)],
            )
        listed = places[offsets[word] : offsets[word + 1]].tolist()
        assert len(set(listed)) == len(listed)
    truth = {}
    large = set()
    for n, (letters, circular) in enumerate(parts.parts):
        if len(letters) > FEW:
            large |= set(range(int(made.starts[n]), int(made.starts[n]) + len(letters) // 4 + 1))
        for start, strand, word, before, behind in words_of(letters, circular):
            unit = int(made.starts[n]) + start // 4
            truth[unit, strand] = (word, kinds(before[::-1]) + kinds(behind))
    assert held.items() <= truth.items()
    # short stretches between stops of larger parts are thinned out, and nothing else is left out
    left_out = [unit for unit, _ in truth.keys() - held.keys()]
    assert left_out
    assert all(unit % 5 and unit in large for unit in left_out)
    assert len(held) > len(truth) / 3


def test_all_words_of_a_long_frame_are_kept() -> None:
    rng = random.Random(SEED)
    letters = "TAA" + spelled(rng, protein(rng, 300)) + "TAA"
    for turned in (letters, other_strand(letters)):
        made = build(1, 1, [(1, turned.encode(), False)])
        _, places, _ = build_words(
            made.words, made.starts, made.lengths, made.circular, made.runs,
            lambda _, size: np.zeros(size, np.uint32),
        )  # fmt: skip
        strand = 0 if turned is letters else 1
        own = sorted(4 * (p >> 1) for p in places.tolist() if p & 1 == strand)
        own = [place for place in own if place % 3 == 0 and 3 <= place <= 891]
        assert own == list(range(12, 892, 12))


def test_seeds_and_extensions_are_those_of_plain_twins() -> None:
    rng = random.Random(SEED)
    parts = Parts([(bases(rng, 900), False) for _ in range(20)])
    query = protein(rng, 40)
    parts.parts[7] = (
        bases(rng, 100) + spelled(rng, mutated(rng, query, 0.7)) + bases(rng, 9),
        True,
    )
    made = build(1, 20, parts.read(1, 20))
    offsets, places, contexts = build_words(
        made.words, made.starts, made.lengths, made.circular, made.runs,
        lambda _, size: np.zeros(size, np.uint32),
    )  # fmt: skip
    rows = profile(residue_codes(query.encode()), blosum62())
    masked = np.zeros(len(query), np.bool_)
    masked[5] = True
    least = Bounds(10, 13, 18)
    found = word_seeds(offsets, contexts, rows, masked, least)
    tables = beside_tables(rows)
    truth = set()
    for word in range(len(offsets) - 1):
        letters = [word // 20**n % 20 for n in (3, 2, 1, 0)]
        for at in range(offsets[word], offsets[word + 1]):
            for q in range(len(query) - 3):
                earned = sum(int(rows[q + n, letters[n]]) for n in range(4))
                near = int(contexts[at])
                more = sum(int(tables[q, n, near >> 8 * n & 255]) for n in range(4))
                if q != 5 and earned >= 10 and 4 * earned + more >= 4 * 13:
                    truth.add((at, q))
    assert len(truth) > 20
    assert set(map(tuple, found.tolist())) == truth
    kept = extended(made.words, places, found, rows, codon_lookup(CODON_OF), least.extension)
    expected = []
    for at, q in found.tolist():
        place = int(places[at])
        base, reverse = 4 * (place >> 1), place & 1
        score = _extension(made.words, base, reverse, q, rows)
        if score >= least.extension:
            expected.append([base, reverse, q, score])
    assert kept.tolist() == expected
    assert expected


def _extension(words: np.ndarray, base: int, reverse: int, q: int, rows: np.ndarray) -> int:
    """Walk codon by codon from the arena's planes: 21 ahead with the word, 21 back."""

    def earned(place: int, at: int) -> int | None:
        if place < 0:
            return None
        codon = 0
        for j in (place, place + 1, place + 2):
            low = int(words[2 * (j >> 6)]) >> (j & 63) & 1
            high = int(words[2 * (j >> 6) + 1]) >> (j & 63) & 1
            codon = codon << 2 | low | high << 1
        return int(rows[at, CODON_OF[reverse, codon]])

    total = 0
    for first, step in ((q, 1), (q - 1, -1)):
        score = best = 0
        for n in range(21):
            at = first + step * n
            if not 0 <= at < len(rows):
                break
            shift = 3 * (at - q)
            value = earned(base + 9 - shift if reverse else base + shift, at)
            if value is None:
                break
            score += value
            best = max(best, score)
            if score < best - 16:
                break
        total += best
    return total


def test_what_says_little_is_masked() -> None:
    rng = random.Random(3)
    codes = residue_codes((protein(rng, 40) + "Q" * 30 + protein(rng, 40)).encode())
    masked = low_complexity(codes)
    assert masked[41:66].all()
    assert not masked[:28].any()
    assert not low_complexity(residue_codes(b"Q" * 30)).any()


@pytest.fixture(scope="module")
def proteins() -> list[str]:
    rng = random.Random(SEED)
    return [protein(rng, 250) for _ in range(40)]


@pytest.fixture(scope="module")
def library(proteins: list[str], tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Genes on both strands, alone and over the origins of circles, and a few proteins."""
    rng = random.Random(SEED + 1)
    made = Library.create(tmp_path_factory.mktemp("proteins") / "parts")
    records = []
    for n, letters in enumerate(proteins):
        gene = (
            bases(rng, rng.randint(0, 200)) + spelled(rng, letters) + bases(rng, rng.randint(0, 99))
        )
        if n % 2:
            gene = other_strand(gene)
        if n % 4 > 1:
            at = rng.randrange(len(gene))
            gene = gene[at:] + gene[:at]
        records.append(
            Record(Sequence(gene, topology="circular" if n % 4 > 1 else "linear"), f"g{n}")
        )
    records += [
        Record(Sequence(letters, "protein"), f"p{n}") for n, letters in enumerate(proteins[:5])
    ]
    made.add(records[:30])
    made.add(records[30:])
    return made


@pytest.mark.parametrize(("identity", "least"), [(0.9, 30), (0.6, 30), (0.4, 28)])
def test_relatives_are_found_in_all_frames_and_over_origins(
    library: Library, proteins: list[str], identity: float, least: int
) -> None:
    rng = random.Random(SEED + 2)
    right = 0
    for n in range(10, 40):
        query = mutated(rng, proteins[n], identity)
        hits = list(search(library, "protein", [("q", query)], limit=3))
        if not hits or hits[0].name != f"g{n}":
            continue
        right += 1
        [first, *_] = hits
        assert first.strand == (-1 if n % 2 else 1)
        best = parasail.sw_stats_striped_16(query, proteins[n], 12, 1, parasail.blosum62)
        shown = align_found(library, first, query)
        assert shown.alignment.score == best.score
        assert abs(first.identity - best.matches / best.length) < 0.005
        assert shown.query.replace("-", "") == query[first.query_start : first.query_end]
        assert shown.target.replace("-", "") in proteins[n]
        length = library.describe([first.number])[0].length
        place = first.start if first.strand > 0 else length - first.end
        assert first.frame == first.strand * (place % 3 + 1)
    assert right >= least


def test_unrelated_proteins_are_not_found(library: Library) -> None:
    rng = random.Random(5)
    queries = [(str(n), protein(rng, 300)) for n in range(20)]
    assert not list(search(library, "protein", queries))


def test_parts_that_are_proteins_are_found_too(library: Library, proteins: list[str]) -> None:
    query = proteins[2][20:200].lower()
    hits = {hit.name: hit for hit in search(library, "protein", [("q", query)])}
    assert set(hits) == {"g2", "p2"}
    found = hits["p2"]
    assert (found.start, found.end, found.strand, found.frame) == (20, 200, 1, None)
    assert align_found(library, found, query).middle == query.upper()


def test_nucleotides_are_translated_in_six_frames(library: Library, proteins: list[str]) -> None:
    rng = random.Random(6)
    gene = bases(rng, 50) + spelled(rng, mutated(rng, proteins[8], 0.7)) + bases(rng, 20)
    for letters, strand in ((gene, 1), (other_strand(gene), -1)):
        hits = list(search(library, "protein", [("q", letters)], limit=5))
        [first] = [hit for hit in hits if hit.name == "g8"]
        assert first == hits[0]
        assert (first.query_strand, first.strand) == (strand, 1)
        assert first.query_start is not None
        assert first.query_end is not None
        assert (first.query_end - first.query_start) % 3 == 0
        assert str(align_found(library, first, letters)).count("query")
    gene += bases(rng, 200)
    turned = gene[400:] + gene[:400]
    [hit, *_] = search(library, "protein", [("q", Sequence(turned, topology="circular"))], limit=1)
    assert hit.name == "g8"
    assert hit.query_end <= hit.query_start  # type: ignore[operator]


def test_filters_limits_and_bounds(library: Library, proteins: list[str]) -> None:
    query = [("q", proteins[1])]
    assert {hit.name for hit in search(library, "protein", query)} == {"g1", "p1"}
    linear = Filters(max_length=300)
    assert {hit.name for hit in search(library, "protein", query, filters=linear)} == {"p1"}
    assert len(list(search(library, "protein", query, limit=1))) == 1
    other = mutated(random.Random(1), proteins[1], 0.6)
    assert not list(search(library, "protein", [("q", other)], identity=0.9))
    many = [(str(n), letters) for n, letters in enumerate(proteins)]
    tops: dict[str, Found] = {}
    for hit in search(library, "protein", many):
        tops.setdefault(hit.query, hit)
    assert {name: hit.name.lstrip("gp") for name, hit in tops.items()} == {n: n for n, _ in many}


@pytest.mark.parametrize(
    ("query", "options", "error"),
    [
        ("", {}, SequenceError),
        ("MSK!", {}, SequenceError),
        ("MSKGE", {"identity": 1.5}, InputError),
        ("MSKGE", {"evalue": 0}, InputError),
        ("MSKGE", {"evalue": float("nan")}, InputError),
        ("MSKGE", {"code": 99}, InputError),
        ("MSKGE", {"limit": 0}, InputError),
        ("M" * 200_000, {}, InputError),
    ],
)
def test_bad_questions_are_refused(
    library: Library, query: str, options: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        list(search(library, "protein", [("q", query)], **options))  # type: ignore[arg-type]


def test_codes_ambiguity_and_short_peptides(tmp_path: Path) -> None:
    rng = random.Random(9)
    with Library.create(tmp_path / "parts") as library:
        mito = "MWLWKTWNSWIAAWQWEDGHWYWKLMWPNWF" * 3
        gene = spelled(rng, mito, 4)
        tag = "YPYDVPDYA"
        odd = spelled(rng, "MKTAYIAKQRNDQEISFVKSHFSRQLEERLGLIEVQ")
        odd = odd[:5] + "N" + odd[6:30] + "R" + odd[31:]
        library.add(
            [
                Record(Sequence(gene), "mycoplasma"),
                Record(Sequence(bases(rng, 400) + spelled(rng, tag) + bases(rng, 300)), "tagged"),
                Record(Sequence(spelled(rng, tag)), "tag"),
                Record(Sequence(odd.lower()), "odd"),
                Record(Sequence("ATG"), "start"),
            ]
        )
        [hit] = search(library, "protein", [("q", mito)], code=4)
        assert (hit.name, hit.identity) == ("mycoplasma", 1.0)
        found = list(search(library, "protein", [("q", tag)]))
        assert "tag" in {hit.name for hit in found}
        [hit] = search(library, "protein", [("q", "MKTAYIAKQRBBZZISFVKSHFSRQLXERUGLIEOJ")])
        assert hit.name == "odd"
        # a stop inside of a frame breaks no alignment
        broken = odd[:60] + "TAA" + odd[63:]
        library.add([Record(Sequence(broken), "broken")])
        names = [
            h.name
            for h in search(library, "protein", [("q", "MKTAYIAKQRNDQEISFVKSHFSRQLEERLGLIEVQ")])
        ]
        assert set(names) == {"odd", "broken"}


def test_new_parts_are_found_and_files_are_read_again(tmp_path: Path, proteins: list[str]) -> None:
    rng = random.Random(10)
    parts = Parts([(spelled(rng, letters), False) for letters in proteins[:20]])
    index = SequenceIndex(tmp_path / "index", parts)
    index.update()
    assert not any(len(each.protein_offsets) for each in index.segments())
    wanted = _wanted(index)
    codes = [residue_codes(letters.encode()) for letters in proteins]
    assert index.proteins(codes, wanted).number.tolist() == list(range(1, 21))
    # the first question for a protein writes the table, for others too
    after = SequenceIndex(tmp_path / "index", parts)
    assert all(len(each.protein_offsets) for each in after.segments())
    parts.parts += [(other_strand(spelled(rng, letters)), False) for letters in proteins[20:]]
    assert index.proteins(codes, wanted).number.tolist() == list(range(1, 41))
    index.update()
    again = SequenceIndex(tmp_path / "index", parts)
    assert all(len(each.protein_offsets) for each in again.segments())
    assert again.proteins(codes, wanted).number.tolist() == list(range(1, 41))


def test_segments_are_searched_side_by_side_and_by_several_readers(
    tmp_path: Path, proteins: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(12)
    monkeypatch.setattr("biowright.library.index.segments.GROWTH", 0)
    parts = Parts()
    writer = SequenceIndex(tmp_path / "index", parts)
    for first in range(0, 40, 10):
        parts.parts += [(spelled(rng, letters), False) for letters in proteins[first : first + 10]]
        writer.update()
    codes = [residue_codes(mutated(rng, letters, 0.7).encode()) for letters in proteins]
    readers = [SequenceIndex(tmp_path / "index", parts) for _ in range(8)]
    assert len(readers[0].segments()) == 4
    wanted = _wanted(readers[0])
    alone = readers[0].proteins(codes, wanted, limit=1)
    assert alone.number.tolist() == list(range(1, 41))
    few = codes[::8]
    alone = readers[0].proteins(few, wanted, limit=1)
    with ThreadPoolExecutor(8) as pool:
        for hits in pool.map(lambda reader: reader.proteins(few, wanted, limit=1), readers):
            assert list(hits) == list(alone)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        hits = readers[0].proteins(few, wanted, limit=1, executor=executor)
    assert list(hits) == list(alone)
    mask = np.zeros(41, np.bool_)
    mask[[3, 17]] = True
    assert readers[0].proteins(codes, wanted, allowed=mask, limit=1).number.tolist() == [3, 17]


def _wanted(index: SequenceIndex):  # type: ignore[no-untyped-def]
    from biowright.library.index.proteins import WantedProteins

    letters = sum(each.letters for each in index.segments())
    return WantedProteins(0.0, 1e-3, letters // 3, 40)


def test_alignments_of_proteins_are_as_good_as_parasails() -> None:
    rng = random.Random(11)
    alphabet = RESIDUES[:24]
    for _ in range(150):
        one = "".join(rng.choices(alphabet, k=rng.randint(1, 90)))
        other = "".join(c if rng.random() < 0.6 else rng.choice(alphabet) for c in one)
        at = rng.randint(0, len(other))
        other = other[:at] + other[at + rng.randint(0, 6) :] or "A"
        best = parasail.sw_stats_striped_16(one, other, 12, 1, parasail.blosum62)
        assert align_proteins(one, other).score == best.score
