"""The flat files of the INSDC: GenBank (with GenPept and the vendors' dialects) and EMBL.

They share the feature table (https://www.insdc.org/submitting-standards/feature-table/); headers are the
business of `biowright.formats.insdc.genbank` and `biowright.formats.insdc.embl`.
"""

from . import embl, genbank

__all__ = ["FORMATS"]

FORMATS = (*genbank.FORMATS, *embl.FORMATS)
