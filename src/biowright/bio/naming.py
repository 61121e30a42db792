"""What a gene is called: the names that its features carry, in one place for all who look genes up."""

from __future__ import annotations

from collections.abc import Iterator

from biowright.core import Feature

__all__ = ["gene_names"]

_KEYS = frozenset(("gene", "locus_tag", "old_locus_tag", "protein_id", "label", "standard_name"))


def gene_names(feature: Feature) -> Iterator[str]:
    """Walk the names of a gene, in the order of its qualifiers; synonyms in one line come one by one.

    Examples
    --------
    >>> from biowright.core import Location
    >>> said = {"gene": "lacZ", "gene_synonym": "ECK0341; b0344"}
    >>> list(gene_names(Feature("CDS", Location.of((0, 9)), said)))
    ['lacZ', 'ECK0341', 'b0344']
    """
    for key, value in feature.qualifiers.pairs:
        if value and key in _KEYS:
            yield value
        elif value and key == "gene_synonym":
            yield from filter(None, (name.strip() for name in value.split(";")))
