"""Donors, base editing and prime editing: each judged by a look at the DNA that does not trust them."""

from __future__ import annotations

import re

import pytest

from biowright.core import InputError, Record, Sequence
from biowright.design.edits import (
    DonorRules,
    Genome,
    Homology,
    PrimeRules,
    cloning_oligos,
    design_edits,
    find_targets,
    guide_array,
    parse_change,
    parse_table,
    possible_edits,
)
from biowright.design.edits.base_editing import deaminate, possible_base_edits, stop_edits
from biowright.design.edits.donors import possible_donors
from biowright.design.edits.prime import possible_prime_edits, prime
from biowright.design.nuclease_table import nuclease

from .genomes import make_genome, mirror


@pytest.fixture(scope="module")
def genome() -> Genome:
    return make_genome(11, genes=10)


@pytest.fixture(scope="module")
def homology(genome: Genome) -> Homology:
    return Homology(genome)


def sites(text: str, spacer: str, pam: str = "[ACGT]GG") -> int:
    """Count the sites of a spacer that differ in less than two letters of the seed and four in all."""
    found = 0
    for letters in (text, mirror(text)):
        for match in re.finditer(f"(?={pam})", letters):
            other = letters[match.start() - 20 : match.start()] if match.start() >= 20 else ""
            if len(other) == 20:
                wrong = [i for i in range(20) if other[i] != spacer[i]]
                found += sum(i >= 8 for i in wrong) < 2 and len(wrong) < 4
    return found


def test_targets_are_those_of_a_plain_scan(genome: Genome) -> None:
    """Both strands, over the origin, overlapping PAMs, and a 5' PAM."""
    text = genome.letters[0].decode()
    length = len(text)
    doubled = text + text[:200]
    for name, pattern, cut in (
        ("SpCas9", "(?=([ACGT]{20})([ACGT]GG))", 17),
        ("AsCas12a", "(?=(TTT[ACG])([ACGT]{23}))", 4 + 18),
    ):
        tool = nuclease(name)
        found = {
            (t.start % length, t.strand, t.spacer, t.pam, t.cut % length)
            for t in find_targets(genome, 0, length - 300, length + 200, tool)
        }
        expected = set()
        for strand in (1, -1):
            window = doubled[length - 300 : length + 200]
            letters = window if strand == 1 else mirror(window)
            for match in re.finditer(pattern, letters):
                size = len(match[1]) + len(match[2])
                at = match.start() if strand == 1 else 500 - match.start() - size
                place = match.start() + cut if strand == 1 else 500 - match.start() - cut
                spacer, pam = (match[1], match[2]) if tool.side == 3 else (match[2], match[1])
                expected.add(
                    (
                        (length - 300 + at) % length,
                        strand,
                        spacer,
                        pam,
                        (length - 300 + place) % length,
                    )
                )
        assert found == expected
        assert any(start > length - 27 for start, *_ in found)


