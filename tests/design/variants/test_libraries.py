"""Error-prone PCR, recombination, barcodes; libraries from files, and their way out."""

from __future__ import annotations

import csv
import itertools
import json
import math
import random
from pathlib import Path

import numpy as np
import pytest

from biowright.bio import translate
from biowright.cli import main
from biowright.core import ConflictError, InputError, NegativeResult, ScreeningRefused
from biowright.design.variants import (
    broken_contacts,
    choose_barcodes,
    choose_crossovers,
    edit_distance,
    error_prone,
    mutation_counts,
    oligo_pool,
    plan_library,
    read_library,
    write_library,
)
from biowright.design.variants.barcodes import _near
from biowright.safety import screen

GENE = "ATGGCTAAATGGGTTCGTGATCTGCATTAA"


def test_mutations_are_a_mixture_over_doublings() -> None:
    rng = np.random.default_rng(3)
    # follow copies through 20 cycles
    doublings = rng.binomial(20, 0.6 / 1.6, 200_000)
    drawn = rng.poisson(doublings * (3.0 * 1.6 / (20 * 0.6)))
    shares = mutation_counts(3.0, 20, 0.6)
    for k in range(8):
        assert shares[k] == pytest.approx(np.mean(drawn == k), abs=0.004)
    for bad in ((0, 20, 0.5), (3, 0, 0.5), (3, 20, 0), (math.nan, 20, 0.5)):
        with pytest.raises(InputError):
            mutation_counts(*bad)


def test_error_prone_pcr_is_that_of_a_simulation() -> None:
    found = error_prone(GENE, mean=1.5, clones=300, bias="Taq")
    rng, chance = np.random.default_rng(5), random.Random(5)
    rates = {"AT": 40.9, "AC": 7.3, "AG": 27.6, "GA": 13.6, "GC": 1.4, "GT": 4.5}
    rates |= {"TA": 40.9, "TG": 7.3, "TC": 27.6, "CT": 13.6, "CG": 1.4, "CA": 4.5}
    kinds = [(i, b) for i, a in enumerate(GENE) for b in "ACGT" if b != a]
    weights = [rates[GENE[i] + b] for i, b in kinds]
    clones = 30_000
    counts = rng.choice(
        len(found.mutations), clones, p=np.array(found.mutations) / sum(found.mutations)
    )
    seen: list[str] = []
    for count in counts:
        letters, placed = list(GENE), set()
        while len(placed) < count:
            ((i, b),) = chance.choices(kinds, weights)
            if i not in placed:
                placed.add(i)
                letters[i] = b
        seen.append("".join(letters))
    proteins = [str(translate(s[:-3])) for s in seen]
    parent = str(translate(GENE[:-3]))
    assert found.unchanged == pytest.approx(np.mean([p == parent for p in proteins]), abs=0.03)
    assert found.stops == pytest.approx(np.mean(["*" in p for p in proteins]), abs=0.02)
    common = max(found.substitutions, key=lambda name: found.substitutions[name])
    at, new = int(common[1:-1]) - 1, common[-1]
    share = np.mean([p[at] == new for p in proteins])
    assert found.substitutions[common] == pytest.approx(share, abs=0.02)
    distinct = np.mean([len(set(seen[i : i + 300])) for i in range(0, clones, 300)])
    assert found.distinct == pytest.approx(distinct, rel=0.04)


def test_genes_and_biases_that_are_none() -> None:
    for gene in ("", "ATGA", "ATGNNN"):
        with pytest.raises(InputError, match="coding DNA"):
            error_prone(gene, mean=1, clones=10)
    with pytest.raises(InputError, match="no bias"):
        error_prone(GENE, mean=1, clones=10, bias="Taqq")
    with pytest.raises(InputError, match="incomplete"):
        error_prone(GENE, mean=1, clones=10, bias={"AT": 1.0})


