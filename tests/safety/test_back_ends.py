"""Profiles and external programs as back ends, with the real pyhmmer and real processes."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pytest

from biowright.core import InputError, ScreeningRefused, Sequence
from biowright.safety import Gate, Screener, gather, load_safety_settings
from biowright.safety.external import ExternalScreener
from biowright.safety.items import Batch
from biowright.safety.profiles import HmmScreener

from .stand_ins import PROTEINS, benign, other_strand, recode, split

TOOL = """
import hashlib, json, sys
request, answer, how = sys.argv[1:4]
entries = [e.split("\\n") for e in open(request).read().split(">")[1:]]
for name, letters, _ in entries:
    assert hashlib.sha256(letters.encode()).hexdigest() == name
if how == "hang":
    import time; time.sleep(60)
if how == "crash":
    sys.exit("out of luck")
found = [
    {"piece": n, "label": "stand-in", "start": l.find("GATTACA"), "end": l.find("GATTACA") + 7}
    for n, l, _ in entries if "GATTACA" in l
]
told = {"screener": "tool", "version": "1", "reference": "r", "dated": "2026-11-20",
        "screened": [e[0] for e in entries], "findings": found}
if how == "skip":
    told["screened"].pop()
if how == "undated":
    told["dated"] = ""
if how == "stranger":
    told["findings"] = [{"piece": "0", "label": "x", "start": 0, "end": 1}]
if how == "wrong":
    told["findings"] = "none"
if how != "silent":
    json.dump(told, open(answer, "w"))
"""


@pytest.fixture(scope="module")
def profiles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile made from one stand-in."""
    pyhmmer = pytest.importorskip("pyhmmer")
    alphabet = pyhmmer.easel.Alphabet.amino()
    builder = pyhmmer.plan7.Builder(alphabet)
    sequence = pyhmmer.easel.TextSequence(
        name=b"family-1", sequence=PROTEINS["demo-protein-1"]
    ).digitize(alphabet)
    model, _, _ = builder.build(sequence, pyhmmer.plan7.Background(alphabet))
    path = tmp_path_factory.mktemp("profiles") / "families.hmm"
    with path.open("wb") as file:
        model.write(file)
    return path


def test_profiles_find_families_on_both_strands_and_over_the_origin(profiles: Path) -> None:
    screener = HmmScreener(profiles, dated="2026-11-20")
    assert isinstance(screener, Screener)
    chance = random.Random(1)
    gene = recode(PROTEINS["demo-protein-1"], chance)
    changed = "".join(letter if chance.random() > 0.1 else chance.choice("ACGT") for letter in gene)
    for planted, strand in ((changed, 1), (other_strand(changed), -1)):
        text = benign(500, chance) + planted + benign(70, chance)
        (finding, *_) = screener.screen(Batch(gather(text)))
        assert (finding.label, finding.kind) == ("family-1", "profile")
        (place,) = finding.places
        assert place.strand == strand
        assert abs(place.start - 500) < 60
        assert abs(place.end - 500 - len(gene)) < 60
    circle = Sequence(gene[300:] + benign(200, chance) + gene[:300], topology="circular")
    assert screener.screen(Batch(gather(circle)))
    assert not screener.screen(Batch(gather(benign(30_000, chance))))


def test_profiles_see_junctions(profiles: Path) -> None:
    screener = HmmScreener(profiles, dated="2026-11-20")
    gene = recode(PROTEINS["demo-protein-1"], random.Random(4))
    pieces = split(gene, 45, overlap=20)
    turned = [other_strand(p) if i % 2 else p for i, p in enumerate(pieces)]
    assert screener.screen(Batch(gather(turned)))


def test_profiles_that_cannot_be_read(tmp_path: Path) -> None:
    for content in (None, b"", b"HMMER3/f\nbroken\n"):
        path = tmp_path / "x.hmm"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(InputError, match=r"x\.hmm"):
            HmmScreener(path, dated="2026-11-20")


def tool(folder: Path, how: str, timeout: float = 30.0) -> ExternalScreener:
    path = folder / "tool.py"
    path.write_text(TOOL)
    command = (sys.executable, str(path), "{request}", "{answer}", how)
    return ExternalScreener("tool", command, timeout=timeout)


def test_a_program_answers_for_every_piece(tmp_path: Path) -> None:
    gate = Gate(screeners=[tool(tmp_path, "well")])
    assert gate.screen({"a": "ACGT" * 20}).passed
    verdict = gate.screen({"a": "ACGT" * 20 + "GATT", "b": "ACATTT" * 5})
    assert verdict.outcome == "flagged"  # at the junction
    assert verdict.findings[0].places[0].item == "a+b"
    assert verdict.backings[0].reference == "tool 1, r"
    circle = Sequence("ACAC" + "ACGT" * 20 + "GATT", topology="circular")
    assert not gate.screen(circle).passed


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("hang", "took longer"),
        ("crash", "ended with 1: out of luck"),
        ("skip", "answered for 5 of 6 pieces"),
        ("undated", "how old"),
        ("stranger", "was not given"),
        ("wrong", "findings"),
        ("silent", "left no answer"),
    ],
)
def test_a_program_that_fails_is_a_refusal(how: str, told: str, tmp_path: Path) -> None:
    timeout = 0.5 if how == "hang" else 30.0
    with pytest.raises(ScreeningRefused, match=told):
        Gate(screeners=[tool(tmp_path, how, timeout)]).screen(["ACGT" * 20, "AACC" * 60])


def test_a_program_that_is_not_there_is_a_refusal(tmp_path: Path) -> None:
    missing = ExternalScreener("missing", [str(tmp_path / "nothing")])
    with pytest.raises(ScreeningRefused, match="cannot be run"):
        Gate(screeners=[missing]).screen("ACGT" * 20)


def test_all_kinds_of_back_ends_are_set_in_one_file(
    tmp_path: Path, profiles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool(tmp_path, "well")
    command = json.dumps(
        [sys.executable, str(tmp_path / "tool.py"), "{request}", "{answer}", "well"]
    )
    path = tmp_path / "safety.toml"
    path.write_text(
        f'folder = "gate"\n[[screener]]\nkind = "hmm"\nprofiles = "{profiles}"\n'
        f'dated = "2026-11-20"\nage = 3660\n[[screener]]\nkind = "external"\nname = "tool"\n'
        f"command = {command}\nage = 3660\n"
    )
    gate = Gate(load_safety_settings(path))
    verdict = gate.screen(recode(PROTEINS["demo-protein-1"], random.Random(2)))
    assert {finding.screener for finding in verdict.findings} >= {"profiles"}
    assert [backing.screener for backing in verdict.backings] == ["profiles", "tool"]
    monkeypatch.setitem(sys.modules, "pyhmmer", None)
    with pytest.raises(ScreeningRefused, match=r"biowright\[hmm\]"):
        Gate(load_safety_settings(path)).screen("ACGT" * 20)
