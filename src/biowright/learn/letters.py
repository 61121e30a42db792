"""What is known of letters: descriptors of amino acids, which models compare letters by.

Two letters that are alike in these numbers are expected to do alike until data say otherwise.
"""

from __future__ import annotations

import numpy as np

__all__ = ["NUCLEOTIDES", "PROTEIN", "bury_letters", "describe_letters"]

PROTEIN = "ACDEFGHIKLMNPQRSTVWY"
NUCLEOTIDES = "ACGT"

# z1..z5 of Sandberg et al. 1998, doi:10.1021/jm9700575; hydropathy of Kyte and Doolittle 1982,
# doi:10.1016/0022-2836(82)90515-0; volume (cubic ångström) of Zamyatnin 1972,
# doi:10.1016/0079-6107(72)90005-3; charge at pH 7; aromatic; branched at the beta carbon
_FACTS = """
A  0.24 -2.32  0.60 -0.14  1.30   1.8  88.6  0   0 0
C  0.84 -1.67  3.71  0.18 -2.65   2.5 108.5  0   0 0
D  3.98  0.93  1.93 -2.46  0.75  -3.5 111.1 -1   0 0
E  3.11  0.26 -0.11 -3.04 -0.25  -3.5 138.4 -1   0 0
F -4.22  1.94  1.06  0.54 -0.62   2.8 189.9  0   1 0
G  2.05 -4.06  0.36 -0.82 -0.38  -0.4  60.1  0   0 0
H  2.47  1.95  0.26  3.90  0.09  -3.2 153.2  0.1 1 0
I -3.89 -1.73 -1.71 -0.84  0.26   4.5 166.7  0   0 1
K  2.29  0.89 -2.49  1.49  0.31  -3.9 168.6  1   0 0
L -4.28 -1.30 -1.49 -0.72  0.84   3.8 166.7  0   0 0
M -2.85 -0.22  0.47  1.94 -0.98   1.9 162.9  0   0 0
N  3.05  1.62  1.04 -1.15  1.61  -3.5 114.1  0   0 0
P -1.66  0.27  1.84  0.70  2.00  -1.6 112.7  0   0 0
Q  1.75  0.50 -1.44 -1.34  0.66  -3.5 143.8  0   0 0
R  3.52  2.50 -3.50  1.99 -0.17  -4.5 173.4  1   0 0
S  2.39 -1.07  1.15 -1.39  0.67  -0.8  89.0  0   0 0
T  0.75 -2.18 -1.12 -1.46 -0.40  -0.7 116.1  0   0 1
V -2.59 -2.64 -1.54 -0.85 -0.02   4.2 140.0  0   0 1
W -4.36  3.94  0.59  3.44 -1.59  -0.9 227.8  0   1 0
Y -2.54  2.44  0.43  0.04 -1.47  -1.3 193.6  0   1 0
"""


def describe_letters(letters: str) -> np.ndarray:
    """Give the descriptors of amino acids, each standardised over the twenty.

    Parameters
    ----------
    letters : str
        One-letter codes; a letter that is no amino acid (a gap, say) is far from all others.

    Returns
    -------
    numpy.ndarray
        Shape (letters, 11): ten descriptors, and a last one that is 0 for the twenty.

    Examples
    --------
    >>> describe_letters("ILD").shape
    (3, 11)
    """
    known = {
        line.split()[0]: [float(x) for x in line.split()[1:]] for line in _FACTS.split("\n") if line
    }
    table = np.array([known[letter] for letter in PROTEIN])
    centre, spread = table.mean(axis=0), table.std(axis=0)
    strangers = [letter for letter in letters if letter not in known]
    rows = []
    for letter in letters:
        if letter in known:
            rows.append([*((np.array(known[letter]) - centre) / spread), 0.0])
        else:
            rows.append([0.0] * len(centre) + [10.0 * (1 + strangers.index(letter))])
    return np.array(rows)


# the share of its surface that each residue loses in folded proteins: Rose et al. 1985,
# doi:10.1126/science.4023714; proline below all, since it is tolerated least wherever every letter
# was tried: Gray et al. 2017, doi:10.1534/genetics.117.300064
_BURIAL = {
    "A": 0.74, "C": 0.91, "D": 0.62, "E": 0.62, "F": 0.88, "G": 0.72, "H": 0.78, "I": 0.88,
    "K": 0.52, "L": 0.85, "M": 0.85, "N": 0.63, "P": 0.45, "Q": 0.62, "R": 0.64, "S": 0.66,
    "T": 0.70, "V": 0.86, "W": 0.85, "Y": 0.76,
}  # fmt: skip


def bury_letters(letters: str) -> np.ndarray:
    """Give how readily each letter is taken inside a protein (letters,), standardised over them.

    Sites that people choose mostly lie in cores and active sites. A letter that is no amino acid has
    the mean; where all are alike, all have 0.

    Examples
    --------
    >>> bury_letters("LPK").round(1).tolist()
    [1.4, -0.9, -0.5]
    """
    known = [_BURIAL[letter] for letter in letters if letter in _BURIAL]
    mean = float(np.mean(known)) if known else 0.0
    scores = np.array([_BURIAL.get(letter, mean) for letter in letters]) - mean
    spread = float(scores.std())
    return scores / spread if spread else scores
