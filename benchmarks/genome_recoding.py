"""E. coli MG1655 recoded whole, and 30 kb of it beside DNA Chisel; what is left is judged by brute force.

The rules: four enzymes, windows of 50 with 25 to 75 % GC, no run above eight, no 15-mer twice on
both strands, best codons. Overlaps, ribosome binding sites, RNA genes and starts are kept. The
checker below shares nothing with the optimiser: it tries every synonymous codon at each breach that
is left. `--peer` runs DNA Chisel as well (on as many letters as it is given, 3,000 by default).
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import signal
import time
from collections import Counter
from pathlib import Path

import numpy as np

from biowright.bio import translate_feature
from biowright.core import Record, Sequence, extract
from biowright.design import (
    Avoid,
    CodonUse,
    GCContent,
    KeepProtein,
    UniqueKmers,
    codon_usage,
    find_breaches,
    optimise,
)
from biowright.formats import read

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("BIOWRIGHT_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
GENOME = REFERENCE / "build/genomes/ecoli_MG1655_NC_000913.3.gbff.gz"
ENZYMES = {"BsaI": "GGTCTC", "BsmBI": "CGTCTC", "EcoRI": "GAATTC", "NotI": "GCGGCCGC"}
RUN, WINDOW, LOW, HIGH, K = 8, 50, 0.25, 0.75, 15
USAGE = codon_usage("Escherichia coli")


def rules() -> list:
    """Give the constraints."""
    found: list = [KeepProtein(code=11), *(Avoid(name) for name in ENZYMES)]
    found += [Avoid.homopolymer(letter, RUN) for letter in "ACGT"]
    return [*found, GCContent(LOW, HIGH, WINDOW), UniqueKmers(K)]


def turned(text: str) -> str:
    """Give the other strand."""
    return text.translate(str.maketrans("ACGT", "TGCA"))[::-1]


def canonical(text: str) -> np.ndarray:
    """Give the smaller code of each k-mer and its other strand."""
    digits = np.frombuffer(
        text.encode().translate(bytes.maketrans(b"ACGT", bytes(range(4)))), np.uint8
    )
    count = max(len(digits) - K + 1, 0)
    forward, backward = np.zeros((2, count), np.int64)
    for i in range(K):
        letter = digits[i : i + count].astype(np.int64)
        forward = forward * 4 + letter
        backward += (3 - letter) << (2 * i)
    return np.minimum(forward, backward)


SITES = [re.compile(f"(?={s})") for site in ENZYMES.values() for s in {site, turned(site)}]
SITES += [re.compile(f"(?={letter * (RUN + 1)})") for letter in "ACGT"]


def broken(text: str, offset: int, dup: np.ndarray) -> set[tuple]:
    """Find the breaches of a stretch, plainly."""
    found = {(i, m.start() + offset) for i, site in enumerate(SITES) for m in site.finditer(text)}
    strong = np.cumsum([0, *(letter in "CG" for letter in text)])
    share = (strong[WINDOW:] - strong[:-WINDOW]) / WINDOW
    wrong = np.flatnonzero((share < LOW) | (share > HIGH))
    found |= {("gc", int(at) + offset) for at in wrong}
    return found | {("kmer", int(at) + offset) for at in np.flatnonzero(dup)}


def judge(before: Record, after: Record, places: list[tuple[int, int]]) -> tuple[int, int]:
    """Try each synonymous codon at each breach; give the changes tried, and those that would help."""
    text = str(after.sequence).upper()
    length = len(text)
    cover = np.zeros(length, np.int64)
    kept = np.zeros(length, bool)
    for feature in before.features:
        spans = [(p.start, p.end) for p in feature.location.local]
        if feature.type == "CDS":
            for a, b in spans:
                cover[a:b] += 1
            part = feature.location.parts[0]
            if part.strand == 1:
                kept[max(0, part.start - 20) : part.start] = True
            else:
                kept[part.end : part.end + 20] = True
        elif feature.type == "mobile_element":
            low, high = feature.location.start, feature.location.end
            kept[low : low + 40] = kept[max(low, high - 40) : high] = True
        elif feature.type not in ("source", "gene", "misc_feature"):
            for a, b in spans:
                kept[a:b] = True
    codon_at: dict[int, tuple[int, str]] = {}
    for feature in before.features:
        said = feature.qualifiers
        if feature.type != "CDS" or "pseudo" in said or len(feature.location.parts) > 1:
            continue
        part = feature.location.parts[0]
        excepted = "transl_except" in said
        for at in range(part.start, part.end - 2, 3):
            first = at == (part.start if part.strand == 1 else part.end - 3)
            if first or excepted or kept[at : at + 3].any() or (cover[at : at + 3] > 1).any():
                continue
            for place in range(at, at + 3):
                codon_at[place] = (at, "+" if part.strand == 1 else "-")
    from biowright.bio import genetic_code

    code = genetic_code(11)
    synonyms = {c: [d for d in USAGE.counts if code[d] == code[c] and d != c] for c in USAGE.counts}
    values, counts = np.unique(canonical(text), return_counts=True)

    def often(codes: np.ndarray) -> np.ndarray:
        at = np.minimum(np.searchsorted(values, codes), len(values) - 1)
        return np.where(values[at] == codes, counts[at], 0)

    tried = helped = 0
    for start, end in places:
        low, high = max(0, start - 70), min(length, end + 70)
        here = text[low:high]
        own = canonical(here)
        old = broken(here, low, often(own) > 1)
        for at, strand in sorted(
            {codon_at[p] for p in range(start, min(end, length)) if p in codon_at}
        ):
            codon = text[at : at + 3]
            for other in synonyms[codon if strand == "+" else turned(codon)]:
                fresh = other if strand == "+" else turned(other)
                changed = here[: at - low] + fresh + here[at - low + 3 :]
                new = canonical(changed)
                touched = slice(max(0, at - low - K + 1), at - low + 3)
                left = Counter(new[touched].tolist())
                gone = Counter(own[touched].tolist())
                dup = often(new) > 1
                for i in range(touched.start, min(touched.stop, len(new))):
                    value = int(new[i])
                    now = int(often(np.array([value]))[0]) - gone[value] + left[value]
                    dup[i] = now > 1
                tried += 1
                result = broken(changed, low, dup)
                if result < old:
                    helped += 1
                    if helped <= 10:
                        print(
                            f"  {codon}>{fresh} at {at} removes {sorted(map(str, old - result))[:3]}"
                        )
    return tried, helped


def main() -> None:
    """Measure and judge."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", type=int, nargs="?", const=5_100, default=0)
    parser.add_argument("--only-peer", action="store_true")
    parser.add_argument("--limit", type=float, default=300.0, help="CPU seconds of the peer")
    parser.add_argument("--letters", type=int, default=0, help="only the first letters")
    args = parser.parse_args()
    if not GENOME.is_file():
        print("needs the reference data")
        return
    record = read(GENOME)[0]
    if args.peer:
        optimise(extract(record, 0, 300), rules(), [CodonUse(USAGE)], allow_breaches=True)
        peer(record, args.peer, args.limit)
    if args.only_peer:
        return
    if args.letters:
        part = extract(record, 0, args.letters)
        record = part.changed(features=[f for f in part.features if not f.cuts])
    small = extract(read(GENOME)[0], 0, 30_000)
    small = small.changed(features=[f for f in small.features if not f.cuts])
    optimise(small, rules(), [CodonUse(USAGE)], overlaps="keep", allow_breaches=True)
    start = time.process_time()
    thirty = optimise(small, rules(), [CodonUse(USAGE)], overlaps="keep", allow_breaches=True)
    print(f"{'30 kb, ours':<34}{time.process_time() - start:>9.2f} CPU s", flush=True)
    print(
        f"{'':<34}CAI {thirty.figures['CAI Escherichia coli']:.4f}, {len(thirty.breaches)} breaches left"
    )
    start = time.process_time()
    design = optimise(record, rules(), [CodonUse(USAGE)], overlaps="keep", allow_breaches=True)
    spent = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{f'{len(record):,} letters, ours':<34}{spent:>9.2f} CPU s, {memory:,.0f} MB at most",
        flush=True,
    )
    print(
        f"{'':<34}CAI {design.figures['CAI Escherichia coli']:.4f}, {len(design.changes):,} changes"
    )
    wrong = sum(
        translate_feature(record, f) != translate_feature(design.record, f)
        for f in record.features
        if f.type == "CDS" and "pseudo" not in f.qualifiers
    )
    print(f"{'proteins that differ':<34}{wrong:>9}")
    first = Counter(b.rule for b in find_breaches(record, rules()))
    left = Counter((b.rule, b.why) for b in design.breaches)
    for rule, count in first.items():
        row = ", ".join(f"{n:,} {why}" for (name, why), n in left.items() if name == rule)
        print(f"  {rule:<36}{count:>8,} before; left: {row or 'none'}")
    start = time.process_time()
    tried, helped = judge(record, design.record, [(b.start, b.end) for b in design.breaches])
    print(f"{'synonymous codons tried at breaches':<36}{tried:>8,}; would remove one: {helped}")


