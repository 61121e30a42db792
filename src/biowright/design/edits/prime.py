"""Prime editing: pegRNAs, their second nicks, and what the reverse transcriptase makes of them.

The nicked strand binds the primer binding site of the guide's 3' extension and is extended along its
template (Anzalone et al. 2019, doi:10.1038/s41586-019-1711-4). The extension does not begin with C, which
would pair with the scaffold's G81; a second nick on the other strand raises the yield (PE3), best by a
guide that fits the edited sequence only (PE3b). A 3' motif protects the extension (epegRNA, tevopreQ1,
Nelson et al. 2022, doi:10.1038/s41587-021-01039-7).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from biowright.bio import melting_temperatures
from biowright.core import InputError, Record
from biowright.core import Sequence as Letters

from ..nuclease_table import Nuclease
from .change import Edit
from .genome import Genome
from .proof import Recombination
from .targets import Target, edited_window, find_targets

__all__ = ["SCAFFOLD", "TEVOPREQ1", "PrimeEdit", "PrimeRules", "possible_prime_edits", "prime"]

# the usual scaffold of SpCas9's guides, and the motif of epegRNAs, from the papers above
SCAFFOLD = "GTTTTAGAGCTAGAAATAGCAAGTTAAAATAAGGCTAGTCCGTTATCAACTTGAAAAAGTGGCACCGAGTCGGTGC"
TEVOPREQ1 = "CGCGGTTCTATCTAGTTACGCGTTAAACCAACTAGAA"


@dataclass(frozen=True, slots=True)
class PrimeRules:
    """How pegRNAs are to be.

    Parameters
    ----------
    binding : (int, int), default (8, 17)
        The shortest and longest primer binding site, in nt.
    melting : float, default 30
        °C that the primer binding site should melt at, in the buffer of `melting_temperature`.
    homology : (int, int), default (7, 16)
        Template letters behind the edit, in nt.
    template : int, default 40
        The longest template, in nt.
    nicks : (int, int), default (40, 100)
        How far from the first nick the second one lies, in nt; PE3b's may lie nearer.

    Raises
    ------
    InputError
        Limits in the wrong order.
    """

    binding: tuple[int, int] = (8, 17)
    melting: float = 30.0
    homology: tuple[int, int] = (7, 16)
    template: int = 40
    nicks: tuple[int, int] = (40, 100)

    def __post_init__(self) -> None:
        for name in ("binding", "homology", "nicks"):
            low, high = getattr(self, name)
            if not 1 <= low <= high:
                raise InputError(f"{name} of {low} to {high} nt", expected="the lower limit first")


@dataclass(frozen=True, slots=True)
class PrimeEdit:
    """A pegRNA with its second nick.

    Parameters
    ----------
    edit : Edit
    target : Target
    binding : str
        The primer binding site, 5'→3' as in the extension.
    template : str
        The template, 5'→3' as in the extension, before the binding site.
    melting : float
        Of the binding site, in °C.
    recombination : Recombination
        What it makes of the genome, worked out from spacer and extension.
    nick : Target, optional
        The guide of the second nick.
    strategy : str
        ``PE2`` without, ``PE3`` with a second nick, ``PE3b`` where its guide fits the edited sequence only.
    spared : bool
        Whether the edit changes the PAM or the seed, so that the product is not nicked again.
    notices : tuple of str
    """

    edit: Edit
    target: Target
    binding: str
    template: str
    melting: float
    recombination: Recombination
    nick: Target | None
    strategy: str
    spared: bool
    notices: tuple[str, ...] = ()

    @property
    def extension(self) -> str:
        """The 3' extension, 5'→3'."""
        return self.template + self.binding

    @property
    def guide(self) -> str:
        """The whole pegRNA as DNA, 5'→3'."""
        return self.target.spacer + SCAFFOLD + self.extension

    @property
    def protected(self) -> str:
        """The whole epegRNA as DNA, 5'→3'."""
        return self.guide + TEVOPREQ1


