"""What the words of GFF3 are in the words of the INSDC feature table, and back.

A record speaks INSDC's vocabulary, whatever file it came from; these tables translate. The terms of
the Sequence Ontology follow its mapping of the feature table
(https://github.com/The-Sequence-Ontology/SO-Ontologies) and what the NCBI writes
(https://www.ncbi.nlm.nih.gov/datasets/docs/v2/reference-docs/file-formats/annotation-files/about-ncbi-gff3/).
"""

from __future__ import annotations

__all__ = ["ATTRIBUTES", "FLAGS", "SO_TERMS"]

# feature key -> term, where they differ
SO_TERMS = {
    "source": "region",
    "misc_feature": "sequence_feature",
    "misc_binding": "binding_site",
    "misc_difference": "sequence_difference",
    "misc_recomb": "recombination_feature",
    "misc_RNA": "transcript",
    "misc_structure": "sequence_secondary_structure",
    "misc_signal": "regulatory_region",
    "regulatory": "regulatory_region",
    "rep_origin": "origin_of_replication",
    "primer_bind": "primer_binding_site",
    "protein_bind": "protein_binding_site",
    "RBS": "ribosome_entry_site",
    "sig_peptide": "signal_peptide",
    "mat_peptide": "mature_protein_region",
    "5'UTR": "five_prime_UTR",
    "3'UTR": "three_prime_UTR",
    "polyA_signal": "polyA_signal_sequence",
    "prim_transcript": "primary_transcript",
    "precursor_RNA": "primary_transcript",
    "mobile_element": "mobile_genetic_element",
    "LTR": "long_terminal_repeat",
    "D-loop": "D_loop",
    "-10_signal": "minus_10_signal",
    "-35_signal": "minus_35_signal",
    "TATA_signal": "TATA_box",
    "GC_signal": "GC_rich_promoter_region",
    "modified_base": "modified_DNA_base",
    "variation": "sequence_variant",
    "unsure": "sequence_uncertainty",
    "conflict": "sequence_conflict",
    "assembly_gap": "gap",
    "C_region": "C_gene_segment",
    "V_region": "V_gene_segment",
    "V_segment": "V_gene_segment",
    "D_segment": "D_gene_segment",
    "J_segment": "J_gene_segment",
    "iDNA": "intervening_DNA",
}
# attribute of GFF3 -> qualifier
ATTRIBUTES = {"Name": "label", "Note": "note", "Dbxref": "db_xref"}
# qualifiers without a value, which GFF3 gives the value "true"
FLAGS = frozenset(
    {
        "environmental_sample",
        "focus",
        "germline",
        "macronuclear",
        "partial",
        "proviral",
        "pseudo",
        "rearranged",
        "ribosomal_slippage",
        "trans_splicing",
        "transgenic",
    }
)