class TimeIsUpError(Exception):
    """The peer had its time."""


def peer(record: Record, letters: int, limit: float) -> None:
    """Run ours and DNA Chisel on the first letters, which hold genes of the forward strand.

    Both may change all letters but the start codons, as long as the proteins stay; both have the same
    codon table, and what they give is judged alike: the sum of the logarithms of the adaptiveness, and
    the breaches.
    """
    import dnachisel as dc

    part = extract(record, 0, letters)
    genes = [f for f in part.features if f.type == "CDS" and not f.cuts]
    spans = [(f.location.start, f.location.end) for f in genes]
    assert all(f.location.strand == 1 and len(f.location.parts) == 1 for f in genes)
    part = part.changed(features=genes)
    adapted = {codon: np.log(worth) for codon, worth in USAGE.adaptiveness().items()}
    avoided = [rule for rule in rules() if not isinstance(rule, KeepProtein)]

    def told(name: str, text: str, spent: float, said: str) -> None:
        worth = sum(adapted[text[i : i + 3]] for a, b in spans for i in range(a, b, 3))
        judged = part.changed(sequence=Sequence(text))
        breaches = len(find_breaches(judged, avoided))
        same = all(translate_feature(part, f) == translate_feature(judged, f) for f in genes)
        print(
            f"{f'{letters:,} letters, {len(genes)} CDS, {name}':<34}{spent:>9.2f} CPU s; objective "
            f"{worth:.2f}, {breaches} breaches, proteins {'kept' if same else 'CHANGED'} ({said})",
            flush=True,
        )

    start = time.process_time()
    design = optimise(part, rules(), [CodonUse(USAGE)], change="all", allow_breaches=True)
    spent = time.process_time() - start
    told("ours", str(design.record.sequence).upper(), spent, f"gap {design.gap:.3g}")

    table: dict[str, dict[str, float]] = {}
    for acid, codons in USAGE.families().items():
        table[acid] = {codon: USAGE.share(codon) for codon in codons}
    constraints = [dc.AvoidPattern(f"{name}_site") for name in ENZYMES]
    constraints += [dc.AvoidPattern(f"{RUN + 1}x{letter}") for letter in "ACGT"]
    constraints += [dc.EnforceGCContent(mini=LOW, maxi=HIGH, window=WINDOW), dc.UniquifyAllKmers(K)]
    constraints += [dc.EnforceTranslation(location=(a + 3, b, 1)) for a, b in spans]
    constraints += [dc.AvoidChanges(location=(a, a + 3)) for a, _ in spans]
    objectives = [dc.MaximizeCAI(codon_usage_table=table, location=(a + 3, b, 1)) for a, b in spans]
    np.random.seed(0)
    problem = dc.DnaOptimizationProblem(
        str(part.sequence).upper(), constraints=constraints, objectives=objectives, logger=None
    )

    def stop(number: int, frame: object) -> None:
        raise TimeIsUpError

    signal.signal(signal.SIGPROF, stop)
    start = time.process_time()
    said = "looking for a start"
    try:
        signal.setitimer(signal.ITIMER_PROF, limit)
        problem.resolve_constraints()
        said = "constraints kept, optimising"
        problem.optimize()
        said = "done"
    except TimeIsUpError:
        said = f"not finished in {limit:g} s: {said}"
    except dc.NoSolutionError as error:
        said = f"no solution: {str(error)[:60]}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    told("DNA Chisel", problem.sequence, time.process_time() - start, said)


if __name__ == "__main__":
    main()