def prime(
    genome: Genome, target: Target, extension: str, binding: int, reach: int = 120
) -> Recombination:
    """Work out what a pegRNA does, from its target and extension alone.

    The nicked strand must pair with the binding site. The new flap takes the place of the old one as far
    as its 3' end finds the letters that it pairs with: where the most letters at the flap's end stand in
    the genome, the nearest such place if there are several.

    Raises
    ------
    InputError
        The binding site does not fit, or the flap's end fits nowhere.
    """
    strand = target.strand
    flap = str(Letters(extension).reverse_complement())
    primer, flap = flap[:binding], flap[binding:]
    contig, cut = target.contig, target.cut

    def ahead(low: int, high: int) -> str:
        """Read letters relative to the nick, along the nicked strand."""
        if strand == 1:
            return genome.window(contig, cut + low, cut + high).decode()
        text = genome.window(contig, cut - high, cut - low).decode()
        return str(Letters(text).reverse_complement())

    if ahead(-binding, 0) != primer:
        raise InputError("the primer binding site does not pair with the nicked strand")
    genomic = ahead(0, reach)
    best, place = 0, -1
    for end in range(len(genomic) + 1):
        shared = 0
        while shared < min(len(flap), end) and flap[-1 - shared] == genomic[end - 1 - shared]:
            shared += 1
        nearer = abs(end - len(flap)) < abs(place - len(flap))
        if shared > best or (shared == best and shared and nearer):
            best, place = shared, end
    if best < _GRIP:
        raise InputError("the end of the flap pairs nowhere behind the nick")
    if strand == 1:
        return Recombination(contig, cut, cut + place, flap)
    return Recombination(contig, cut - place, cut, str(Letters(flap).reverse_complement()))


_GRIP = 5  # letters by which the end of a flap has to pair


def possible_prime_edits(
    genome: Genome,
    edits: Iterable[Edit],
    nuclease: Nuclease,
    rules: PrimeRules | None = None,
    *,
    limit: int = 12,
) -> Iterator[PrimeEdit]:
    """Walk pegRNAs for an edit: those that spare their product, with short templates, first.

    Raises
    ------
    InputError
        No PAM lies so that a template can reach the edit.
    """
    rules = rules or PrimeRules()
    if nuclease.cuts is None or nuclease.side != 3:
        raise InputError(
            f"{nuclease.name} cannot be used for prime editing",
            hint="name one such as PE2 or SpCas9",
        )
    found: list[tuple[tuple[object, ...], PrimeEdit]] = []
    for order, edit in enumerate(edits):
        for target in _reaching(genome, edit, nuclease, rules):
            made = next(_extensions(genome, edit, target, rules), None)
            if made is None:
                continue
            binding, template, melting, result = made
            spared = _touched(edit, target, nuclease)
            nick, strategy = _second_nick(genome, edit, target, nuclease, rules)
            notices = []
            if template.startswith("C"):
                notices.append("the extension begins with C")
            if "TTTT" in target.spacer + template + binding:
                notices.append("TTTT ends transcription by U6")
            key = (bool(notices), not spared, len(template), order, target.start, target.strand)
            guide = PrimeEdit(
                edit,
                target,
                binding,
                template,
                melting,
                result,
                nick,
                strategy,
                spared,
                tuple(notices),
            )
            found.append((key, guide))
        if len(found) >= 2 * limit:
            break
    if not found:
        raise InputError(
            f"no PAM {nuclease.pam} lies so that a template of {rules.template} nt reaches"
        )
    yield from (guide for _, guide in sorted(found, key=lambda pair: pair[0])[:limit])


def _reaching(
    genome: Genome, edit: Edit, nuclease: Nuclease, rules: PrimeRules
) -> Iterator[Target]:
    margin = rules.template + nuclease.spacer + len(nuclease.pam)
    for target in find_targets(
        genome, edit.contig, edit.start - margin, edit.end + margin, nuclease
    ):
        behind = edit.start - target.cut if target.strand == 1 else target.cut - edit.end
        if behind >= 0 and behind + len(edit.new) + rules.homology[0] <= rules.template:
            yield target


