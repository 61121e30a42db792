"""Landing pads: places that do no harm, pads proved letter for letter, payloads that land the right way."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from biowright.bio import attachment_site
from biowright.cli import main
from biowright.core import Feature, InputError, Location, NegativeResult, Record, Sequence, rotate
from biowright.design.edits import Genome
from biowright.design.landing import (
    design_landing,
    land,
    place_at,
    pseudo_sites,
    rearrangements,
    safe_places,
)
from biowright.formats import read, write

TABLE = str.maketrans("ACGT", "TGCA")


def mirror(text: str) -> str:
    return text.translate(TABLE)[::-1]


def dna(seed: int, size: int) -> str:
    return "".join(random.Random(seed).choices("ACGT", k=size))


def make(text: str, genes: list[tuple[int, int, int]], *, circular: bool = True) -> Genome:
    features = [
        Feature("gene", Location.of((a, b), strand=s), {"gene": f"g{i}"})
        for i, (a, b, s) in enumerate(genes)
    ]
    sequence = Sequence(text, topology="circular" if circular else "linear")
    return Genome((Record(sequence, "toy", "toy.1", features=features),))


@pytest.fixture(scope="module")
def genome() -> Genome:
    # convergent g0 g1, divergent g1 g2, tandem g2 g3; g3 and g0 meet over the origin, in tandem
    genes = [(300, 1000, 1), (1300, 2000, -1), (2300, 3000, 1), (3400, 4000, 1)]
    return make(dna(5, 4200), genes)


def test_safe_places_are_those_of_a_plain_look(genome: Genome) -> None:
    places = safe_places(genome, count=9)
    assert [(p.position, p.genes) for p in places] == [
        (1150, "convergent"),
        (50, "tandem"),  # (4000 .. 4200 + 300) / 2, over the origin
        (3200, "tandem"),
        (2150, "divergent"),
    ]
    assert places[0].left == "g0+"
    assert places[0].right == "g1-"
    assert places[1].distances == (250, 250)
    assert all(
        reason.startswith("but") == (i > 0)
        for i, p in enumerate(places)
        for reason in p.reasons[:1]
    )
    # the same places, whatever letter the circle begins with
    for shift in (37, 1100, 1149, 1151, 3999):
        turned = Genome((rotate(genome.records[0], shift),))
        again = {(p.position + shift) % 4200 for p in safe_places(turned, count=9)}
        assert again == {p.position for p in places}
    (near,) = safe_places(genome, near=4100, reach=200, count=3)
    assert near.position == 50
    with pytest.raises(NegativeResult, match="no place within 100 nt"):
        safe_places(genome, near=700, reach=100)
    with pytest.raises(NegativeResult, match="300 nt away"):
        safe_places(genome, margin=300)
    with pytest.raises(InputError, match="no annotated genes"):
        safe_places(make(dna(5, 400), []))


def test_a_repeat_is_no_safe_place() -> None:
    text = dna(5, 4200)
    text = text[:1100] + text[2100:2200] + text[1200:]  # the middle of two gaps is the same
    genes = [(300, 1000, 1), (1300, 2000, -1), (2300, 3000, 1), (3400, 4000, 1)]
    found = {p.position for p in safe_places(make(text, genes), count=9)}
    assert found == {50, 3200}


def test_a_place_that_is_wanted_says_what_it_lies_in(genome: Genome) -> None:
    assert place_at(genome, 500).reasons == ("but it lies within g0",)
    assert place_at(genome, 1100).genes == "convergent"
    assert place_at(genome, 4150).left == "g3+"
    assert place_at(genome, 0).right == "g0+"
    with pytest.raises(InputError, match="lies outside"):
        place_at(genome, 4201)


@pytest.mark.parametrize("method", ["mage", "hdr", "red"])
@pytest.mark.parametrize("strand", [1, -1])
@pytest.mark.parametrize("at", [1150, 20])
def test_a_pad_and_its_payload_letter_for_letter(
    genome: Genome, method: str, strand: int, at: int
) -> None:
    """Beside the origin too, where the arms lie over it."""
    site, partner = (attachment_site(f"att{x}-Bxb1").letters for x in "BP")
    pad = design_landing(
        genome, place_at(genome, at), ["attB-Bxb1"], strand=strand, method=method, arm=60
    )
    text = genome.letters[0].decode()
    put = site if strand == 1 else mirror(site)
    assert str(pad.record.sequence) == text[:at] + put + text[at:]
    feature = pad.record.features[-1]
    assert str(feature.extract(pad.record.sequence)) == site
    cargo = dna(9, 700)
    payload = Record(Sequence(cargo[:300] + partner + cargo[300:], topology="circular"), "payload")
    (made,), checks = land(pad, payload)
    b, p = site.index("GGTCTC"), partner.index("GGTCTC")
    left = site[:b] + partner[p:] + cargo[300:] + cargo[:300] + partner[:p] + site[b:]
    whole = text[:at] + (left if strand == 1 else mirror(left)) + text[at:]
    assert str(made.record.sequence) == whole
    for check in checks:
        lengths = dict(check.products)
        assert lengths["parent"] == lengths["pad"] == ()
        (seen,) = lengths["payload"]
        low = (whole * 2).find(check.forward)
        high = (whole * 2).find(mirror(check.reverse), low) + len(check.reverse)
        assert high - low == seen
    assert len(checks) == 2


def test_an_exchange_on_a_pad_with_a_marker(genome: Genome) -> None:
    lox, other = (attachment_site(n).letters for n in ("loxP", "lox2272"))
    marker, cargo, rest = dna(1, 400), dna(2, 500), dna(3, 600)
    pad = design_landing(
        genome, place_at(genome, 1150), ["loxP", "lox2272"], between=marker, method="red", strand=-1
    )
    text = genome.letters[0].decode()
    assert str(pad.record.sequence) == (text[:1150] + mirror(lox + marker + other) + text[1150:])
    assert pad.cassette is not None
    assert pad.cassette.primers is not None
    assert pad.cassette.primers.forward.tail == text[1100:1150] + mirror(other)
    assert pad.cassette.primers.reverse.tail == mirror(text[1150:1200]) + lox
    donor = Record(Sequence(cargo + other + rest + lox, topology="circular"), "donor")
    (made,), _ = land(pad, donor)
    assert str(made.record.sequence) == text[:1150] + mirror(lox + cargo + other) + text[1150:]
    assert [scar.name for scar in made.scars] == ["lox2272", "loxP"]
    with pytest.raises(InputError, match=r"no pair of sites .*put in loxP: ATAACTTCG"):
        land(pad, Record(Sequence(cargo + lox, topology="circular"), "half"))


def test_what_goes_wrong_is_told() -> None:
    lox = attachment_site("loxP").letters
    text = dna(5, 4200)
    genes = [(300, 1000, 1), (1300, 2000, -1)]
    near = lox[:3] + "G" + lox[4:]
    for letters, expected in (
        (lox, "genome has loxP already: toy.1:4190"),
        (near, "nearest with 1 "),
    ):
        over = letters[10:] + text[:4166] + letters[:10]  # over the origin
        genome = make(over, genes)
        pad = design_landing(genome, place_at(genome, 1150), ["loxP"], method="red")
        assert expected in " ".join(pad.notices)
    doubled = make(text[:2500] + mirror(lox) + text[2500:], genes)
    pad = design_landing(doubled, place_at(doubled, 1150), ["loxP"], method="red")
    said = " ".join(pad.notices)
    assert "genome has loxP already: toy.1:2500" in said
    assert "allows an inversion of 1,376 nt between loxP at 1150 and loxP at 2534" in said
    assert rearrangements(pad.records, "Cre")
    (found,) = pseudo_sites([Record(Sequence("AC" + near + "GT"))], lox)
    assert found.mismatches == 1


def test_sites_that_do_not_go_together(genome: Genome) -> None:
    place = place_at(genome, 1150)
    for names, said in (
        (["loxP", "lox66"], "recombine with each other"),
        (["attB-Bxb1", "attP-Bxb1"], "recombine with each other"),
        (["loxP", "FRT"], "a site of Cre, FRT one of FLP"),
        (["loxP", "lox2272", "loxN"], "3 sites"),
        (["loxp9"], "did you mean"),
    ):
        with pytest.raises(InputError, match=said):
            design_landing(genome, place, names, method="red")
    pad = design_landing(genome, place, ["attP-PhiC31", "attP-PhiC31"], method="red")
    assert any("either way round" in notice for notice in pad.notices)


def test_the_command(tmp_path: Path, genome: Genome, capsys: pytest.CaptureFixture[str]) -> None:
    file, payload, out = tmp_path / "toy.gb", tmp_path / "payload.gb", tmp_path / "out"
    write(list(genome.records), file)
    partner = attachment_site("attP-Bxb1").letters
    write([Record(Sequence(partner + dna(4, 500), topology="circular"), "payload")], payload)
    assert main(["design", "landing", str(file)]) == 0
    assert "g0+ and g1- end here" in capsys.readouterr().out
    call = ["design", "landing", str(file), "--sites", "attB-Bxb1", "--payload", str(payload)]
    assert main([*call, "--method", "red", "--out", str(out), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["position"] == 1150
    assert document["checks"][0]["products"]["parent"] == []
    (landed,) = read(out / "landed.gb")
    assert len(landed) == 4200 + 38 + 547
    assert main([*call, "--out", str(out)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert main(["design", "landing", str(file), "--margin", "900"]) == 1
    assert main(["design", "landing", str(file), "--method", "red", "--reverse"]) == 2
    assert "--method and --reverse have no effect" in capsys.readouterr().err
    assert main([*call, "--at", "5", "--count", "2", "--out", str(out), "--force"]) == 2
    assert "--count has no effect with --at" in capsys.readouterr().err
    assert (
        main(["design", "landing", str(file), "--sites", "loxQ", "--out", str(tmp_path / "b")]) == 2
    )
    assert not (tmp_path / "b").exists()
