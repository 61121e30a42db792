"""Scores of guides beside the published figures: the largest difference, and guides a CPU s.

Azimuth needs Python 2 and CRISPOR may not be used commercially; neither is run. Their outputs lie in
the reference data. ``--rs3 PYTHON`` names an interpreter that has the package rs3 (with lightgbm): then
Rule Set 3 is compared with it on all guides of Aguirre 2016, and timed beside it.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from biowright.design.guides import (
    cfd_score,
    crisprscan,
    microhomology_score,
    mit_score,
    out_of_frame_score,
    rule_set_1,
    rule_set_2,
    rule_set_3,
)

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = Path(os.environ.get("BIOWRIGHT_REFERENCE_DATA", ROOT.parent / "shared" / "data"))
FOLDER = REFERENCE / "editing"


def table(path: Path) -> list[dict[str, str]]:
    """Read a table."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="," if path.suffix == ".csv" else "\t"))


def row(title: str, work: Callable[[], np.ndarray], truth: list[float], unit: str = "") -> None:
    """Print the largest difference, and the speed."""
    start = time.process_time()
    scores = work()
    spent = max(time.process_time() - start, 1e-9)
    difference = float(np.abs(scores - np.array(truth)).max())
    print(f"{title:<64}{len(truth):>7,}{difference:>12.1e}{unit:<18}{len(truth) / spent:>12,.0f}")


RS3 = """
import json, sys, time
from rs3.seq import featurize_context, load_seq_model
contexts = json.load(sys.stdin)
model = load_seq_model()._Booster
start = time.process_time()
features = featurize_context(contexts, "Hsu2013")
scores = [model.predict(features, num_threads=1).tolist()]
spent = time.process_time() - start
features["Hsu2013 tracr"], features["Chen2013 tracr"] = 0, 1
scores.append(model.predict(features, num_threads=1).tolist())
json.dump({"scores": scores, "spent": spent}, sys.stdout)
"""


def beside_rs3(python: str) -> None:
    """Compare Rule Set 3 with the package, and its speed."""
    contexts = [
        r["sgRNA Context Sequence"]
        for r in table(FOLDER / "ontarget" / "rs3_Aguirre2016_activity.csv")
    ]
    contexts = [c for c in contexts if c[25:27] == "GG" and set(c) <= set("ACGT")]
    done = subprocess.run(
        [python, "-c", RS3], input=json.dumps(contexts), capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{python} cannot run rs3:\n{done.stderr[-600:]}")
    told = json.loads(done.stdout)
    for tracr, scores in zip(("Hsu2013", "Chen2013"), told["scores"], strict=True):
        row(
            f"Rule Set 3 ({tracr}), Aguirre 2016, beside rs3",
            lambda tracr=tracr: rule_set_3(contexts, tracr=tracr),
            scores,
        )
    print(f"{'rs3 itself':<64}{len(contexts):>7,}{'':<30}{len(contexts) / told['spent']:>12,.0f}")


def outside(values: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Give how far values are from what is cut off to whole numbers."""
    return np.maximum(np.maximum(whole - values, values - whole - 1), 0)


def main() -> int:
    """Print the table."""
    if not FOLDER.is_dir():
        print(f"no reference data at {FOLDER}; set BIOWRIGHT_REFERENCE_DATA")
        return 0
    head = f"{'':<64}{'guides':>7}{'difference':>12}{'':<18}{'a CPU s':>12}"
    print(head)
    rows = table(FOLDER / "ontarget" / "azimuth_1000guides.csv")
    guides = [r["guide"] for r in rows]
    rule_set_2(guides[:1])
    row(
        "Rule Set 2, azimuth_1000guides",
        lambda: rule_set_2(guides),
        [float(r["truth nopos"]) for r in rows],
    )
    percent = [float(r["Percent peptide"]) for r in rows]
    cut = [float(r["AA cut"]) for r in rows]
    row(
        "Rule Set 2 with the place in the protein, azimuth_1000guides",
        lambda: rule_set_2(guides, percent_peptide=percent, cut=cut),
        [float(r["truth pos"]) for r in rows],
    )
    designs = [
        r
        for r in table(FOLDER / "ontarget" / "rs3_sgrna-designs.txt")
        if r["sgRNA Context Sequence"][25:27] == "GG"
    ]
    row(
        "Rule Set 2, rs3_sgrna-designs (four decimals)",
        lambda: rule_set_2([r["sgRNA Context Sequence"] for r in designs]),
        [float(r["On-Target Efficacy Score"]) for r in designs],
    )
    rule_set_3([designs[0]["sgRNA Context Sequence"]])
    if "--rs3" in sys.argv:
        beside_rs3(sys.argv[sys.argv.index("--rs3") + 1])
    for path in sorted((FOLDER / "ontarget").glob("effData_*.tab")):
        rows = [
            r
            for r in table(path)
            if len(t := r["longSeq100Bp"]) == 100
            and t[30:50] == r["seq"][:20]
            and t[51:53] == "GG"
            and set(t) <= set("ACGT")
        ]
        texts = [r["longSeq100Bp"] for r in rows]
        name = path.name.removeprefix("effData_").removesuffix(".scores.tab")
        whole = " of a whole %"
        row(
            f"Rule Set 1, {name}",
            lambda texts=texts: np.trunc(100 * rule_set_1([t[26:56] for t in texts])),
            [float(r["doench"]) for r in rows],
            whole,
        )
        for variant in ("crispor", "published"):
            row(
                f"CRISPRscan ({variant}), {name}",
                lambda texts=texts, variant=variant: np.trunc(
                    100 * crisprscan([t[24:59] for t in texts], variant=variant)
                ),
                [float(r["crisprScan"]) for r in rows],
                whole,
            )
        # what was cut off is not known: how far outside of the whole number and the next one
        row(
            f"microhomology, {name}",
            lambda texts=texts, rows=rows: outside(
                microhomology_score([t[20:80] for t in texts[:200]]),
                np.array([float(r["mh"]) for r in rows[:200]]),
            ),
            [0.0] * len(rows[:200]),
            " of thousands",
        )
        row(
            f"out of frame, {name}",
            lambda texts=texts: np.trunc(
                100 * out_of_frame_score([t[20:80] for t in texts[:200]]) + 1e-6
            ),
            [float(r["oof"]) for r in rows[:200]],
            whole,
        )
    sites = [
        r
        for r in table(FOLDER / "offtarget" / "annotOfftargets.tsv")
        if r["otScore"] not in ("", "None")
    ]
    spacers, others = [r["guideSeq"][:20] for r in sites], [r["otSeq"] for r in sites]
    truth = [float(r["otScore"]) / 100 for r in sites]
    for variant in ("crispor", "published"):
        row(
            f"MIT ({variant}), annotOfftargets",
            lambda variant=variant: mit_score(spacers, others, variant=variant),
            truth,
        )
    many = 100
    start = time.process_time()
    cfd_score(spacers * many, others * many)
    spent = time.process_time() - start
    print(f"\nCFD: {many * len(spacers) / spent:,.0f} sites a CPU s (goal 20,000)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
