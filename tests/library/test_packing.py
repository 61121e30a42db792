"""Blocks give back what was packed; keys do not depend on origin and strand."""

from __future__ import annotations

import base64
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biowright.core import Molecule, Sequence, cdseguid, ldseguid
from biowright.library.canonical import checksums, circle_key
from biowright.library.packing import Block, flags_of, pack, unpack_one

LETTERS = {
    Molecule.DNA: "ACGT" * 8 + "acgtNNNnRYKMSWBDHVXU-.u",
    Molecule.RNA: "ACGU" * 8 + "acguNnRTt-",
    Molecule.PROTEIN: "ACDEFGHIKLMNPQRSTVWYacd*X-",
}


@st.composite
def sequences(draw: st.DrawFn) -> list[Sequence]:
    made = []
    for _ in range(draw(st.integers(0, 6))):
        molecule = draw(st.sampled_from(list(Molecule)))
        alphabet = LETTERS[molecule] if draw(st.booleans()) else LETTERS[molecule][:4]
        letters = draw(st.text(alphabet, max_size=40))
        made.append(Sequence(letters, molecule, draw(st.sampled_from(["linear", "circular"]))))
    return made


@given(sequences(), st.data())
def test_a_block_gives_back_what_was_packed(made: list[Sequence], data: st.DataObject) -> None:
    letters = b"".join(sequence.data for sequence in made)
    flags = [flags_of(s.molecule, s.circular, False) for s in made]
    block = Block.of(pack(letters, [len(s) for s in made], flags))
    assert len(block) == len(made)
    found, bounds = block.letters()
    assert found == letters
    first = data.draw(st.integers(0, len(made)))
    last = data.draw(st.integers(first, len(made)))
    piece, _ = block.letters(first, last)
    assert piece == letters[bounds[first] : bounds[last]]
    for index, (sequence, plain) in enumerate(zip(made, block.nucleotides(), strict=True)):
        assert block.molecule(index) is sequence.molecule
        if sequence.molecule is Molecule.PROTEIN:
            assert plain == b""
        else:
            assert plain == sequence.data.upper().replace(b"U", b"T")


def test_a_gene_takes_a_quarter_of_its_letters() -> None:
    letters = random.Random(1).choices(b"ACGT", k=20_000)
    assert len(pack(bytes(letters), [20_000], [0])) < 5_050


@pytest.mark.parametrize("alphabet", ["ACGT", "A", "AC", "ACGTRYN", "AAAAAAAAAAAAAT"])
def test_checksums_are_those_of_seguid(alphabet: str) -> None:
    rng = random.Random(7)
    made = ["".join(rng.choices(alphabet, k=rng.randint(1, 120))) for _ in range(200)]
    made += [word * rng.randint(2, 9) for word in made[:50]]  # circles that repeat themselves
    letters = "".join(made).encode()
    bounds = np.cumsum([0, *map(len, made)])
    for circular, seguid in ((1, cdseguid), (0, ldseguid)):
        found, _ = checksums(letters, bounds, np.full(len(made), circular, np.uint8))
        for text, digest in zip(made, found, strict=True):
            name = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            assert seguid(text).partition("=")[2] == name


@given(st.text("ACGTN", min_size=1, max_size=80), st.integers(0, 79))
def test_a_circle_has_one_key(letters: str, turn: int) -> None:
    circle = Sequence(letters, topology="circular")
    turned = circle.rotate(turn)
    key = circle_key(circle.data)
    assert circle_key(turned.data) == circle_key(turned.reverse_complement().data) == key


@pytest.mark.parametrize("seed", range(3))
def test_one_sequence_is_read_without_the_others(seed: int) -> None:
    rng = random.Random(seed)
    plain = ("ACGT", "ACGU")
    odd = ("ACGTN", "acgtACGT", "RYSWN", "MKV")
    letters, kinds = [], []
    for _ in range(60):
        alphabet = rng.choice(plain if seed == 0 else plain + odd)
        letters.append("".join(rng.choices(alphabet, k=rng.randint(1, 40))).encode())
        kinds.append(
            Molecule.PROTEIN
            if alphabet == "MKV"
            else Molecule.RNA
            if alphabet == "ACGU"
            else Molecule.DNA
        )
    flags = [flags_of(kind, False, False) for kind in kinds]
    data = pack(b"".join(letters), [len(piece) for piece in letters], flags)
    block = Block.of(data)
    alone = 0
    for index, piece in enumerate(letters):
        found = unpack_one(lambda start, end: data[start:end], index)
        if found is None:
            assert piece.translate(None, b"ACGTU") or kinds[index] is Molecule.PROTEIN
            continue
        alone += 1
        assert found == block.nucleotides(index, index + 1)[0] == piece.replace(b"U", b"T")
    assert alone > 10
