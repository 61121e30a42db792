"""The words of SBOL 2 and 3, and which Sequence Ontology term is which INSDC feature key.

Sources: SBOL 2.3.0 (https://doi.org/10.1515/jib-2019-0025), SBOL 3.1.0
(https://sbolstandard.org/docs/SBOL3.1.0.pdf), the ``INSDC_feature`` synonyms of the Sequence
Ontology (http://www.sequenceontology.org, release 2024-11-18).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["SBOL2", "SBOL3", "Dialect", "role_of", "short_term", "type_of"]

V1 = "http://sbols.org/v1#"
V2 = "http://sbols.org/v2#"
V3 = "http://sbols.org/v3#"
PROV = "http://www.w3.org/ns/prov#"
DCTERMS = "http://purl.org/dc/terms/"
OM = "http://www.ontology-of-units-of-measure.org/resource/om-2/"
# libSBOLj's converter from GenBank: annotations of the record, and qualifiers of features
GENBANK = "http://www.ncbi.nlm.nih.gov/genbank#"
QUALIFIER = "http://sbols.org/genBankConversion#"
# the order and repeats that triples cannot say; the name is reserved for examples (RFC 2606) and
# resolves to nobody
OURS = "https://example.org/biowright#"
NAMESPACE = "https://example.org"

PREFIXES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "prov": PROV,
    "genbank": GENBANK,
    "gbConv": QUALIFIER,
    "biowright": OURS,
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one version of SBOL calls the things that both have.

    Parameters
    ----------
    name : str
        The key in ``Record.extras``.
    base : str
        The namespace of its classes and properties.
    component, feature, subcomponent : str
        The classes of a design, of a feature on it, and of a place of another design in it.
    title, description : str
        The properties of a name and a description for readers.
    has_sequence, has_feature, has_location, definition : str
    ontology : str
        How an IRI of the Sequence Ontology begins.
    molecules : dict of str to str
        The type of a DNA, RNA or protein design.
    encodings : dict of str to str
        The encoding of its letters.
    orientations : tuple of str
        Forward and reverse complement.
    top : frozenset of str
        The classes of objects that stand for themselves.
    references : frozenset of str
        Properties that refer to an object without owning it.
    prefixes : dict of str to str
    """

    name: str
    base: str
    component: str
    feature: str
    subcomponent: str
    title: str
    description: str
    has_sequence: str
    has_feature: str
    has_location: str
    definition: str
    ontology: str
    molecules: dict[str, str]
    encodings: dict[str, str]
    orientations: tuple[str, str]
    top: frozenset[str]
    references: frozenset[str]
    prefixes: dict[str, str]

    def __call__(self, word: str) -> str:
        """Give the IRI of a word of this version."""
        return self.base + word


def _all(base: str, words: str) -> frozenset[str]:
    return frozenset(base + word for word in words.split())


_SHARED_TOP = _all(PROV, "Activity Agent Plan") | _all(
    OM,
    "Unit SingularUnit CompoundUnit UnitMultiplication UnitDivision UnitExponentiation "
    "PrefixedUnit Prefix SIPrefix BinaryPrefix",
)
_SHARED_REFERENCES = _all(
    PROV, "wasDerivedFrom wasGeneratedBy wasInformedBy agent entity hadPlan hadRole"
) | _all(OM, "hasUnit hasPrefix hasTerm1 hasTerm2 hasNumerator hasDenominator hasBase")

