"""Make the shipped numbers of Rule Set 3 from the published packages; nothing of them is executed.

``python benchmarks/_guide_models.py rs3/RuleSet3.pkl seqfold/rna.py`` reads the text of the trees
out of the pickle of rs3 0.0.18 (wheel; SHA-256 of the pickle below) as data, by its opcodes, and the
energies of folding out of the literals of seqfold 0.7.17.
"""

from __future__ import annotations

import ast
import hashlib
import pickletools
import sys
from pathlib import Path

import numpy as np

OUT = Path(__file__).resolve().parents[1] / "src" / "biowright" / "design" / "data"
PICKLE = "88e75f7cb7d17ecc636c71e279b31d4fc2314d85cee59a8d7d2d0301373b0b1e"
KELVIN = 37.0 + 273.15
LETTERS = "ACGU."


def tree_text(path: Path) -> str:
    """Give the longest text in a pickle."""
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != PICKLE:
        raise SystemExit(f"{path} is another file than that of rs3 0.0.18")
    texts = (argument for _, argument, _ in pickletools.genops(content))
    return max((text for text in texts if isinstance(text, str)), key=len)


def trees(text: str) -> dict[str, np.ndarray]:
    """Give the nodes of all trees, one after another, and their leaves."""
    found: dict[str, list[float]] = {}
    nodes = []
    for block in text.split("\nTree=")[1:]:
        rows = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        assert set(rows["decision_type"].split()) == {"2"}, "neither categories nor missing values"
        assert rows["num_cat"] == "0"
        nodes.append(int(rows["num_leaves"]) - 1)
        for name in ("split_feature", "threshold", "left_child", "right_child", "leaf_value"):
            found.setdefault(name, []).extend(map(float, rows[name].split()))
    thresholds, threshold = np.unique(found["threshold"], return_inverse=True)
    return {
        "nodes": np.array(nodes, np.uint16),
        "feature": np.array(found["split_feature"], np.uint16),
        "thresholds": thresholds,
        "threshold": threshold.astype(np.uint16),
        "left": np.array(found["left_child"], np.int8),
        "right": np.array(found["right_child"], np.int8),
        "value": np.array(found["leaf_value"], np.float32),
    }


def literals(path: Path) -> dict[str, dict]:
    """Give the tables of seqfold that are written out in its source."""
    found = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            try:
                found[node.target.id] = ast.literal_eval(node.value)
            except ValueError:
                continue
    return found


def pair_table(rows: dict[str, tuple[float, float]], first: dict | None = None) -> np.ndarray:
    """Give free energies at 37 °C by four letters, both ways round; `first` comes before."""
    rows = {key[::-1]: value for key, value in rows.items()} | rows
    if first is not None:
        rows |= {key[::-1]: value for key, value in first.items()} | first
    size = 5 if any("." in key for key in rows) else 4
    table = np.zeros((size,) * 4)
    for key, (enthalpy, entropy) in rows.items():
        a, b, c, d = (LETTERS.index(letter) for letter in key.replace("/", ""))
        table[a, b, c, d] = enthalpy - KELVIN * (entropy / 1000.0)
    filled = len(rows)
    assert filled == (256 if size == 4 else 4 * 64), filled
    return table


def loop_table(rows: dict[int, tuple[float, float]]) -> np.ndarray:
    """Give free energies at 37 °C by length."""
    return np.array([0.0, *(h - KELVIN * (s / 1000.0) for h, s in (rows[n] for n in range(1, 31)))])


def main() -> int:
    """Write the file."""
    pickle, rna = map(Path, sys.argv[1:])
    tables = literals(rna)
    stacks, terminal = tables["RNA_NN"], tables["RNA_TERMINAL_MM"]
    made = trees(tree_text(pickle)) | {
        "fold_inner": pair_table(tables["RNA_INTERNAL_MM"], stacks),
        "fold_outer": pair_table(terminal, stacks),
        "fold_dangling": pair_table(tables["RNA_DE"]),
        "fold_mismatch": pair_table(terminal),
        "fold_hairpin": loop_table(tables["RNA_HAIRPIN_LOOPS"]),
        "fold_bulge": loop_table(tables["RNA_BULGE_LOOPS"]),
        "fold_interior": loop_table(tables["RNA_INTERNAL_LOOPS"]),
        "fold_branches": np.array(tables["RNA_MULTIBRANCH"]),
    }
    np.savez_compressed(OUT / "rule_set_3.npz", **made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
