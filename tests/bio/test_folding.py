"""Folding of RNA against the energies of RNAfold 2.8 (Turner 2004, dangles 2) and its own laws."""

from __future__ import annotations

import random

import pytest

from biowright.bio import fold, fold_energy
from biowright.core import Sequence, SequenceError

# made with ViennaRNA 2.8.0: RNA.fold(sequence)
KNOWN = {
    "UUUCCUCAUGCAAUUCAAAA": 0.00,
    "CCAUGUCCGUAAUGUAGGCGAAAUAGUAAA": -1.20,
    "CCAUUUUACGGAGGAUACCAAAUUCCUCCUUAUUCAGGACC": -11.30,
    "UAACCUGAGGUAAACCAGGUCUCUCCGCCCCCUUAUAAAAG": -6.20,
    "CUGUUGCACCUAGCCAAGUUCAACGGCAGCUGCAAUGGAAA": -13.80,
    "UAGGCAAUGACGGAUAUAUAUUAAAAAGUGUUUUAAGAUACAUUGAGGCCCGUUCGUGCU": -11.00,
    "CCUCGCCCUGAAGCAUUGCUUUGUGAAGAGGGACUUCAGCCAAUAGACCUGCAUACCGGC": -11.00,
    "UCAUUCUUCAUGUGCAACCUAGGGAGAAUGUGUACAUACGCUCUUACUGCGGUCGCGUCUAAUAAUAUACAUUUGCUUCG": -12.90,
    "UUGACUAGCAACCCAGGGCUAUAGCUAUUCCCCCCGCGGCCCACCCAGUAUUCCUAACGGAGCAUAAAUCCCACCCGAAC": -10.40,
    "UCGGCCCCACCGACGUUGGGCCCUCCGAGGAGCGUUCAAGAACCCGUUGC": -13.90,
    "GCAUCCGCGUGGCCCGGCUAGGCUCCGUCAGAGCACUGUGCAGGAGUGCCCAGGUCGGCCCCAAACAAGU": -21.20,
    "CUGAAUGCGCCGCAAAGCCCCACACCACCUCACUUUCGGGAGUGCUCGCUCGAUCGGCUCCGGAGUCGGA": -17.70,
    "UGGACCGGGCAGGCCGUCCACUAUCCUAGCUGGCGACAACCCAUUAUAGUCGGGAUGUGUGGCCCGAGGGACGGUGAGUCCCCGCCCUGG": -34.50,
    "GCAGCCUCCGCGUACCAUGCUCAGCCGAGCAACUCCGGCGUAGUCCUUCCGGCUUCCGCUCAAUCCACCCGCUAGGCCGCUCACGUACCA": -23.60,
}


@pytest.mark.parametrize("letters", KNOWN)
def test_energies_are_those_of_the_peer(letters: str) -> None:
    assert fold_energy(letters) == pytest.approx(KNOWN[letters], abs=0.011)


def test_a_structure_is_balanced_and_its_pairs_can_pair() -> None:
    rng = random.Random(2)
    for _ in range(20):
        letters = "".join(rng.choice("GGCCAU") for _ in range(rng.randint(0, 70)))
        found = fold(letters)
        assert found.energy == fold_energy(letters) <= 0
        stack = []
        for at, mark in enumerate(found.structure):
            if mark == "(":
                stack.append(at)
            elif mark == ")":
                first = stack.pop()
                assert letters[first] + letters[at] in ("GC", "CG", "AU", "UA", "GU", "UG")
                assert at - first > 3
        assert not stack


def test_dna_case_and_unknown_letters() -> None:
    assert fold_energy("GGGGAAAACCCC") == fold_energy("ggggaaaacccc") == -5.4
    assert fold_energy("GGTGAAAACACC") == fold_energy("GGUGAAAACACC")
    assert fold_energy("NNNNNNNNNN") == fold_energy("") == 0
    with pytest.raises(SequenceError, match="protein"):
        fold_energy(Sequence("MK", "protein"))
    with pytest.raises(SequenceError, match="too many"):
        fold_energy("A" * 5000)