SBOL2 = Dialect(
    name="sbol2",
    base=V2,
    component=V2 + "ComponentDefinition",
    feature=V2 + "SequenceAnnotation",
    subcomponent=V2 + "Component",
    title=DCTERMS + "title",
    description=DCTERMS + "description",
    has_sequence=V2 + "sequence",
    has_feature=V2 + "sequenceAnnotation",
    has_location=V2 + "location",
    definition=V2 + "definition",
    ontology="http://identifiers.org/so/",
    molecules={
        "DNA": "http://www.biopax.org/release/biopax-level3.owl#DnaRegion",
        "RNA": "http://www.biopax.org/release/biopax-level3.owl#RnaRegion",
        "protein": "http://www.biopax.org/release/biopax-level3.owl#Protein",
    },
    encodings={
        "DNA": "http://www.chem.qmul.ac.uk/iubmb/misc/naseq.html",
        "RNA": "http://www.chem.qmul.ac.uk/iubmb/misc/naseq.html",
        "protein": "http://www.chem.qmul.ac.uk/iupac/AminoAcid/",
    },
    orientations=(V2 + "inline", V2 + "reverseComplement"),
    top=_SHARED_TOP
    | _all(
        V2,
        "ComponentDefinition Sequence Collection Model ModuleDefinition Attachment Implementation "
        "CombinatorialDerivation Experiment ExperimentalData TopLevel",
    ),
    references=_SHARED_REFERENCES
    | _all(
        V2,
        "definition sequence member remote local subject object participant template variable "
        "variant variantCollection variantDerivation built model attachment experimentalData role "
        "type encoding access persistentIdentity source format language framework orientation "
        "direction restriction refinement roleIntegration operator strategy",
    ),
    prefixes={**PREFIXES, "sbol": V2, "dcterms": DCTERMS},
)

SBOL3 = Dialect(
    name="sbol3",
    base=V3,
    component=V3 + "Component",
    feature=V3 + "SequenceFeature",
    subcomponent=V3 + "SubComponent",
    title=V3 + "name",
    description=V3 + "description",
    has_sequence=V3 + "hasSequence",
    has_feature=V3 + "hasFeature",
    has_location=V3 + "hasLocation",
    definition=V3 + "instanceOf",
    ontology="https://identifiers.org/",
    molecules={
        "DNA": "https://identifiers.org/SBO:0000251",
        "RNA": "https://identifiers.org/SBO:0000250",
        "protein": "https://identifiers.org/SBO:0000252",
    },
    encodings={
        "DNA": "https://identifiers.org/edam:format_1207",
        "RNA": "https://identifiers.org/edam:format_1207",
        "protein": "https://identifiers.org/edam:format_1208",
    },
    orientations=(
        "https://identifiers.org/SO:0001030",
        "https://identifiers.org/SO:0001031",
    ),
    top=_SHARED_TOP
    | _all(
        V3,
        "Component Sequence Collection Namespace Experiment Model Attachment Implementation "
        "CombinatorialDerivation ExperimentalData TopLevel",
    ),
    references=_SHARED_REFERENCES
    | _all(
        V3,
        "instanceOf refersTo inChildOf subject object participant hasSequence hasModel member "
        "built hasAttachment input output nondirectional hasNamespace variable variant "
        "variantCollection variantDerivation template definition role type encoding source format "
        "language framework orientation restriction roleIntegration cardinality strategy "
        "hashAlgorithm",
    ),
    prefixes={
        **PREFIXES,
        "sbol": V3,
        "SO": "https://identifiers.org/SO:",
        "SBO": "https://identifiers.org/SBO:",
        "EDAM": "https://identifiers.org/edam:",
    },
)

_TERM = re.compile(r"(?:^|[/#:?=])(SO|SBO)[:_]([0-9]{7})/?$", re.IGNORECASE)
MOLECULES = {
    "http://www.biopax.org/release/biopax-level3.owl#DnaRegion": "DNA",
    "http://www.biopax.org/release/biopax-level3.owl#Dna": "DNA",
    "http://www.biopax.org/release/biopax-level3.owl#RnaRegion": "RNA",
    "http://www.biopax.org/release/biopax-level3.owl#Rna": "RNA",
    "http://www.biopax.org/release/biopax-level3.owl#Protein": "protein",
    "SBO:0000251": "DNA",
    "SBO:0000250": "RNA",
    "SBO:0000252": "protein",
}
# the branch of topology and strands; a record says it by its topology and molecule_type
CIRCULAR, LINEAR, SINGLE, DOUBLE = "SO:0000988", "SO:0000987", "SO:0000984", "SO:0000985"
REVERSE = ("SO:0001031", V2 + "reverseComplement", V3 + "reverseComplement")