@pytest.mark.parametrize("seed", range(6))
def test_crossovers_are_the_best_of_all(seed: int) -> None:
    chance = random.Random(seed)
    parents = ["".join(chance.choice("AVLK") for _ in range(14)) for _ in range(3)]
    contacts = [tuple(sorted(chance.sample(range(14), 2))) for _ in range(20)]
    found = choose_crossovers(parents, contacts, crossovers=2, shortest=2)

    def average(places: tuple[int, ...]) -> float:
        bounds = list(itertools.pairwise([0, *places, 14]))
        chimeras = [
            "".join(p[s:e] for p, (s, e) in zip(chosen, bounds, strict=True))
            for chosen in itertools.product(parents, repeat=3)
        ]
        return float(np.mean([broken_contacts(c, parents, contacts) for c in chimeras]))

    differs = [len({p[i] for p in parents}) > 1 for i in range(14)]
    allowed = [
        (a, b)
        for a in range(1, 14)
        for b in range(a + 1, 14)
        if min(sum(differs[:a]), sum(differs[a:b]), sum(differs[b:])) >= 2
    ]
    best = min(average(places) for places in allowed)
    assert found.disruption == pytest.approx(best)
    assert average(found.places) == pytest.approx(best)
    with pytest.raises(NegativeResult, match="no room"):
        choose_crossovers(parents, contacts, crossovers=9, shortest=2)


def test_barcodes_keep_their_distance() -> None:
    codes = choose_barcodes(60, 10, distance=4, avoid=["GGTCTC", "ATG"], seed=3)
    assert codes == choose_barcodes(60, 10, distance=4, avoid=["GGTCTC", "ATG"], seed=3)
    for a, b in itertools.combinations(codes, 2):
        assert edit_distance(a, b) >= 4
    for code in codes:
        assert "ATG" not in code
        assert "CAT" not in code
        assert 4 <= sum(x in "GC" for x in code) <= 6
        assert not any(x * 3 in code for x in "ACGT")
    with pytest.raises(NegativeResult, match="of 500 barcodes"):
        choose_barcodes(500, 5, distance=3, tries=20_000)
    with pytest.raises(InputError):
        choose_barcodes(5, 3, distance=4)


def test_the_distance_is_levenshteins() -> None:
    chance = random.Random(4)
    for _ in range(200):
        a, b = ("".join(chance.choices("ACGT", k=9)) for _ in range(2))
        words = np.array([["ACGT".index(x) for x in w] for w in (a, b)], np.uint8)
        for least in range(1, 10):
            assert _near(words[0], words[1:], 1, least, True) == (edit_distance(a, b) < least)
            hamming = sum(x != y for x, y in zip(a, b, strict=True))
            assert _near(words[0], words[1:], 1, least, False) == (hamming < least)


def test_pools_have_no_forbidden_junction() -> None:
    variants = {f"v{i}": "TCTCAAGG" + "ACGT" * (i % 3 + 1) for i in range(30)}
    pool = oligo_pool(variants, forward="ACTGGGT", barcode=10, avoid=["GGTCTC"])
    assert len({oligo.barcode for oligo in pool}) == 30
    for oligo in pool:
        assert oligo.sequence.startswith("ACTGGGT" + oligo.barcode)
        assert "GGTCTC" not in oligo.sequence
        assert "GAGACC" not in oligo.sequence
    with pytest.raises(InputError, match="313 letters"):
        oligo_pool({"long": "A" * 301})


SATURATION = """
[library]
kind = "saturation"
parent = "MTYKLILNGKTLKGETTTEAVDAATAEKVFKQYANDNGVDGEW"
sites = { V39 = "22c", D40 = "=DEN", G41 = "~AVILG" }
"""


RECOMBINATION = """kind = "recombination"
parents = "parents.fa"
contacts = "contacts.csv"
crossovers = 1
shortest = 1"""


def written(folder: Path, text: str) -> Path:
    path = folder / "library.toml"
    path.write_text(text)
    return path


