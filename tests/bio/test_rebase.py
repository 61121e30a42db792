"""Restriction enzymes as Biopython's classes have them, and as REBASE writes them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from Bio import Restriction

from biowright.bio import enzyme, enzymes, suppliers
from biowright.core import InputError


def test_every_enzyme_of_biopython_is_there() -> None:
    ours = enzymes(cutting=False)
    theirs = {str(e) for e in Restriction.AllEnzymes} - {"HpyUM037X"}  # two sites, unknown cuts
    assert {e.name.replace("-", "_") for e in ours} == theirs
    for each in ours:
        peer = getattr(Restriction, each.name.replace("-", "_"))
        assert each.site == peer.site
        assert each.palindromic == peer.is_palindromic()
        assert bool(each.cuts) != peer.is_unknown()
        assert (len(each.cuts) == 2) == peer.cut_twice()
        if each.cuts:
            assert (each.ends == "blunt") == peer.is_blunt()
            assert (each.ends == "5'") == peer.is_5overhang()
            assert (each.ends == "3'") == peer.is_3overhang()
            assert len(each.suppliers) == len(peer.supplier_list())


@pytest.mark.parametrize(
    ("name", "text", "kind", "ends", "overhang"),
    [
        # as REBASE writes them, http://rebase.neb.com/rebase/rebase.html
        ("EcoRI", "G^AATTC", "IIP", "5'", 4),
        ("KpnI", "GGTAC^C", "IIP", "3'", 4),
        ("SmaI", "CCC^GGG", "IIP", "blunt", 0),
        ("Sau3AI", "^GATC", "IIP", "5'", 4),
        ("NlaIII", "CATG^", "IIP", "3'", 4),
        ("BsaI", "GGTCTC(1/5)", "IIS", "5'", 4),
        ("SapI", "GCTCTTC(1/4)", "IIS", "5'", 3),
        ("BtsI", "GCAGTG(2/0)", "IIS", "3'", 2),
        ("BcgI", "(10/12)CGANNNNNNTGC(12/10)", "IIB", "3'", 2),
        ("BbvCI", "CCTCAGC(-5/-2)", "IIA", "5'", 3),
        ("TspRI", "CASTG(2/-7)", "IIP", "3'", 9),
    ],
)
def test_cuts_are_written_as_in_rebase(
    name: str, text: str, kind: str, ends: str, overhang: int
) -> None:
    each = enzyme(name)
    assert (str(each), each.type, each.ends, each.overhang) == (text, kind, ends, overhang)


def test_an_enzyme_with_unknown_cuts() -> None:
    unknown = enzyme("UbaF12I")
    assert (unknown.cuts, unknown.ends, unknown.overhang, unknown.type) == ((), None, None, "II")
    assert unknown not in enzymes()
    assert unknown in enzymes(cutting=False)


def test_names_are_in_natural_order() -> None:
    names = [e.name for e in enzymes()]
    assert names.index("Acc36I") < names.index("Acc65I") < names.index("AccBSI")
    assert names.index("Bsp13I") < names.index("Bsp119I") < names.index("Bsp1407I")
    assert names[0] == "AanI"


def test_suppliers() -> None:
    assert enzymes(supplier="new england biolabs") == enzymes(supplier="N")
    assert enzyme("BsaI") in enzymes(supplier="N")
    assert all("N" in e.suppliers for e in enzymes(supplier="n", site=8))
    assert set().union(*(e.suppliers for e in enzymes())) <= set(suppliers())
    with pytest.raises(InputError, match="did you mean 'New England Biolabs'"):
        enzymes(supplier="New England Biolab")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("EcoR1", "EcoRI"),
        ("Eco RV", "EcoRV"),
        ("hind3", "HindIII"),
        ("BamHI-HF", "BamHI"),
        ("BsaI-HFv2", "BsaI"),
        ("NcoIx", "NcoI"),
        ("CviKI_1", "CviKI-1"),
    ],
)
def test_typos_are_explained(typed: str, meant: str) -> None:
    with pytest.raises(InputError, match=f"did you mean '{meant}'"):
        enzyme(typed)


def test_names_in_either_case() -> None:
    assert enzyme("ecori") is enzyme("EcoRI") is enzyme(enzyme("ECORI"))
    with pytest.raises(InputError, match="no restriction enzyme ''"):
        enzyme("")


def test_the_room_and_the_enzymes_load_nothing_heavy() -> None:
    code = (
        "import sys, biowright.bio as bio\n"
        "heavy = {'numpy', 'numba', 'Bio', 'rdflib'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "bio.enzyme('EcoRI'), bio.genetic_code(11)\n"
        "heavy = {'numpy', 'numba', 'rdflib', 'Bio.Restriction'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