def short_term(iri: str) -> str:
    """Give a Sequence or Systems Biology Ontology IRI in short; any other as it is.

    Examples
    --------
    >>> short_term("http://identifiers.org/so/SO:0000167")
    'SO:0000167'
    >>> short_term("http://purl.obolibrary.org/obo/SO_0000167")
    'SO:0000167'
    """
    found = _TERM.search(iri)
    return f"{found[1].upper()}:{found[2]}" if found else iri


# one key for each term, the preferred term of a key first
_KEYS = """
SO:0000110 misc_feature
SO:0000001 misc_feature
SO:0000316 CDS
SO:0000704 gene
SO:0000167 promoter
SO:0000141 terminator
SO:0000139 RBS
SO:0000552 RBS
SO:0000296 rep_origin
SO:0000724 oriT
SO:0005850 primer_bind
SO:0000410 protein_bind
SO:0000057 protein_bind
SO:0000409 misc_binding
SO:0000061 misc_binding
SO:0000234 mRNA
SO:0000252 rRNA
SO:0000253 tRNA
SO:0000584 tmRNA
SO:0000655 ncRNA
SO:0000374 ncRNA
SO:0000602 ncRNA
SO:0000644 ncRNA
SO:0000646 ncRNA
SO:0000276 ncRNA
SO:0000590 ncRNA
SO:0000673 misc_RNA
SO:0000185 prim_transcript
SO:0002393 precursor_RNA
SO:0000147 exon
SO:0000188 intron
SO:0000178 operon
SO:0000204 5'UTR
SO:0000205 3'UTR
SO:0000165 enhancer
SO:0000140 attenuator
SO:0000172 CAAT_signal
SO:0000174 TATA_signal
SO:0000173 GC_signal
SO:0000175 -10_signal
SO:0000176 -35_signal
SO:0000551 polyA_signal
SO:0000553 polyA_site
SO:0000627 regulatory
SO:0000625 regulatory
SO:0000036 regulatory
SO:0000037 regulatory
SO:0000035 regulatory
SO:0005836 regulatory
SO:0001055 regulatory
SO:0000286 LTR
SO:0000657 repeat_region
SO:0000314 repeat_region
SO:0000294 repeat_region
SO:0000005 repeat_region
SO:0000289 repeat_region
SO:0000705 repeat_region
SO:0001037 mobile_element
SO:0000298 misc_recomb
SO:0000342 misc_recomb
SO:0000297 D-loop
SO:0000305 modified_base
SO:0000313 stem_loop
SO:0000002 misc_structure
SO:0000331 STS
SO:0000413 misc_difference
SO:0001059 variation
SO:0001086 unsure
SO:0000418 sig_peptide
SO:0000419 mat_peptide
SO:0000725 transit_peptide
SO:0001062 propeptide
SO:0000458 D_segment
SO:0000466 V_segment
SO:0000470 J_segment
SO:0000478 C_region
SO:0001833 V_region
SO:0001835 N_region
SO:0001836 S_region
SO:0000577 centromere
SO:0000624 telomere
SO:0000723 iDNA
SO:0000730 gap
SO:0002206 source
"""
_KEY_OF: dict[str, str] = dict(line.split() for line in _KEYS.strip().splitlines())
_TERM_OF: dict[str, str] = {}
for _term, _key in _KEY_OF.items():
    _TERM_OF.setdefault(_key, _term)
_TERM_OF.setdefault("assembly_gap", "SO:0000730")


def type_of(terms: list[str]) -> str | None:
    """Give the INSDC feature key of the first term that has one, of short or long names.

    Examples
    --------
    >>> type_of(["http://identifiers.org/so/SO:0000316"])
    'CDS'
    """
    keys = [_KEY_OF[short] for short in map(short_term, terms) if short in _KEY_OF]
    return next((key for key in keys if key != "misc_feature"), keys[0] if keys else None)


def role_of(key: str) -> str:
    """Give the Sequence Ontology term of an INSDC feature key; of others, that of any feature.

    Examples
    --------
    >>> role_of("promoter"), role_of("my_feature")
    ('SO:0000167', 'SO:0000110')
    """
    return _TERM_OF.get(key, "SO:0000110")
