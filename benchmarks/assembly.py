"""Simulated assemblies, beside pydna: 50 fragments by Gibson and Golden Gate, 10,000 constructs.

CPU seconds; ours is the median of five, pydna's of one (its Gibson takes half a minute and more).
"""

from __future__ import annotations

import random
import statistics
import sys
import time
import warnings
from collections.abc import Callable

from biowright.build import best_overhangs
from biowright.build.simulation import (
    Products,
    gibson,
    golden_gate,
    homologous_recombination,
    pcr,
)
from biowright.core import Feature, Location, Record, Sequence

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from Bio.Restriction import BsaI
    from pydna import assembly2 as peer
    from pydna.dseqrecord import Dseqrecord
    from pydna.primer import Primer

DICE = random.Random(1)


def dna(length: int) -> str:
    """Give letters without a site of BsaI."""
    while True:
        text = "".join(DICE.choice("ACGT") for _ in range(length))
        if "GGTCTC" not in text and "GAGACC" not in text:
            return text


def measured(work: Callable[[], object], rounds: int) -> tuple[float, object]:
    """Give the median CPU time in s, and what came out."""
    times, result = [], None
    for _ in range(rounds):
        start = time.process_time()
        result = work()
        times.append(time.process_time() - start)
    return statistics.median(times), result


def report(
    title: str, ours: Callable[[], Products], theirs: Callable[[], list[Dseqrecord]]
) -> None:
    """Print one row, and say where the two differ."""
    time_ours, found = measured(ours, 5)
    time_theirs, expected = measured(theirs, 1)
    same = {p.seguid for p in found} == {p.seq.seguid() for p in expected}  # type: ignore[attr-defined]
    print(
        f"{title:<44}{time_ours:>10.3f}{time_theirs:>10.2f}{time_theirs / time_ours:>9.0f}"
        f"{'  same products' if same else '  OTHER PRODUCTS'}",
        flush=True,
    )


def main() -> int:
    """Print the table."""
    count = 50
    print(f"{'':<44}{'biowright':>10}{'pydna':>10}{'ratio':>9}")
    ends = [dna(30) for _ in range(count)]
    pieces = [ends[i] + dna(1000) + ends[(i + 1) % count] for i in range(count)]
    theirs = [Dseqrecord(p) for p in pieces]
    report(
        "Gibson, 50 fragments of 1 kb",
        lambda: gibson(pieces, overlap=25, each=True),
        lambda: peer.gibson_assembly(theirs, 25),
    )
    overhangs = best_overhangs(count, "BsaI").overhangs
    parts = [
        f"{dna(6)}GGTCTCA{overhangs[i]}{dna(1000)}{overhangs[(i + 1) % count]}TGAGACC{dna(6)}"
        for i in range(count)
    ]
    their_parts = [Dseqrecord(p) for p in parts]
    report(
        "Golden Gate, 50 parts of 1 kb",
        lambda: golden_gate(parts, "BsaI", circular=True, each=True),
        lambda: peer.golden_gate_assembly(their_parts, [BsaI], circular_only=True),
    )
    plasmid = dna(10_000)
    forward = plasmid[9_000:9_020]
    reverse = str(Sequence(plasmid[3_000:3_020]).reverse_complement())
    report(
        "PCR on a plasmid of 10 kb, over the origin",
        lambda: pcr(Sequence(plasmid, topology="circular"), forward, reverse),
        lambda: peer.pcr_assembly(
            Dseqrecord(plasmid, circular=True), Primer(forward), Primer(reverse)
        ),
    )
    genome = dna(5_000)
    insert = genome[2_000:2_060] + dna(500) + genome[3_000:3_060]
    report(
        "homologous recombination, 0.6 kb into 5 kb",
        lambda: homologous_recombination(genome, insert),
        lambda: peer.homologous_recombination_integration(
            Dseqrecord(genome), [Dseqrecord(insert)], 40
        ),
    )
    junctions = ["GGAG", "TACT", "AATG", "GCTT", "CGCT"]
    library = [
        Record(
            Sequence(f"GGTCTCA{junctions[slot]}{dna(800)}{junctions[slot + 1]}TGAGACC"),
            f"part{slot}_{option}",
            features=[Feature("misc_feature", Location.of((20, 700)))],
        )
        for slot in range(4)
        for option in range(10)
    ]
    vector = Sequence(
        f"{junctions[0]}TGAGACC{dna(500)}GGTCTCA{junctions[-1]}{dna(3000)}", topology="circular"
    )
    seconds, found = measured(
        lambda: golden_gate([vector, *library], "BsaI", circular=True, limit=20_000), 1
    )
    print(f"{'10,000 constructs, 4 slots of 10 parts':<44}{seconds:>10.2f}{'-':>10}{'-':>9}")
    assert isinstance(found, Products)
    if len(found) != 10_000 or not found.complete:
        print(f"there are {len(found)} constructs")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
