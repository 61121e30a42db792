"""A place that breaks rules, mended by synonymous codons."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from biowright.core import Record

from ..codons import CodonUsage
from .chain import Answer, codes, make_chain, solve
from .changes import Change, changed_record
from .compiling import compile_layout
from .kernels import BREACH
from .reasons import explain
from .rules import CodonUse, Identity, KeepProtein, Rule
from .solving import put_letters, spelled_letters

__all__ = ["synonymous_fix"]

MARGIN = 30
"""Letters on both sides of a place to be mended that may change as well."""


def synonymous_fix(
    record: Record,
    rules: Sequence[Rule],
    region: tuple[int, int],
    *,
    usage: CodonUsage | None = None,
) -> tuple[Change, ...] | None:
    """Mend a place by synonymous codons, with as few changed letters as can be.

    Parameters
    ----------
    record : Record
        With its CDS features.
    rules : sequence of Rule
        What must hold in and around the place afterwards (`Avoid`, `GCContent`).
    region : (start, end)
        The place; letters up to 30 beside it may change too.
    usage : CodonUsage, optional
        Of equally few changes, the one with this host's better codons is taken.

    Returns
    -------
    tuple of Change, or None
        None where no synonymous change keeps the rules.

    Examples
    --------
    >>> from biowright.core import Feature, Location
    >>> from biowright.core import Sequence as Letters
    >>> from biowright.design import Avoid, codon_usage
    >>> gene = Record(Letters("ATGGGTCTCTAA"), features=[Feature("CDS", Location.of((0, 12)))])
    >>> usage = codon_usage("Escherichia coli")
    >>> fix = synonymous_fix(gene, [Avoid("BsaI")], (3, 9), usage=usage)
    >>> [change.what for change in fix]
    ['CDS L3 CTC>CTG']
    """
    length = len(record)
    kept = np.ones(length, np.bool_)
    reach = np.arange(region[0] - MARGIN, region[1] + MARGIN)
    reach = reach % length if record.circular else reach[(reach >= 0) & (reach < length)]
    kept[reach] = False
    soft: list[Rule] = [Identity(weight=100.0)]
    if usage is not None:
        soft.append(CodonUse(usage))
    layout = compile_layout(record, [KeepProtein(), *rules], soft=soft, kept=kept)
    answer = solve(make_chain(layout, layout.symbols, region[0] - MARGIN, region[1] + MARGIN))
    chain = make_chain(layout, layout.symbols, region[0] - MARGIN, region[1] + MARGIN)
    if answer.letters is None or answer.worth < -BREACH / 2 or answer.breaches:
        return None
    symbols = layout.symbols.copy()
    core = slice(*chain.core)
    put_letters(symbols, layout, chain.index[core], answer.letters[core])
    letters = spelled_letters(layout, Answer(codes(symbols), 0.0, 0.0))
    done = changed_record(record, letters, "design: synonymous fix")
    return tuple(explain(layout, done, rules, soft)[0])
