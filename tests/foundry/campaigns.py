"""Campaign files for the tests."""

from __future__ import annotations

from pathlib import Path

PROTEIN = """\
[campaign]
name = "small"
rounds = 4
batch = 6
seed = 11

[[objective]]
quantity = "fitness"

[space]
kind = "protein"
parent = "MAADK"
sites = ["A2", "A3", "D4"]
alphabet = "ACDW"

[build]
method = "fragments"

[plate]
controls = ["AAD", "blank"]

[lab]
kind = "simulated"
function = "tests.foundry.landscape:fitness"
noise = 0.05
"""


def write_campaign(
    folder: Path, changes: dict[str, str] | None = None, text: str = PROTEIN
) -> Path:
    """Write a campaign file, with some of its texts exchanged."""
    for old, new in (changes or {}).items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "campaign.toml"
    path.write_text(text)
    return path
