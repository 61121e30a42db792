"""Edits in two steps on whole genomes, in all four ways, each step made again by plain strings.

E. coli MG1655 (reference data) and JCVI-syn3A: ten genes of each strand, drawn with a seed, and a window
over the origin. The replay knows the letters of the genome and what would be ordered, nothing else: ends
of donors are looked up, repeats and arms are let recombine, sites cut. No peer designs all of this.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from pathlib import Path

import biowright
from biowright.design.edits import (
    EditDesign,
    Genome,
    Popout,
    PopoutRules,
    design_edits,
    parse_table,
)

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("BIOWRIGHT_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
GENOMES = (
    REFERENCE / "build" / "genomes" / "ecoli_MG1655_NC_000913.3.gbff.gz",
    ROOT / "examples" / "JCVI-syn3A.gb.gz",
)
KINDS = ("delete", "knockout", "start GTG", "tag-n CACCATCAC", "tag-c CACCATCACCATCACCAT")
MARKER = "".join(random.Random(4).choices("ACGT", k=3000))
RULES = {
    "counterselect": PopoutRules(MARKER, "tetA-sacB"),
    "repeats": PopoutRules(MARKER, "tetA-sacB", "repeats", cut=True),
    "site": PopoutRules(MARKER, "kan", "site"),
    "plasmid": PopoutRules(MARKER, "tetA-sacB", "plasmid", arm=500),
}
FRT = "GAAGTTCCTATTCTCTAGAAAGTATAGGAACTTC"
ENDS = 20


def other(text: str) -> str:
    """Give the other strand."""
    return text.translate(str.maketrans("ACGT", "TGCA"))[::-1]


def once(text: str, word: str) -> int:
    """Find a word that stands once on both strands together."""
    assert text.count(word) == 1, f"{word[:30]} stands in {text.count(word)} places"
    assert other(word) not in text, f"{word[:30]} stands on the other strand too"
    return text.index(word)


def replaced(text: str, donor: str) -> str:
    """Let a donor replace what lies between its ends."""
    return text[: once(text, donor[:ENDS])] + donor + text[once(text, donor[-ENDS:]) + ENDS :]


def replay(text: str, made: Popout, rules: PopoutRules) -> tuple[str, str]:
    """Make both steps from a genome in which the edit lies far from the ends."""
    first = made.steps[0].letters
    if rules.way == "plasmid":
        ahead, behind = first[: rules.arm], first[-rules.arm :]
        entry = once(text, ahead) + rules.arm
        circle = first[rules.arm :] + MARKER + ahead
        middle = text[:entry] + circle + text[entry:]
        one = middle.index(behind)
        two = middle.index(behind, one + 1)
        return middle, middle[:one] + middle[two:]
    middle = replaced(text, first)
    if rules.way == "counterselect":
        return middle, replaced(middle, made.steps[1].letters)
    at = once(middle, MARKER)
    if rules.way == "site":
        low, high = at - len(FRT), at + len(MARKER)
        assert middle[low:at] == middle[high : high + len(FRT)] == FRT
        return middle, middle[:low] + middle[high:]
    core = "TAGGGATAACAGGGTAAT" + MARKER
    assert once(text + core[:18], core[:18]) == len(text)  # I-SceI cuts the genome nowhere
    low, high = once(middle, core), once(middle, core) + len(core)
    assert middle[low - rules.repeat : low] == middle[high : high + rules.repeat]
    return middle, middle[: low - rules.repeat] + middle[high:]


def check(genome: Genome, design: EditDesign, rules: PopoutRules) -> None:
    """Compare the replay, the primers and what PCR is said to show with the design."""
    made, edit = design.made, design.edit
    assert isinstance(made, Popout)
    whole = genome.letters[edit.contig].decode()
    turn = edit.start - len(whole) // 2
    text = (whole * 2)[turn % len(whole) :][: len(whole)]
    start, end = edit.start - turn, edit.end - turn
    middle, final = replay(text, made, rules)
    assert middle == text[:start] + made.intermediate.new + text[end:]
    assert final == text[:start] + edit.new + made.scar + text[end:]
    if made.first is not None and made.first.primers is not None:
        pair = made.first.primers
        forward, reverse = pair.forward, pair.reverse
        inner = made.intermediate.new
        copied = inner[inner.index(forward.annealing) :]
        copied = copied[: copied.rindex(other(reverse.annealing)) + len(reverse.annealing)]
        assert forward.tail + copied + other(reverse.tail) == made.steps[0].letters
    for pcr in made.checks:
        for (stage, sizes), letters in zip(pcr.products, (text, middle, final), strict=True):
            low, high = letters.find(pcr.forward), letters.find(other(pcr.reverse))
            plain = (high + len(pcr.reverse) - low,) if min(low, high) >= 0 else ()
            # places that a primer fits only nearly may add to it; a notice says so
            assert set(sizes) >= set(plain), f"{pcr.name} of {stage} is {sizes}, not {plain}"
            nearly = any("fit nearly" in notice for notice in design.notices)
            assert sizes == plain or nearly, f"{pcr.name} of {stage} is {sizes}, not {plain}"


def asked(genome: Genome) -> str:
    """Write a table: genes of both strands, and a window over the origin."""
    draw = random.Random(6)
    table = "gene,change\n"
    for strand in (1, -1):
        genes = [g for g in genome.genes if g.strand == strand and g.codons > 20]
        for number, gene in enumerate(draw.sample(genes, 10)):
            kind = KINDS[number % len(KINDS)]
            low, high = gene.codon(0)
            letters = genome.window(gene.contig, low, high).decode()
            if kind == "start GTG" and (letters if strand == 1 else other(letters)) == "GTG":
                kind = "start ATG"
            table += f"{gene.name},{kind}\n"
    length = len(genome.letters[0])
    return table + f",replace {length - 20}..{length + 15} CATCATCAT\n"


def main() -> None:
    """Print the table."""
    print(f"{'genome':<36}{'way':<15}{'asked':>6}{'proved':>8}{'replayed':>10}{'CPU s':>8}")
    for file in GENOMES:
        if not file.is_file():
            print(f"{file.name}: no reference data, skipped")
            continue
        genome = Genome(tuple(biowright.read(file)))
        requests = parse_table(asked(genome))
        design_edits(genome, requests[-1:], "popout", rules=RULES["counterselect"])  # compiles
        for way, rules in RULES.items():
            started = time.process_time()
            plan = design_edits(genome, requests, "popout", rules=rules)
            taken = time.process_time() - started
            replayed = 0
            wrong = []
            for design in plan.designs:
                try:
                    check(genome, design, rules)
                    replayed += 1
                except (AssertionError, ValueError) as error:
                    wrong.append(f"{design.edit.id}: {error or 'differs'}")
            print(
                f"{file.name:<36}{way:<15}{len(requests):>6}{len(plan.designs):>8}"
                f"{replayed:>10}{taken:>8.1f}"
            )
            for line in wrong:
                print(f"  DIFFERS {line}")
            for reason, times in Counter(f.reason for f in plan.failures).items():
                print(f"  refused, {times}: {reason}")


if __name__ == "__main__":
    main()
