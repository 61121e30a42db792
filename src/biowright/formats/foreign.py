"""Content that is well known and that we do not read: what it is, and what to do with it."""

from __future__ import annotations

import re

__all__ = ["foreign", "wide_text"]

_UNPACK = "unpack it and read the files in it"
_STARTS = (
    (b"PK\x03\x04", "a zip archive (or an Excel or Word file)", "unpack it, or save it as text"),
    (b"\x1f\x8b", "packed twice with gzip", "unpack it once with gunzip"),
    (b"BZh", "packed with bzip2", "unpack it with bunzip2"),
    (b"\xfd7zXZ\x00", "packed with xz", "unpack it with unxz"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd", "unpack it with unzstd"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-zip archive", _UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (b"%PDF", "a PDF document", "export the sequence itself"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", "save the table as CSV"),
    (b"{\\rtf", "a rich-text document", "save it as plain text"),
    (b"BAM\x01", "a BAM file of alignments", "turn it into FASTQ with 'samtools fastq'"),
    (b"CRAM", "a CRAM file of alignments", "turn it into FASTQ with 'samtools fastq'"),
    (b"@HD\t", "a SAM file of alignments", "turn it into FASTQ with 'samtools fastq'"),
    (b"@SQ\t", "a SAM file of alignments", "turn it into FASTQ with 'samtools fastq'"),
    (b"##fileformat=VCF", "a VCF file of variants", None),
    (b"CLUSTAL", "an alignment of Clustal", "save it as FASTA"),
    (b"#NEXUS", "a NEXUS file", "save the sequences as FASTA"),
)
_WEB_PAGE = re.compile(rb"\s*<(?:!doctype html|html)", re.IGNORECASE)
_PIR = re.compile(rb">(?:P1|F1|DL|DC|RL|RC|N1|N3|XX);\S+\s*?[\r\n]")
# the ninth column of GTF and GFF2 is `gene_id "x"; ...`
_GTF = re.compile(rb"(?:[^\t]+\t){3}\d+\t\d+\t[^\t]*\t[-+.?]\t[.012]\t *\w+ \"[^\"]*\"")
_MARKS = ((b"\xff\xfe\x00\x00", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def foreign(head: bytes) -> tuple[str, str | None] | None:
    """Say what content is, and what to do with it, where that is known and we do not read it.

    Parameters
    ----------
    head : bytes
        The beginning of the content.

    Returns
    -------
    tuple of (what, hint), or None

    Examples
    --------
    >>> foreign(b"%PDF-1.7")
    ('this is a PDF document', 'export the sequence itself')
    >>> foreign(b">a")
    """
    for start, what, hint in _STARTS:
        if head.startswith(start):
            return f"this is {what}", hint
    if _WEB_PAGE.match(head[:512]):
        return (
            "this is a web page",
            "the download gave a page in place of the file; is a log-in needed?",
        )
    if _PIR.match(head):
        return "this is PIR (NBRF), not FASTA", "convert it to FASTA first"
    lines = (line for line in head.splitlines() if line.strip() and not line.startswith(b"#"))
    if _GTF.match(next(lines, b"")) or re.match(rb"##gff-version\s+2", head):
        return "this is GTF or GFF version 2", "convert it to GFF3, for example with gffread"
    return wide_text(head)


def wide_text(head: bytes) -> tuple[str, str | None] | None:
    """Say that content is UTF-16 or UTF-32, unless it is XML, which may be.

    Examples
    --------
    >>> wide_text(">a".encode("utf-16-le"))
    ('the text is UTF-16-LE, not UTF-8', 'say so with --encoding utf-16-le, or save it as UTF-8')
    """
    encoding = _wide_encoding(head)
    if encoding is None or b"<?xml" in head[:64].replace(b"\0", b""):
        return None
    return (
        f"the text is {encoding.upper()}, not UTF-8",
        f"say so with --encoding {encoding}, or save it as UTF-8",
    )


def _wide_encoding(head: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    # text of the West without its mark: nearly every second byte is zero, and no other
    start = head[:1024]
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = start[offset::2].count(0), start[1 - offset :: 2].count(0)
        if len(start) > 3 and not others and zeros > 0.7 * (len(start) // 2):
            return encoding
    return None
