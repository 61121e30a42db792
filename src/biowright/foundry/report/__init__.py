"""The report of a campaign: one self-contained page, and its text twin as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from biowright.formats import open_output

from .page import draw_page
from .summary import summarise

if TYPE_CHECKING:
    from ..campaign import Campaign

__all__ = ["summarise", "write_report"]


def write_report(campaign: Campaign) -> Path:
    """Write ``report.html`` and ``report.json`` into the campaign's workdir; give the page's path."""
    summary = summarise(campaign)
    texts = {
        "report.json": json.dumps(summary, indent=2, ensure_ascii=False) + "\n",
        "report.html": draw_page(summary),
    }
    for name, text in texts.items():
        with open_output(campaign.folder / name, force=True) as output:
            output.write(text.encode())
    return campaign.folder / "report.html"