@pytest.mark.parametrize("change", ["knockout", "start GTG", "A5V", "tag-c CACCATCAC"])
@pytest.mark.parametrize("gene", ["g2", "g5"])
def test_donors_spare_the_result_and_the_other_proteins(
    genome: Genome, homology: Homology, gene: str, change: str
) -> None:
    if change == "A5V":
        residue = genome.protein(genome.gene(gene))[4]
        change = f"{residue}5{'V' if residue != 'V' else 'A'}"
    edits = list(possible_edits(genome, "x", parse_change(change), gene))
    rules = DonorRules(arm=80, reach=60)
    donors = list(possible_donors(genome, homology, edits, nuclease("SpCas9"), rules))
    assert donors
    text = genome.letters[0].decode()
    for donor in donors:
        made = donor.recombination
        after = text[: made.start] + made.new + text[made.end :]
        assert sites(text, donor.target.spacer) >= 1
        assert not sites(after, donor.target.spacer)
        assert not sites(donor.sequence, donor.target.spacer)  # the donor itself is not cut
        # the silent changes leave every protein as the edit alone leaves it
        alone = text[: donor.edit.start] + donor.edit.new + text[donor.edit.end :]
        shift = len(after) - len(text)
        for other in genome.genes:
            start, end = other.feature.location.start, other.feature.location.end
            if start >= donor.edit.end:
                start, end = start + shift, end + shift
            elif end > donor.edit.start:
                end += shift
            pair = [letters[start:end] for letters in (alone, after)]
            if other.strand == -1:
                pair = [mirror(letters) for letters in pair]
            one, two = (str(Sequence(p[: len(p) // 3 * 3])) for p in pair)
            codons = [(one[i : i + 3], two[i : i + 3]) for i in range(0, len(one), 3)]
            assert all(other.code[a] == other.code[b] for a, b in codons)
            assert codons[0][0] == codons[0][1]


def test_arms_longer_than_the_circle_are_refused(genome: Genome, homology: Homology) -> None:
    edits = list(possible_edits(genome, "x", parse_change("knockout"), "g5"))
    rules = DonorRules(arm=(len(genome.records[0]) + 1) // 2, reach=60)
    with pytest.raises(InputError, match=r"arms of .* overlap"):
        list(possible_donors(genome, homology, edits, nuclease("SpCas9"), rules))


def test_a_donor_at_the_end_of_a_contig_is_refused_or_shorter() -> None:
    genome = make_genome(12, circular=False)
    homology = Homology(genome)
    rules = DonorRules(arm=120, reach=60)
    (edit,) = possible_edits(genome, "x", parse_change("insert 100 ACGTACGTAC"))
    for donor in possible_donors(genome, homology, [edit], nuclease("SpCas9"), rules):
        assert donor.recombination.start == 0
    (edit,) = possible_edits(genome, "x", parse_change("insert 5 ACGTACGTAC"))
    with pytest.raises(InputError):
        list(possible_donors(genome, homology, [edit], nuclease("SpCas9"), rules))
    with pytest.raises(InputError, match="no cut"):
        list(possible_donors(genome, homology, [edit], nuclease("dCas9"), rules))


def test_base_editors_change_what_is_asked_and_name_the_bystanders(genome: Genome) -> None:
    editor = nuclease("BE4max")
    gene = genome.gene("g4")
    looked = 0
    for edit in stop_edits(genome, gene, editor):
        assert edit.protein is not None
        try:
            guides = list(possible_base_edits(genome, [edit], editor))
        except InputError:
            continue
        for guide in guides:
            looked += 1
            spacer, (low, high) = guide.target.spacer, editor.window or (0, 0)
            window = {i for i in range(low, high + 1) if spacer[i - 1] == "C"}
            assert set(guide.letters) | set(guide.bystanders) == window
            made = deaminate(genome, guide.target, editor, guide.letters)
            text = genome.letters[0].decode()
            after = text[: made.start] + made.new + text[made.end :]
            assert after == text[: edit.start] + edit.new + text[edit.end :]
            # all bystanders together: what the design says stands there then does
            all_made = deaminate(genome, guide.target, editor, window)
            whole = guide.whole
            assert (
                text[: all_made.start] + all_made.new + text[all_made.end :]
                == text[: whole.start] + whole.new + text[whole.end :]
            )
            assert guide.bystanders or not guide.altered
    assert looked
    wrong = next(i for i, x in enumerate(guide.target.spacer, 1) if x != "C")
    with pytest.raises(InputError, match="no C of the genome"):
        deaminate(genome, guide.target, editor, [wrong])
    with pytest.raises(InputError, match="is no base editor"):
        list(possible_base_edits(genome, [edit], nuclease("SpCas9")))
    assert not list(stop_edits(genome, gene, nuclease("ABE8e")))


@pytest.mark.parametrize("text", ["start GTG", "knockout", "insert", "delete"])
@pytest.mark.parametrize("name", ["g2", "g3"])
def test_prime_edits_come_out_as_asked(genome: Genome, name: str, text: str) -> None:
    gene = genome.gene(name)
    low, _ = gene.codon(12)
    change = {"insert": f"insert {low} ACTGAC", "delete": f"delete {low}..{low + 7}"}.get(
        text, text
    )
    edits = list(
        possible_edits(
            genome,
            "x",
            parse_change(change),
            "" if change[-1].isdigit() or "ACTGAC" in change else name,
        )
    )
    letters = genome.letters[0].decode()
    rules = PrimeRules()
    guides = list(possible_prime_edits(genome, edits, nuclease("SpCas9"), rules))
    assert guides
    for guide in guides:
        made, edit = guide.recombination, guide.edit
        after = letters[: made.start] + made.new + letters[made.end :]
        assert after == letters[: edit.start] + edit.new + letters[edit.end :]
        assert guide.template.startswith("C") == ("the extension begins with C" in guide.notices)
        assert rules.binding[0] <= len(guide.binding) <= rules.binding[1]
        assert len(guide.template) <= rules.template
        # the binding site pairs with the nicked strand, just before the nick
        strand = letters if guide.target.strand == 1 else mirror(letters)
        cut = guide.target.cut if guide.target.strand == 1 else len(letters) - guide.target.cut
        assert mirror(guide.binding) == strand[cut - len(guide.binding) : cut]
        assert strand[cut - 17 : cut + 3] == guide.target.spacer
        assert strand[cut + 4 : cut + 6] == "GG"
        if guide.strategy == "PE3b":
            assert guide.nick is not None
            assert guide.nick.spacer in after or guide.nick.spacer in mirror(after)
            assert guide.nick.spacer not in letters + mirror(letters)
        elif guide.strategy == "PE3":
            assert guide.nick is not None
            assert rules.nicks[0] <= abs(guide.nick.cut - guide.target.cut) <= rules.nicks[1]
            assert guide.nick.strand == -guide.target.strand
    with pytest.raises(InputError, match="does not pair"):
        prime(genome, guides[0].target, guides[0].template + "ACGTACGTACGT", 12)


def test_a_genome_over_the_origin_is_edited_by_every_method() -> None:
    base = make_genome(13)
    record = base.records[0]
    table = "gene,change\ng3,start GTG\ng3,A4V\n"
    protein = base.protein(base.gene("g3"))
    table = f"gene,change\ng3,start GTG\ng3,{protein[3]}4{'V' if protein[3] != 'V' else 'A'}\n"
    from biowright.core import rotate

    middle = base.gene("g3").feature.location.start + 100
    turned = Genome((rotate(record, middle),))
    assert turned.gene("g3").feature.location.end > len(record)
    for method, rules in (("mage", None), ("hdr", DonorRules(arm=60, reach=50)), ("prime", None)):
        here = design_edits(base, parse_table(table), method, rules=rules, origin=None)
        there = design_edits(turned, parse_table(table), method, rules=rules)
        assert len(here.designs) == len(there.designs) > 0
        for one, two in zip(here.designs, there.designs, strict=True):
            assert (one.edit.start - middle) % len(record) == two.edit.start % len(record)
            assert (one.edit.old, one.edit.new) == (two.edit.old, two.edit.new)


def test_cas12a_guides_a_donor(genome: Genome, homology: Homology) -> None:
    edits = list(possible_edits(genome, "x", parse_change("knockout"), "g2"))
    rules = DonorRules(arm=120, reach=100)
    tool = nuclease("LbCas12a")
    for donor in possible_donors(genome, homology, edits, tool, rules):
        assert re.fullmatch("TTT[ACG]", donor.target.pam)
        low, high = donor.target.protospacer
        text = genome.letters[0].decode()[low:high]
        assert donor.target.spacer == (text if donor.target.strand == 1 else mirror(text))


def test_oligos_for_cloning_anneal_and_fit_their_plasmid() -> None:
    forward, reverse = cloning_oligos("ttgacggctagctcagtcct", "pX330")
    assert forward == "CACC" + "G" + "TTGACGGCTAGCTCAGTCCT"
    assert mirror(reverse[4:]) == forward[4:]
    with pytest.raises(InputError, match="BbsI cuts"):
        cloning_oligos("GAAGACGGCTAGCTCAGTCC", "pX330")
    with pytest.raises(InputError, match="did you mean"):
        cloning_oligos("GACG", "pX33O")
    with pytest.raises(InputError, match="no spacer"):
        cloning_oligos("GACN", "pX330")


@pytest.mark.parametrize("system", ["AsCas12a", "tRNA", "Csy4"])
def test_arrays_hold_their_spacers_in_order(system: str) -> None:
    spacers = ["GACGCATAAAGATGAGACGC", "TTGACGGCTAGCTCAGTCCT", "ACATTTAGGGTATTAGCCAA"]
    array = guide_array(spacers, system)
    assert [array.sequence[a:b] for a, b in array.spacers] == spacers
    for wrong in ([], ["ACGN"], [spacers[0], spacers[0].lower()]):
        with pytest.raises(InputError):
            guide_array(wrong, system)


def test_two_sequences_of_one_name_or_no_dna_are_refused() -> None:
    record = make_genome(1).records[0]
    with pytest.raises(InputError, match="two sequences"):
        Genome((record, record))
    with pytest.raises(InputError, match="no sequence"):
        Genome(())
    with pytest.raises(InputError, match="protein"):
        Genome((Record(Sequence("MKV", "protein"), "p"),))


@pytest.mark.parametrize("system", ["AsCas12a", "LbCas12a", "FnCas12a", "tRNA", "Csy4"])
def test_arrays_are_cut_into_their_guides(system: str) -> None:
    from biowright.design.edits import processed_guides
    from biowright.design.edits.cloning import _ARRAYS
    from biowright.design.edits.prime import SCAFFOLD

    spacers = ["GACGCATAAAGATGAGACGC", "TTGACGGCTAGCTCAGTCCT", "CCATTGCACGTTAGGACCTA"]
    array = guide_array(spacers, system)
    guides = processed_guides(array.sequence.lower().replace("t", "u"), system)
    assert len(guides) == 3
    for guide, spacer in zip(guides, spacers, strict=True):
        assert guide.count(spacer) == 1
        assert not any(other in guide for other in spacers if other != spacer)
        if "Cas12a" in system:
            assert guide.endswith(spacer)
        else:
            assert guide.startswith(spacer + SCAFFOLD)
    repeat = _ARRAYS[system][0]
    with pytest.raises(InputError, match="cut this array otherwise"):
        guide_array([spacers[0], "ACCA" + repeat + "ACCA"], system)
