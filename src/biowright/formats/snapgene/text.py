"""Text in SnapGene files: plain, or marked up as HTML where somebody set italics."""

from __future__ import annotations

import html
import re

__all__ = ["plain_text"]

_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.S)
_BREAK = re.compile(r"<br\s*/?>|</p>\s*<p[^<>]*>", re.I)


def plain_text(text: str) -> str:
    """Give the text without markup; text that is not marked up comes back as it is.

    Examples
    --------
    >>> plain_text("<html><body><i>bla</i> &amp; ori</body></html>")
    'bla & ori'
    >>> plain_text("length < 10")
    'length < 10'
    """
    if not text.startswith("<html>"):
        return text
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", text))).strip()