def test_a_saturated_protein_from_its_file_to_the_order(tmp_path: Path) -> None:
    plan = plan_library(read_library(written(tmp_path, SATURATION)))
    assert plan.summary["proteins"] == 20 * 4 * 5
    assert len(plan.pieces) == 3 * 1 * 2
    assert sum(piece["part"] for piece in plan.summary["pieces"]) == pytest.approx(1)
    for _, letters in plan.pieces:
        assert len(letters) == 3 * 43
        assert str(translate(letters))[:38] == "MTYKLILNGKTLKGETTTEAVDAATAEKVFKQYANDNG"
    out = tmp_path / "out"
    with pytest.raises(ScreeningRefused):
        write_library(out, plan, verdict=None)
    with pytest.raises(ScreeningRefused):
        write_library(out, plan, verdict=screen("ACGT" * 20))
    assert not out.exists()
    verdict = screen(plan.pieces)
    files = write_library(out, plan, verdict=verdict)
    assert {path.name for path in files} == {
        "library.json",
        "library.csv",
        "order.csv",
        "screening.json",
    }
    rows = list(csv.DictReader((out / "order.csv").open()))
    assert [(row["name"], row["sequence"]) for row in rows] == list(plan.pieces)
    assert all("not for ordering" in row["screening"] for row in rows)
    with pytest.raises(ConflictError):
        write_library(out, plan, verdict=verdict)


def test_the_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, SATURATION)
    assert main(["design", "variants", str(path), "--out", str(tmp_path / "o"), "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["proteins"] == 400
    assert len(told["files"]) == 4
    (tmp_path / "parents.fa").write_text(">a\nMKVLAAWF\n>b\nMRVIAGWF\n")
    (tmp_path / "contacts.csv").write_text("first,second\n2,4\n4,6\n")
    (tmp_path / "gene.fa").write_text(f">g\n{GENE}\n")
    for text, key in (
        (RECOMBINATION, "disruption"),
        ('kind = "error-prone"\nparent = "gene.fa"\nmean = 2\nclones = 1000', "distinct"),
        ('kind = "targets"\ntargets = "parents.fa"\nlimit = 4', "bound"),
    ):  # fmt: skip
        path = written(tmp_path, f"[library]\n{text}\n")
        assert main(["design", "variants", str(path), "--json"]) == 0
        assert key in json.loads(capfd.readouterr().out)
        assert main(["design", "variants", str(path)]) == 0
        assert "kind: " in capfd.readouterr().out


def test_several_codons_a_site_are_pieces_of_the_order(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    names = [f">{i}\n{s}\n" for i, s in enumerate(("MKVLAAWF", "MWVLAAWF", "MKVLAMWF", "MKVLAMDF"))]
    (tmp_path / "family.fa").write_text("".join(names))
    text = '[library]\nkind = "targets"\ntargets = "family.fa"\nlimit = 8\n'
    path = written(tmp_path, text + "codons_per_site = 2\n")
    out = tmp_path / "out"
    assert main(["design", "variants", str(path), "--out", str(out), "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert (told["covered"], told["size"], told["pieces"], told["optimal"]) == (4, 8, 8, True)
    (library,) = told["sublibraries"]
    assert library["proteins"] == 8
    assert library["sequence"].count("/") == 3
    assert sum(piece["part"] for piece in library["pieces"]) == pytest.approx(1)
    order = list(csv.DictReader((out / "order.csv").open()))
    assert [row["name"] for row in order] == [piece["name"] for piece in library["pieces"]]
    proteins = {str(translate(row["sequence"])) for row in order}
    assert len(proteins) == 8
    assert {"MKVLAAWF", "MWVLAAWF", "MKVLAMWF", "MKVLAMDF"} <= proteins
    rows = list(csv.DictReader((out / "library.csv").open()))
    assert [(row["site"], row["part"]) for row in rows] == [(site, "0.5000") for site in "226677"]
    path = written(tmp_path, text)
    assert main(["design", "variants", str(path), "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["covered"] < 4
    path = written(tmp_path, text + "codons_per_site = 4\n")
    assert main(["design", "variants", str(path)]) == 2
    assert "codons_per_site" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[library", "no TOML"),
        ("[library]\nkind = 'x'", "library"),
        ("[library]\nkind = 'targets'\nlimit = 3", "targets"),
        (SATURATION.replace("V39", "A39"), "residue 39 of the parent is V"),
        (SATURATION.replace('"22c"', '"22d"'), "no scheme"),
        (SATURATION.replace('"=DEN"', '"=XYZ"'), "no amino acid"),
    ],
)
def test_specifications_that_are_wrong(
    text: str, told: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code = main(["design", "variants", str(written(tmp_path, text)), "--out", str(tmp_path / "o")])
    captured = capfd.readouterr()
    assert code == 2
    assert told in captured.err
    assert not (tmp_path / "o").exists()
