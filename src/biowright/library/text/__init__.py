"""Search by words: names, descriptions, roles, tags and aliases, with typos forgiven.

The index is derived: segments of numbered versions, made from the store and made again where they are
missing or damaged. What is newer than the last segment is looked at as it is.
"""

from .index import TextHit, TextIndex

__all__ = ["TextHit", "TextIndex"]
