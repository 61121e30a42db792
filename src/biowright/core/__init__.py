"""The values that every room speaks, and the errors that every room raises.

All values are frozen: a change makes a new value, so that sharing, undo and parallel work are safe.
Coordinates are 0-based and half-open; strands are +1 and -1; a circular sequence is circular
everywhere.

>>> from biowright.core import Feature, Location, Record, Sequence
>>> plasmid = Record(Sequence("GAATTCATGGCATAA", topology="circular"), name="pTiny",
...                  features=[Feature("CDS", Location.of((6, 15)))])
>>> plasmid.seguid
'cdseguid=...'
"""

from .attributes import Attributes
from .checksum import cdseguid, csseguid, ldseguid, lsseguid, record_seguid
from .edit import (
    circularise,
    delete,
    insert,
    linearise,
    replace,
    reverse_complement,
    rotate,
)
from .editor import Editor
from .errors import (
    BiowrightError,
    ConflictError,
    EditError,
    FormatError,
    InputError,
    LocationError,
    NegativeResult,
    ScreeningRefused,
    SequenceError,
    UnitError,
    UnknownFormatError,
    suggest,
)
from .excerpt import concatenate, extract, splice
from .feature import Feature, FeatureTable
from .location import Fuzz, FuzzKind, Location, Span
from .operation import Operation, parse_operation
from .quantity import Quantity
from .record import Provenance, Record, Reference
from .sequence import Molecule, Sequence, Topology

__all__ = [
    "Attributes",
    "BiowrightError",
    "ConflictError",
    "EditError",
    "Editor",
    "Feature",
    "FeatureTable",
    "FormatError",
    "Fuzz",
    "FuzzKind",
    "InputError",
    "Location",
    "LocationError",
    "Molecule",
    "NegativeResult",
    "Operation",
    "Provenance",
    "Quantity",
    "Record",
    "Reference",
    "ScreeningRefused",
    "Sequence",
    "SequenceError",
    "Span",
    "Topology",
    "UnitError",
    "UnknownFormatError",
    "cdseguid",
    "circularise",
    "concatenate",
    "csseguid",
    "delete",
    "extract",
    "insert",
    "ldseguid",
    "linearise",
    "lsseguid",
    "parse_operation",
    "record_seguid",
    "replace",
    "reverse_complement",
    "rotate",
    "splice",
    "suggest",
]
