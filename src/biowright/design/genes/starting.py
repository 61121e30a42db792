"""What a design begins with: a protein, bare coding DNA or an annotated record."""

from __future__ import annotations

from dataclasses import replace

from biowright.bio import genetic_code, translate
from biowright.core import (
    Attributes,
    Feature,
    InputError,
    Location,
    Molecule,
    Record,
    Sequence,
)

from ..codons import codon_usage
from .labels import read_labels
from .optimiser import Design, optimise
from .rules import KeepProtein, Rule
from .rules_signals import NoNewSignal
from .spec import Specification

__all__ = ["design_gene", "starting_record"]


def starting_record(record: Record, spec: Specification) -> Record:
    """Give the annotated DNA that a design begins with.

    A protein is written with the codons that the host uses most, a stop codon behind it, between
    the fixed letters of the specification. Bare DNA that is one open reading frame from end to end
    becomes a CDS; annotated DNA is taken as it is.

    Raises
    ------
    InputError
        Bare DNA is no reading frame, and the specification does not say what is coded where.
    """
    usage = spec.usage or codon_usage(spec.host)
    if record.molecule is Molecule.PROTEIN:
        return _coded(record, spec, usage.code)
    if spec.left or spec.right:
        raise InputError(
            "[flanks] are put around a protein, but this is DNA",
            record=record.name or None,
            hint="take them out of the specification: letters beside a CDS feature stay as they are",
        )
    said = [rule for rule in spec.constraints if isinstance(rule, KeepProtein) and rule.region]
    coded = any(feature.type == "CDS" for feature in record.features)
    if said or coded or spec.change == "all":
        return record
    letters = record.sequence
    code = genetic_code(usage.code)
    whole = len(letters) >= 3 and not len(letters) % 3
    protein = str(translate(letters, code)) if whole else ""
    if not whole or "*" in protein[:-1] or set(str(letters).upper()) - set("ACGT"):
        inner = protein[:-1].find("*")
        why = (
            f"a stop at {3 * inner}"
            if inner >= 0
            else f"{len(letters)} letters"
            if not whole
            else "ambiguous letters"
        )
        raise InputError(
            f"the DNA has no CDS feature, and is itself no reading frame: {why}",
            record=record.name or None,
            hint="annotate it, or say where the protein lies: "
            "[[constraints]] rule = 'protein', region = 'start..end'",
        )
    feature = Feature(
        "CDS",
        Location.of((0, len(letters))),
        Attributes([("gene", record.name or "gene"), ("transl_table", str(code.id))]),
    )
    return record.changed(features=[feature])


def _coded(record: Record, spec: Specification, number: int) -> Record:
    protein = str(record.sequence).upper().rstrip("*")
    usage = spec.usage or codon_usage(spec.host)
    strange = [x for x in protein if x not in set(genetic_code(number).amino_acids) - {"*"}]
    if strange or not protein:
        at = protein.index(strange[0]) if strange else None
        raise InputError(
            f"genetic code {number} has no codon for '{strange[0]}'" if strange else "no residues",
            record=record.name or None,
            position=at,
            expected="one of ACDEFGHIKLMNPQRSTVWY",
        )
    best = {residue: usage.ranked(residue)[0] for residue in set(protein)}
    stop = spec.stop.upper()
    if stop and stop not in genetic_code(number).stop_codons:
        raise InputError(
            f"stop = '{spec.stop}' is no stop codon of genetic code {number}",
            expected=f"one of {', '.join(genetic_code(number).stop_codons)}, or ''",
        )
    coding = "".join(best[residue] for residue in protein) + stop
    start = len(spec.left)
    qualifiers = [("gene", record.name or "gene"), ("transl_table", str(number))]
    qualifiers.append(("translation", protein))
    location = Location.of((start, start + len(coding)))
    return Record(
        Sequence(spec.left.upper() + coding + spec.right.upper()),
        name=record.name,
        description=record.description,
        features=[Feature("CDS", location, Attributes(qualifiers))],
        annotations=Attributes({"molecule_type": "DNA"}),
        provenance=record.provenance,
    )


def design_gene(record: Record, spec: Specification, *, allow_breaches: bool = False) -> Design:
    """Design a gene or an annotated record after a specification.

    Parameters
    ----------
    record : Record
        A protein, bare coding DNA, or annotated DNA.
    spec : Specification
    allow_breaches : bool, default False
        See `optimise`.

    Raises
    ------
    InputError
        The record or a rule cannot be used.
    NegativeResult
        No sequence keeps all constraints.
    """
    begun = starting_record(record, spec)
    constraints: list[Rule] = list(spec.constraints)
    objectives = list(spec.objectives)
    if spec.labels:
        hard, soft = read_labels(begun, spec.usage or codon_usage(spec.host))
        constraints += hard
        objectives += soft
    if not any(isinstance(rule, KeepProtein) for rule in constraints) and any(
        feature.type == "CDS" for feature in begun.features
    ):
        usage = spec.usage or codon_usage(spec.host)
        constraints.insert(0, KeepProtein(code=usage.code))
    if record.molecule is Molecule.PROTEIN:
        # there was no sequence before that could have had a signal
        constraints = [
            replace(rule, known=frozenset()) if isinstance(rule, NoNewSignal) else rule
            for rule in constraints
        ]
        # the stop may be any; the first codon is the host's own choice for its residue
        constraints = [
            replace(
                rule,
                start="any"
                if rule.start == "keep" and not str(record.sequence).upper().startswith("M")
                else rule.start,
            )
            if isinstance(rule, KeepProtein)
            else rule
            for rule in constraints
        ]
    return optimise(
        begun,
        constraints,
        objectives,
        change=spec.change,
        overlaps=spec.overlaps,
        allow_breaches=allow_breaches,
    )
