"""The tables of the store, the same on SQLite and PostgreSQL.

Rows are added and not taken away. What may change of a version (licence, tier, screening status) is
said again in `changes`; the column holds what was said last.
"""

from __future__ import annotations

import sqlalchemy as sa

__all__ = ["METADATA"]

METADATA = sa.MetaData()

_Integer = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _table(name: str, *columns: sa.schema.SchemaItem) -> sa.Table:
    # a foundry may keep its campaigns in the same database
    return sa.Table(f"library_{name}", METADATA, *columns)


def _key(name: str = "id") -> sa.Column[int]:
    return sa.Column(name, _Integer, primary_key=True, autoincrement=False)


def _integer(name: str, **options: object) -> sa.Column[int]:
    return sa.Column(name, _Integer, **options)  # type: ignore[arg-type]


def _text(name: str, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


facts = _table("facts", sa.Column("name", sa.String(40), primary_key=True), _text("value"))

# who did what, and when; a bulk load says how far it came
writes = _table(
    "writes",
    _key(),
    _text("at"),
    _text("actor"),
    _text("activity"),
    _text("detail", nullable=True),
    _text("file", nullable=True),
    _integer("place"),  # the byte up to which the file is loaded, -1 when all is
    _integer("added"),
    _integer("skipped"),
    _integer("refused"),
)
refusals = _table(
    "refusals",
    _key(),
    _integer("write", nullable=False),
    _integer("line", nullable=True),
    _text("record"),
    _text("reason"),
)
# words that many rows say: roles, licences, sources, collections, protocols
terms = _table("terms", _key(), sa.Column("kind", sa.String(16), nullable=False), _text("text"))
members = _table(
    "members",
    _key(),
    _integer("collection", nullable=False),
    _text("person"),
    _text("right"),
    _integer("write", nullable=False),
)
versions = _table(
    "versions",
    _key("number"),
    _integer("part", nullable=False),  # the number of its first version
    _integer("ordinal", nullable=False),
    _integer("write", nullable=False),
    _integer("collection", nullable=False),
    _text("name"),
    _integer("name_key", nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("seguid", sa.LargeBinary, nullable=True),
    _integer("circle", nullable=True),
    _integer("length", nullable=False),
    sa.Column("gc", sa.Double, nullable=True),
    _integer("flags", nullable=False),
    _integer("role", nullable=True),
    _integer("licence", nullable=True),
    _integer("source", nullable=True),
    _integer("tier", nullable=False),
    _integer("screening", nullable=False),
    _text("description", nullable=True),
    _text("document", nullable=True),
)
# many sequences a row: see `packing`
blocks = _table(
    "blocks",
    _key("first"),
    _integer("last", nullable=False),
    sa.Column("payload", sa.LargeBinary, nullable=False),
)
successions = _table(
    "successions", _key("old"), _integer("new", nullable=False), _integer("write", nullable=False)
)
withdrawals = _table(
    "withdrawals", _key("part"), _text("reason"), _integer("write", nullable=False)
)
changes = _table(
    "changes",
    _key(),
    _integer("number", nullable=False),
    sa.Column("field", sa.String(16), nullable=False),
    _text("value"),
    _integer("write", nullable=False),
)
labels = _table(
    "labels",
    _key(),
    _integer("part", nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),  # tag or alias
    _text("text"),
    _integer("write", nullable=False),
    _integer("removed", nullable=True),  # by which write
)
links = _table(
    "links",
    _key("whole"),
    _key("place"),
    _integer("part", nullable=False),  # the number of the version that it holds
    _integer("start", nullable=False),
    _integer("end", nullable=False),
    _integer("strand", nullable=False),
)
contexts = _table("contexts", _key(), sa.Column("digest", sa.LargeBinary), _text("text"))
measurements = _table(
    "measurements",
    _key(),
    _integer("number", nullable=False),
    _integer("context", nullable=False),
    _integer("quantity", nullable=False),
    sa.Column("value", sa.Double, nullable=True),
    _text("unit"),
    sa.Column("base", sa.Double, nullable=True),  # in the base units of its dimension
    _text("dimension"),
    sa.Column("uncertainty", sa.Double, nullable=True),
    _integer("n", nullable=True),
    sa.Column("censoring", sa.String(1), nullable=False),
    _text("detail", nullable=True),  # replicates, or a curve with its fit
    _integer("protocol", nullable=True),
    sa.Column("raw", sa.LargeBinary, nullable=True),
    _integer("doi", nullable=True),
    _integer("licence", nullable=True),
    _integer("write", nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
)
calibrations = _table(
    "calibrations",
    _key(),
    _text("unit"),
    _text("to"),
    _text("context"),
    sa.Column("factor", sa.Double, nullable=False),
    sa.Column("offset", sa.Double, nullable=False),
    sa.Column("uncertainty", sa.Double, nullable=True),
    _text("basis"),
    _integer("write", nullable=False),
)

# those that a load into an empty library makes when it is done
DEFERRED = (
    sa.Index("library_versions_circle", versions.c.circle),
    sa.Index("library_versions_seguid", versions.c.seguid),
    sa.Index("library_versions_name", versions.c.name_key),
)
sa.Index("library_terms_text", terms.c.kind, terms.c.text, unique=True)
sa.Index("library_labels_part", labels.c.part)
sa.Index("library_labels_text", labels.c.text)
sa.Index("library_links_part", links.c.part)
sa.Index("library_contexts_digest", contexts.c.digest, unique=True)
sa.Index("library_measurements_number", measurements.c.number)
sa.Index("library_measurements_digest", measurements.c.digest, unique=True)
sa.Index("library_changes_number", changes.c.number)
sa.Index("library_refusals_write", refusals.c.write)
sa.Index("library_writes_file", writes.c.file)
sa.Index("library_members_collection", members.c.collection)
