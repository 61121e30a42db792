"""Where guides bind: all sites of a genome, with mismatches and bulges, exactly and fast.

A genome is indexed once for a motif (PAM), in a file that is mapped into memory; then a thousand
guides are searched in a fraction of a second. A list of sites is complete, which the tests prove by
brute force.

>>> from biowright.core import Record, Sequence
>>> from biowright.design.offtargets import index_records, search_sites
>>> genome = Record(Sequence("CCTTGACGCATAAAGATGAGACGCTGGAACCAGCGTCTCATCTATATGCGTC"), "tiny")
>>> hits = search_sites(index_records(genome, "NGG"), ["GACGCATAAAGATGAGACGC"], mismatches=2)
>>> [(hit.start, hit.strand, hit.mismatches) for hit in hits]
[(4, 1, 0), (29, -1, 1)]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from biowright.core.lazy import lazy_names

if TYPE_CHECKING:
    from .guides import Guide, read_guides
    from .hits import Site, SiteHits
    from .index import SiteIndex, cache_folder, index_records, open_index
    from .pams import Pam
    from .search import search_sites
    from .tables import write_hits

_HOMES = {
    "guides": ("Guide", "read_guides"),
    "hits": ("Site", "SiteHits"),
    "index": ("SiteIndex", "cache_folder", "index_records", "open_index"),
    "pams": ("Pam",),
    "search": ("search_sites",),
    "tables": ("write_hits",),
}
__getattr__, __dir__ = lazy_names(__name__, _HOMES)

__all__ = [
    "Guide",
    "Pam",
    "Site",
    "SiteHits",
    "SiteIndex",
    "cache_folder",
    "index_records",
    "open_index",
    "read_guides",
    "search_sites",
    "write_hits",
]
