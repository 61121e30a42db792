"""A tour of the values and formats: a real genome is read, edited, converted and drawn."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import biowright
from biowright.core import Editor
from biowright.core.maps import draw_svg, draw_text

HERE = Path(__file__).resolve().parent


def main(out: Path) -> None:
    """Read the minimal cell's genome and take it through what the house can do.

    Parameters
    ----------
    out : path
        The folder for what it writes.
    """
    out.mkdir(exist_ok=True, parents=True)
    started = time.perf_counter()
    genome = biowright.read(HERE / "JCVI-syn3A.gb.gz")[0]
    print(f"read      {genome!r} in {time.perf_counter() - started:.2f} s")
    print(f"          {genome.description}")
    print(f"checksum  {genome.seguid}")
    kinds: dict[str, int] = {}
    for feature in genome.features:
        kinds[feature.type] = kinds.get(feature.type, 0) + 1
    print("features  " + ", ".join(f"{n:,} {kind}" for kind, n in sorted(kinds.items())))
    print(f"GC        {genome.sequence.gc():.1%}")

    editor = Editor(genome)
    started = time.perf_counter()
    editor.apply("rotate 1000")
    editor.apply("delete 5000..5100")
    elapsed = (time.perf_counter() - started) * 1000
    print(f"edited    {'; '.join(editor.history)} ({elapsed:.1f} ms)")
    for feature in editor.record.features:
        for cut in feature.cuts:
            print(f"          {feature.type} {feature.label}: {cut}")
    editor.undo()
    editor.undo()
    assert editor.record == genome, "undo gives back the genome, letter for letter"

    for name in ("syn3A.fasta.gz", "syn3A.gff3", "syn3A.dna", "syn3A.ttl", "syn3A.embl"):
        losses = biowright.write(genome, out / name, force=True)
        kinds_lost = sorted({loss.what for loss in losses})
        print(f"wrote     {out / name}" + (f", losing {', '.join(kinds_lost)}" if losses else ""))

    plasmid = biowright.read(HERE / "puc19.gb")[0]
    (out / "puc19.svg").write_text(draw_svg(plasmid), encoding="utf-8")
    (out / "syn3A.svg").write_text(draw_svg(genome), encoding="utf-8")
    print(f"drew      {out / 'puc19.svg'}, {out / 'syn3A.svg'}\n")
    print(draw_text(plasmid, width=80, color=False))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "demo"))