def _extensions(
    genome: Genome, edit: Edit, target: Target, rules: PrimeRules
) -> Iterator[tuple[str, str, float, Recombination]]:
    """Walk binding site and template: the site by its melting temperature, no C at the front first.

    Only those whose flap settles where it makes the edit: in repeats its end may pair elsewhere.
    """
    strand = target.strand
    longest, reach = rules.binding[1], rules.template + len(edit.old)
    if strand == 1:
        low, high = target.cut - longest, target.cut + reach
    else:
        low, high = target.cut - reach, target.cut + longest
    old = genome.window(edit.contig, low, high).decode()
    if len(old) < high - low or set(old) - set("ACGT"):
        return
    wanted = edited_window(genome, edit.contig, low, high, (edit,))
    behind = edit.start - target.cut if strand == 1 else target.cut - edit.end
    letters = wanted if strand == 1 else str(Letters(wanted).reverse_complement())
    before, after = letters[:longest], letters[longest:]
    sites = [before[-n:] for n in range(rules.binding[0], longest + 1)]
    warmth = melting_temperatures(sites)
    chosen = int(abs(warmth - rules.melting).argmin())
    binding = str(Letters(sites[chosen]).reverse_complement())
    needed = behind + len(edit.new)
    most = min(rules.template, len(after))
    lengths = [needed + n for n in range(rules.homology[0], rules.homology[1] + 1)]
    # the extension begins with the complement of the template's last letter
    for length in sorted((n for n in lengths if n <= most), key=lambda n: after[n - 1] == "G"):
        template = str(Letters(after[:length]).reverse_complement())
        try:
            result = prime(genome, target, template + binding, len(binding))
        except InputError:
            continue
        made = edited_window(genome, edit.contig, low, high, (_as_edit(result),))
        if made == wanted:
            yield binding, template, float(warmth[chosen]), result


def _as_edit(made: Recombination) -> Edit:
    return Edit("", made.contig, made.start, made.end, "", made.new)


def _touched(edit: Edit, target: Target, nuclease: Nuclease) -> bool:
    low, high = target.protospacer
    seed = nuclease.seed or 10
    if target.strand == 1:
        low, high = high - seed, target.end
    else:
        low, high = target.start, low + seed
    return edit.start < high and low < max(edit.end, edit.start + 1)


def _second_nick(
    genome: Genome, edit: Edit, target: Target, nuclease: Nuclease, rules: PrimeRules
) -> tuple[Target | None, str]:
    """Choose the guide on the other strand: one that fits the edited letters only, or one at a distance."""
    low, high = rules.nicks
    margin = high + nuclease.spacer + len(nuclease.pam)
    others = [
        t
        for t in find_targets(
            genome, edit.contig, target.cut - margin, target.cut + margin, nuclease
        )
        if t.strand == -target.strand
    ]
    edited = _edited_targets(genome, edit, target, nuclease, margin)
    fresh = [t for t in edited if all(t.spacer != o.spacer for o in others)]
    if fresh:
        return min(fresh, key=lambda t: (abs(t.cut - target.cut), t.start)), "PE3b"
    far = [t for t in others if low <= abs(t.cut - target.cut) <= high]
    far = [t for t in far if t.end <= edit.start or edit.end <= t.start]
    if far:
        middle = (low + high) / 2
        return min(far, key=lambda t: (abs(abs(t.cut - target.cut) - middle), t.start)), "PE3"
    return None, "PE2"


def _edited_targets(
    genome: Genome, edit: Edit, target: Target, nuclease: Nuclease, margin: int
) -> list[Target]:
    """Find the targets on the other strand that hold edited letters, in the edited genome."""
    low, high = edit.start - margin, edit.end + margin
    if not genome.records[edit.contig].circular:
        low = max(low, 0)
    text = edited_window(genome, edit.contig, low, high, (edit,))
    local = Genome((Record(Letters(text), "edited"),))
    first, last = edit.start - low, edit.start - low + max(len(edit.new), 1)
    found = []
    for t in find_targets(local, 0, 0, len(text), nuclease):
        start, end = t.protospacer
        if t.strand == -target.strand and start < last and first < end:
            moved = low + t.start
            found.append(Target(edit.contig, moved, t.strand, t.spacer, t.pam, t.side, t.cut + low))
    return found
