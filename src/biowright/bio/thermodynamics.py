"""Thermodynamics of short DNA: melting temperatures and the stability of 3' ends.

The nearest-neighbour model of SantaLucia and Hicks (2004,
doi:10.1146/annurev.biophys.32.110601.141800) with the mismatches, dangling ends and loops of its
sources (``data/nearest_neighbours.tsv``). Everything works on one oligo or on a
hundred thousand at once.

>>> from biowright.bio import melting_temperature
>>> round(melting_temperature("GTAAAACGACGGCCAGT"), 1)
53.6
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from biowright.core import InputError, Record, Sequence, SequenceError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Codes = npt.NDArray[np.uint8]
    Starts = npt.NDArray[np.int64]

__all__ = [
    "PCR",
    "Buffer",
    "end_stabilities",
    "melting_temperature",
    "melting_temperatures",
    "window_melting_temperatures",
]

Letters = str | Sequence | Record

BODY = 37.0  # °C
ZERO = 273.15
_DIGITS = bytes(b"ACGT".find(bytes([x]).upper().replace(b"U", b"T")) & 255 for x in range(256))
_SALTS = ("owczarzy", "santalucia")


@dataclass(frozen=True, slots=True)
class Buffer:
    """What oligos are dissolved in; all concentrations in M.

    Parameters
    ----------
    monovalent : float, default 0.05
        Na+, K+, and half of Tris.
    magnesium : float, default 0
    dntps : float, default 0
        All four together; they bind magnesium.
    oligo : float, default 2.5e-7
        The strand that there is more of, such as a primer.
    target : float, default 0
        The other strand, such as a template.
    salt : str, default "owczarzy"
        How salt changes the melting temperature: ``owczarzy`` (Owczarzy et al. 2004,
        doi:10.1021/bi034621r, and with magnesium 2008, doi:10.1021/bi702363u) or ``santalucia``
        (SantaLucia 1998, doi:10.1073/pnas.95.4.1460, magnesium as 3.8 times its root of sodium,
        von Ahsen et al. 2001, doi:10.1093/clinchem/47.11.1956).

    Raises
    ------
    InputError
        A concentration is negative or no number, there is no salt or no oligo, or the correction is
        unknown.
    """

    monovalent: float = 0.05
    magnesium: float = 0.0
    dntps: float = 0.0
    oligo: float = 2.5e-7
    target: float = 0.0
    salt: str = "owczarzy"

    def __post_init__(self) -> None:
        for name in ("monovalent", "magnesium", "dntps", "oligo", "target"):
            value = getattr(self, name)
            if not 0 <= value < 20:
                raise InputError(f"{name} is {value} M", expected="a concentration in M, 0 or more")
        if not (self.monovalent or self.magnesium):
            raise InputError("a buffer without salt", hint="give monovalent or magnesium")
        if self.oligo <= self.target / 2:
            raise InputError(
                f"{self.oligo} M of oligo and {self.target} M of target",
                expected="more oligo than half of the target",
            )
        if self.salt not in _SALTS:
            raise InputError(f"no salt correction '{self.salt}'", expected=" or ".join(_SALTS))

    @property
    def free_magnesium(self) -> float:
        """Give the magnesium that dNTPs leave, with an association constant of 3e4 /M, in M."""
        if not self.dntps:
            return self.magnesium
        bound = 3e4
        b = bound * (self.dntps - self.magnesium) + 1.0
        return (-b + math.sqrt(b * b + 4.0 * bound * self.magnesium)) / (2.0 * bound)

    @property
    def sodium(self) -> float:
        """Give the sodium that stabilises as much as all salts together, in M."""
        return self.monovalent + 0.12 * math.sqrt(1000.0 * max(self.magnesium - self.dntps, 0.0))


PCR = Buffer(monovalent=0.05, magnesium=0.0015, dntps=0.0008, oligo=5e-7)
"""An ordinary PCR: 50 mM K+, 1.5 mM Mg2+, 0.2 mM of each dNTP, 500 nM of each primer."""
DEFAULT = Buffer()


def melting_temperature(
    sequence: Letters, site: Letters | None = None, *, buffer: Buffer = DEFAULT
) -> float:
    """Give the temperature at which half of an oligo is bound, in °C.

    Parameters
    ----------
    sequence : str, Sequence or Record
        A, C, G and T (or U) in either case, two letters at least.
    site : str, Sequence or Record, optional
        Where it binds, written as the oligo that would fit perfectly: letters that differ are
        mismatches. The oligo itself by default.
    buffer : Buffer, optional
        50 mM Na+ and 250 nM oligo by default.

    Returns
    -------
    float
        NaN where there are not two pairs.

    Raises
    ------
    SequenceError
        A letter is no base, or there are fewer than two.
    InputError
        The site is longer or shorter than the oligo.

    Examples
    --------
    >>> round(melting_temperature("ACGTTGCAAGGTCATTCG"), 1)
    54.2
    >>> round(melting_temperature("ACGTTGCAAGGTCATTCG", "ACGTTGCATGGTCATTCG"), 1)
    49.1
    """
    sites = None if site is None else [site]
    return float(melting_temperatures([sequence], sites, buffer=buffer)[0])


def melting_temperatures(
    sequences: Iterable[Letters],
    sites: Iterable[Letters] | None = None,
    *,
    buffer: Buffer = DEFAULT,
) -> Floats:
    """Give the melting temperatures of many oligos at once, in °C.

    Parameters
    ----------
    sequences : iterable of str, Sequence or Record
    sites : iterable of str, Sequence or Record, optional
        For each oligo, as in `melting_temperature`.
    buffer : Buffer, optional

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    SequenceError, InputError
        As in `melting_temperature`; the error names the oligo.

    Examples
    --------
    >>> melting_temperatures(["GTAAAACGACGGCCAGT", "CAGGAAACAGCTATGAC"]).round(1).tolist()
    [53.6, 47.5]
    """
    import numpy as np

    from .thermodynamics_kernels import aligned_duplexes, perfect_duplexes
    from .thermodynamics_tables import GAS, tables

    codes, starts = coded(sequences, shortest=2)
    out = np.zeros((len(starts) - 1, 4))
    if sites is None:
        perfect_duplexes(codes, starts, tables(), out)
        same = out[:, 3] > 0
    else:
        others, ends = coded(sites, shortest=2)
        if len(ends) != len(starts) or (ends != starts).any():
            raise InputError(
                "oligos and their sites are not equally long",
                hint="give each oligo the site that it binds, letter by letter",
            )
        aligned_duplexes(codes, 3 - others, starts, tables(), out)
        out[out[:, 3] < 2] = math.nan
        same = np.zeros(len(out), bool)
    strands = np.where(same, buffer.oligo, buffer.oligo - buffer.target / 2)
    sizes = np.diff(starts)
    enthalpy, entropy = out[:, 0], out[:, 1] + GAS * np.log(strands)
    return _melted(enthalpy, entropy, out[:, 2], sizes, buffer)


def window_melting_temperatures(
    sequence: Letters, size: int, *, buffer: Buffer = DEFAULT
) -> Floats:
    """Give the melting temperature of every window of a sequence, in °C.

    Parameters
    ----------
    sequence : str, Sequence or Record
        On a circle also the windows across its origin.
    size : int
        2 or more.
    buffer : Buffer, optional

    Returns
    -------
    ndarray, shape (n,)
        By the start of the window; NaN where a letter is no base.

    Examples
    --------
    >>> window_melting_temperatures("GTAAAACGACGGCCAGTN", 17).round(1).tolist()
    [53.6, nan]
    """
    import numpy as np

    from .thermodynamics_tables import GAS, tables

    if size < 2:
        raise InputError(f"windows of {size} bases", expected="2 or more")
    letters = spelled(sequence)
    whole = sequence.sequence if isinstance(sequence, Record) else sequence
    if isinstance(whole, Sequence) and whole.circular and size <= len(letters):
        letters += letters[: size - 1]
    codes = np.frombuffer(letters.encode("ascii", "replace").translate(_DIGITS), np.uint8)
    count = len(codes) - size + 1
    if count <= 0:
        return np.zeros(0)
    known = codes != 255
    bases = np.where(known, codes, 0).astype(np.int64)
    first, second = bases[:-1], bases[1:]
    made = tables()
    steps = made.step[first, second, 3 - first, 3 - second]
    sums = np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])
    total = sums[size - 1 :][:count] - sums[:count] + made.initiation
    weak = (bases == 0) | (bases == 3)
    total += (weak[:count].astype(float) + weak[size - 1 :])[:, None] * made.at_end
    inside = np.concatenate([[0], np.cumsum(~weak & known)])
    strong = (inside[size:] - inside[:count]).astype(float)
    unknown = np.concatenate([[0], np.cumsum(~known)])
    total[unknown[size:] > unknown[:count]] = math.nan
    sizes = np.full(count, size)
    entropy = total[:, 1] + GAS * math.log(buffer.oligo - buffer.target / 2)
    return _melted(total[:, 0], entropy, strong, sizes, buffer)


def _melted(
    enthalpy: Floats, entropy: Floats, strong: Floats, sizes: Starts, buffer: Buffer
) -> Floats:
    """Give melting temperatures; entropies hold the concentration."""
    if buffer.salt == "santalucia":
        entropy = entropy + 0.368 * (sizes - 1) * math.log(buffer.sodium)
        return 1000.0 * enthalpy / entropy - ZERO
    inverse = entropy / (1000.0 * enthalpy) + _owczarzy(strong / sizes, sizes, buffer)
    return 1.0 / inverse - ZERO


def _owczarzy(strong: Floats, sizes: Starts, buffer: Buffer) -> Floats:
    """Give what salt adds to the inverse of the melting temperature in K."""
    salt, magnesium = buffer.monovalent, buffer.free_magnesium
    ratio = math.sqrt(magnesium) / salt if salt else math.inf
    a, d, g = 3.92, 1.42, 8.31
    if ratio < 0.22:
        log = math.log(salt)
        return ((4.29 * strong - 3.95) * log + 0.94 * log * log) * 1e-5
    if ratio < 6.0:
        log = math.log(salt)
        a *= 0.843 - 0.352 * math.sqrt(salt) * log
        d *= 1.279 - 4.03e-3 * log - 8.03e-3 * log**2
        g *= 0.486 - 0.258 * log + 5.25e-3 * log**3
    log = math.log(magnesium)
    ends = (-48.2 + 52.5 * log + g * log * log) / (2.0 * (sizes - 1))
    return (a - 0.911 * log + strong * (6.26 + d * log) + ends) * 1e-5


def end_stabilities(
    sequences: Iterable[Letters], size: int = 5, *, temperature: float = BODY
) -> Floats:
    """Give how firmly the 3' ends of oligos sit: free energy of their last stacks, in kcal/mol.

    In 1 M NaCl and without the cost of initiation, as primer design takes it (Rychlik 1993,
    doi:10.1385/0-89603-244-2:31). The lower, the firmer: a primer whose last five bases are firmer
    than -9 primes also where little else fits.

    Parameters
    ----------
    sequences : iterable of str, Sequence or Record
    size : int, default 5
        How many bases at the 3' end.
    temperature : float, default 37
        In °C.

    Returns
    -------
    ndarray, shape (n,)

    Examples
    --------
    >>> end_stabilities(["ACGTACGATTAT", "ACGTACGGCGCG"]).round(1).tolist()
    [-3.3, -8.8]
    """
    import numpy as np

    from .thermodynamics_kernels import end_stabilities as fill
    from .thermodynamics_tables import tables

    if size < 2:
        raise InputError(f"the last {size} bases", expected="2 or more")
    codes, starts = coded(sequences, shortest=2)
    out = np.zeros(len(starts) - 1)
    fill(codes, starts, size, kelvin(temperature), tables(), out)
    return out


def kelvin(temperature: float) -> float:
    """Give a temperature in K, or refuse one at which no duplex is studied."""
    if not 0 <= temperature <= 100:
        raise InputError(f"{temperature} °C", expected="a temperature between 0 and 100 °C")
    return temperature + ZERO


def spelled(sequence: Letters) -> str:
    """Give the letters of an oligo as text."""
    return str(sequence.sequence) if isinstance(sequence, Record) else str(sequence)


def coded(
    sequences: Iterable[Letters], shortest: int = 1, longest: int | None = None
) -> tuple[Codes, Starts]:
    """Give the bases of all oligos as numbers one behind the other, and where each begins."""
    import numpy as np

    texts = [s if type(s) is str else spelled(s) for s in sequences]
    sizes = np.fromiter(map(len, texts), np.int64, len(texts))
    try:
        data = "".join(texts).encode("ascii").translate(_DIGITS)
    except UnicodeEncodeError:
        data = b"\xff"
    codes = np.frombuffer(data, np.uint8)
    if (codes == 255).any():
        for text in texts:
            for position, letter in enumerate(text):
                if letter.upper() not in "ACGTU":
                    raise SequenceError(
                        f"'{letter}' in the oligo {text[:40]} is no base",
                        position=position,
                        expected="A, C, G or T",
                        hint="write out what a degenerate oligo can be",
                    )
    for text in texts:
        if len(text) < shortest or (longest is not None and len(text) > longest):
            raise SequenceError(
                f"the oligo '{text[:40]}' has {len(text)} bases",
                expected=f"{shortest} to {longest}" if longest else f"{shortest} or more",
            )
    return codes, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
