"""How much activity is left at a site that does not fit a guide everywhere: CFD and MIT."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from biowright.core import InputError, SequenceError

__all__ = ["Variant", "cfd_score", "mit_score", "specificity"]

Floats = npt.NDArray[np.float64]
Variant = Literal["published", "crispor"]
"""A score as its authors published it, or as the web tool CRISPOR computes it."""

_CODES = np.full(256, 4, np.uint8)
for _at, _letter in enumerate(b"ACGT"):
    _CODES[[_letter, _letter | 32]] = _at
_CODES[[ord("U"), ord("u")]] = 3

# the weight of a mismatch at each place, from the 5' end on
_MIT = np.array(
    [0, 0, 0.014, 0, 0, 0.395, 0.317, 0, 0.389, 0.079,
     0.445, 0.508, 0.613, 0.851, 0.732, 0.828, 0.615, 0.804, 0.685, 0.583]
)  # fmt: skip


def cfd_score(guides: str | Sequence[str], sites: Sequence[str]) -> Floats:
    """Give the cutting frequency determination score of sites of SpCas9.

    The score estimates, from 0 to 1, which share of the activity at a perfect site is left. It was
    measured with SpCas9 in human cells; other nucleases have other figures. Doench et al. 2016,
    doi:10.1038/nbt.3437.

    Parameters
    ----------
    guides : str or sequence of str
        Spacers of 20 letters, one for all sites or one each.
    sites : sequence of str
        Protospacer and motif, 23 letters. An ambiguous letter makes the score NaN.

    Returns
    -------
    array of float, (sites,)

    Raises
    ------
    SequenceError
        A guide has not 20 letters, or a site not 23.
    InputError
        There is neither one guide nor as many as sites.

    Examples
    --------
    >>> cfd_score("GACGCATAAAGATGAGACGC", ["GACGCATAAAGATGAGACGCTGG", "GACGCATAAAGATGAGACGTTGG"])
    array([1. , 0.3])
    """
    guide, site = _arrays(guides, sites)
    mismatch, motif = _cfd()
    places = np.arange(20)
    known = (site < 4).all(axis=1)
    wanted = np.where(site < 4, site, 0)
    left = mismatch[places, guide, wanted[:, :20]].prod(axis=1)
    left *= motif[wanted[:, 21], wanted[:, 22]]
    return np.where(known, left, np.nan)


def mit_score(
    guides: str | Sequence[str], sites: Sequence[str], *, variant: Variant = "published"
) -> Floats:
    """Give the MIT score of sites of SpCas9, from 0 to 1.

    It is the single-hit score of Hsu et al. 2013, doi:10.1038/nbt.2647, which is often written as a
    percentage; the motif is not looked at. An ambiguous letter is a mismatch.

    Parameters, results and errors as in `cfd_score`; a site may be without its motif.

    Parameters
    ----------
    guides, sites
        As in `cfd_score`.
    variant : str, default "published"
        CRISPOR (``crispor``) rounds the mean distance of mismatches down to a whole number, which
        the published formula does not.

    Examples
    --------
    >>> mit_score("GACTTGTTTTCATTGTTCTC", ["TCCTTGTTTTCATTGTTCTC"]).round(6)
    array([0.052198])
    """
    checked(variant)
    guide, site = _arrays(guides, sites)
    wrong = guide != site[:, :20]
    count = wrong.sum(axis=1)
    left = np.where(wrong, 1 - _MIT, 1.0).prod(axis=1)
    first = wrong.argmax(axis=1)
    last = 19 - wrong[:, ::-1].argmax(axis=1)
    # the mean distance between neighbouring mismatches; of one alone, the whole length
    apart = np.where(count > 1, (last - first) / np.maximum(count - 1, 1), 19.0)
    if variant == "crispor":
        apart = np.floor(apart)
    spread = 1 / ((19 - apart) / 19 * 4 + 1)
    scores: Floats = np.where(count == 0, 1.0, left * spread / np.maximum(count, 1) ** 2)
    return scores


def specificity(scores: Floats) -> float:
    """Give the specificity of a guide from the scores of its off-targets: 1 / (1 + their sum).

    Examples
    --------
    >>> import numpy as np
    >>> specificity(np.array([0.5, 0.5]))
    0.5
    """
    return 1 / (1 + float(np.nansum(scores)))


def checked(variant: str) -> None:
    """Refuse a variant that is not known."""
    if variant not in get_args(Variant):
        raise InputError(f"the variant '{variant}'", expected=" or ".join(get_args(Variant)))


def _arrays(
    guides: str | Sequence[str], sites: Sequence[str]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    listed = [guides] if isinstance(guides, str) else list(guides)
    if len(listed) not in (1, len(sites)):
        raise InputError(
            f"{len(listed)} guides for {len(sites)} sites", expected="one guide, or one a site"
        )
    for guide in listed:
        if len(guide) != 20:
            raise SequenceError(f"the guide '{guide[:60]}' has {len(guide)} letters", expected="20")
    for site in sites:
        if len(site) not in (20, 23) or len(site) != len(sites[0]):
            raise SequenceError(
                f"the site '{site[:60]}' has {len(site)} letters", expected="20 and a motif of 3"
            )
    guide = _CODES[np.frombuffer("".join(listed).encode("ascii", "replace"), np.uint8)]
    if (guide > 3).any():
        raise SequenceError("a guide has a letter other than A, C, G, T and U")
    width = len(sites[0]) if sites else 23
    site = _CODES[np.frombuffer("".join(sites).encode("ascii", "replace"), np.uint8)]
    return guide.reshape(-1, 20), site.reshape(-1, width)


@cache
def _cfd() -> tuple[Floats, Floats]:
    """Give the scores by place, letter of the guide and of the site, and those of motifs."""
    mismatch = np.ones((20, 4, 4))
    motif = np.zeros((4, 4))
    text = files("biowright.design").joinpath("data/cfd.tsv").read_text("ascii")
    for line in text.splitlines():
        if line.startswith(("#", "place")):
            continue
        place, guide, site, score = line.split("\t")
        if place == "motif":
            motif["ACGT".index(site[0]), "ACGT".index(site[1])] = float(score)
        else:
            mismatch[int(place) - 1, "ACGT".index(guide), "ACGT".index(site)] = float(score)
    return mismatch, motif
