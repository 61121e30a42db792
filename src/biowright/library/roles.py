"""What a part is for, in the Sequence Ontology: terms, their names, and which is a kind of which.

Source: the Sequence Ontology, http://www.sequenceontology.org, release 2024-11-18 (CC BY 4.0); the
rows are those that parts of synthetic biology carry.
"""

from __future__ import annotations

import re
from functools import cache

from biowright.core import InputError, Record, suggest

__all__ = ["ROLES", "Role", "find_role", "kinds_of", "roles_of"]

Role = str
# term, name, other names that people use, and the term that it is a kind of
_ROWS = """
SO:0000110 | sequence_feature | misc_feature, feature |
SO:0000831 | gene_member_region | | SO:0000110
SO:0005836 | regulatory_region | regulatory | SO:0000110
SO:0000167 | promoter | | SO:0005836
SO:0000613 | bacterial_RNApol_promoter | bacterial_promoter | SO:0000167
SO:0001203 | RNA_polymerase_promoter | | SO:0000167
SO:0002050 | constitutive_promoter | | SO:0000167
SO:0002051 | inducible_promoter | | SO:0000167
SO:0000141 | terminator | | SO:0005836
SO:0000614 | bacterial_terminator | | SO:0000141
SO:0000981 | rho_dependent_bacterial_terminator | | SO:0000614
SO:0000982 | rho_independent_bacterial_terminator | | SO:0000614
SO:0000139 | ribosome_entry_site | RBS, ribosome_binding_site | SO:0005836
SO:0000552 | Shine_Dalgarno_sequence | SD | SO:0000139
SO:0000204 | five_prime_UTR | 5'UTR, 5utr | SO:0000110
SO:0000205 | three_prime_UTR | 3'UTR, 3utr | SO:0000110
SO:0000165 | enhancer | | SO:0005836
SO:0000057 | operator | | SO:0005836
SO:0000627 | insulator | | SO:0005836
SO:0000316 | CDS | coding, coding_sequence | SO:0000110
SO:0000704 | gene | | SO:0000110
SO:0000236 | ORF | open_reading_frame | SO:0000110
SO:0000417 | polypeptide_domain | domain, protein_domain | SO:0000110
SO:0000418 | signal_peptide | sig_peptide | SO:0000110
SO:0000324 | tag | | SO:0000110
SO:0000374 | ribozyme | | SO:0000110
SO:0000655 | ncRNA | | SO:0000110
SO:0001264 | gRNA_gene | | SO:0000704
SO:0001998 | sgRNA | guide | SO:0000655
SO:0000296 | origin_of_replication | ori, origin, rep_origin | SO:0000110
SO:0000724 | oriT | origin_of_transfer | SO:0000110
SO:0000188 | intron | | SO:0000110
SO:0000551 | polyA_signal_sequence | polya_signal | SO:0005836
SO:0000804 | engineered_region | composite, device, construct | SO:0000110
SO:0000280 | engineered_gene | transcription_unit | SO:0000804
SO:0000440 | vector_replicon | vector, backbone | SO:0000110
SO:0000755 | plasmid_vector | plasmid | SO:0000440
SO:0000155 | plasmid | | SO:0000110
SO:0005850 | primer_binding_site | primer_bind | SO:0000110
SO:0000112 | primer | | SO:0000110
SO:0001953 | restriction_enzyme_assembly_scar | scar | SO:0000110
SO:0001687 | restriction_enzyme_recognition_site | restriction_site | SO:0000110
SO:0000857 | homologous_region | homology_arm | SO:0000110
SO:0001977 | ribonuclease_site | RNase_site | SO:0000110
SO:0001955 | protein_stability_element | degradation_tag, degron | SO:0000110
SO:0002223 | inert_DNA_spacer | spacer, dna_spacer | SO:0000110
SO:0001978 | signature | barcode | SO:0000110
SO:0000409 | binding_site | misc_binding | SO:0000110
SO:0000410 | protein_binding_site | protein_bind | SO:0000409
SO:0000699 | junction | | SO:0000110
"""
_PARSED = [[cell.strip() for cell in row.split("|")] for row in _ROWS.strip().splitlines()]
ROLES: dict[Role, str] = {term: name for term, name, *_ in _PARSED}
_PARENTS = {term: parent for term, _, _, parent in _PARSED if parent}
_NAMES: dict[str, Role] = {}
for _term, _name, _others, _ in _PARSED:
    for _word in (_name, *filter(None, (other.strip() for other in _others.split(",")))):
        _NAMES.setdefault(_word.lower(), _term)
_TERM = re.compile(r"SO[:_](\d{7})\b", re.IGNORECASE)


def find_role(word: str) -> Role:
    """Give the term that a word means: a term, its name, or what people call it.

    Raises
    ------
    InputError
        The word means none.

    Examples
    --------
    >>> find_role("RBS"), find_role("promoter"), find_role("http://identifiers.org/so/SO:0000141")
    ('SO:0000139', 'SO:0000167', 'SO:0000141')
    """
    if found := _TERM.search(word):
        return f"SO:{found[1]}"
    plain = re.sub(r"[\s\-]+", "_", word.strip().lower())
    if plain in _NAMES:
        return _NAMES[plain]
    hint = suggest(plain, _NAMES)
    raise InputError(
        f"'{word}' is no role of a part",
        hint=hint or "give a term of the Sequence Ontology, such as SO:0000167, or its name",
    )


@cache
def kinds_of(role: Role) -> frozenset[Role]:
    """Give a role and all that are a kind of it.

    Examples
    --------
    >>> "SO:0002051" in kinds_of("SO:0000167")
    True
    """
    found = {role}
    while more := {term for term, parent in _PARENTS.items() if parent in found} - found:
        found |= more
    return frozenset(found)


def roles_of(record: Record) -> tuple[Role, ...]:
    """Give the roles that a record says it has: by its annotations, or by a feature that is all of it.

    Words that mean no term are passed over; the record keeps them.
    """
    found: dict[Role, None] = {}
    for word in record.annotations.get("role", ()):
        if _TERM.search(word) or re.sub(r"[\s\-]+", "_", word.strip().lower()) in _NAMES:
            found[find_role(word)] = None
    if not found:
        for feature in record.features:
            whole = len(feature.location) == len(record) and feature.type != "source"
            if whole and feature.type.lower() in _NAMES:
                found[_NAMES[feature.type.lower()]] = None
    found.pop("SO:0000110", None)
    return tuple(found)
