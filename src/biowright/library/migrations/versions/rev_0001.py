"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "library_blocks",
        sa.Column("first", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("last", _INTEGER, nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("first"),
    )
    op.create_table(
        "library_calibrations",
        sa.Column("id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("factor", sa.Double(), nullable=False),
        sa.Column("offset", sa.Double(), nullable=False),
        sa.Column("uncertainty", sa.Double(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("write", _INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "library_changes",
        sa.Column("id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("number", _INTEGER, nullable=False),
        sa.Column("field", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("write", _INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("library_changes_number", "library_changes", ["number"], unique=False)
    op.create_table(
        "library_contexts",
        sa.Column("id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("library_contexts_digest", "library_contexts", ["digest"], unique=True)
    op.create_table(
        "library_facts",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "library_labels",
        sa.Column("id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("part", _INTEGER, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("write", _INTEGER, nullable=False),
        sa.Column("removed", _INTEGER, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("library_labels_part", "library_labels", ["part"], unique=False)
    op.create_index("library_labels_text", "library_labels", ["text"], unique=False)
    op.create_table(
        "library_links",
        sa.Column("whole", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("place", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("part", _INTEGER, nullable=False),
        sa.Column("start", _INTEGER, nullable=False),
        sa.Column("end", _INTEGER, nullable=False),
        sa.Column("strand", _INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("whole", "place"),
    )
    op.create_index("library_links_part", "library_links", ["part"], unique=False)
    op.create_table(
        "library_measurements",
        sa.Column("id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("number", _INTEGER, nullable=False),
        sa.Column("context", _INTEGER, nullable=False),
        sa.Column("quantity", _INTEGER, nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("base", sa.Double(), nullable=True),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("uncertainty", sa.Double(), nullable=True),
        sa.Column("n", _INTEGER, nullable=True),
        sa.Column("censoring", sa.String(length=1), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("protocol", _INTEGER, nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("doi", _INTEGER, nullable=True),
        sa.Column("licence", _INTEGER, nullable=True),
        sa.Column("write", _INTEGER, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("library_measurements_digest", "library_measurements", ["digest"], unique=True)
    op.create_index("library_measurements_number", "library_measurements", ["number"], unique=False)
    op.create_table(
        "library_members",
        sa.Column("id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("collection", _INTEGER, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("right", sa.Text(), nullable=False),
        sa.Column("write", _INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("library_members_collection", "library_members", ["collection"], unique=False)
    op.create_table(
        "library_refusals",
        sa.Column("id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("write", _INTEGER, nullable=False),
        sa.Column("line", _INTEGER, nullable=True),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("library_refusals_write", "library_refusals", ["write"], unique=False)
    op.create_table(
        "library_successions",
        sa.Column("old", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("new", _INTEGER, nullable=False),
        sa.Column("write", _INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("old"),
    )
    op.create_table(
        "library_terms",
        sa.Column("id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("library_terms_text", "library_terms", ["kind", "text"], unique=True)
    op.create_table(
        "library_versions",
        sa.Column("number", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("part", _INTEGER, nullable=False),
        sa.Column("ordinal", _INTEGER, nullable=False),
        sa.Column("write", _INTEGER, nullable=False),
        sa.Column("collection", _INTEGER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", _INTEGER, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("seguid", sa.LargeBinary(), nullable=True),
        sa.Column("circle", _INTEGER, nullable=True),
        sa.Column("length", _INTEGER, nullable=False),
        sa.Column("gc", sa.Double(), nullable=True),
        sa.Column("flags", _INTEGER, nullable=False),
        sa.Column("role", _INTEGER, nullable=True),
        sa.Column("licence", _INTEGER, nullable=True),
        sa.Column("source", _INTEGER, nullable=True),
        sa.Column("tier", _INTEGER, nullable=False),
        sa.Column("screening", _INTEGER, nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("library_versions_circle", "library_versions", ["circle"], unique=False)
    op.create_index("library_versions_name", "library_versions", ["name_key"], unique=False)
    op.create_index("library_versions_seguid", "library_versions", ["seguid"], unique=False)
    op.create_table(
        "library_withdrawals",
        sa.Column("part", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("write", _INTEGER, nullable=False),
        sa.PrimaryKeyConstraint("part"),
    )
    op.create_table(
        "library_writes",
        sa.Column("id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("place", _INTEGER, nullable=True),
        sa.Column("added", _INTEGER, nullable=True),
        sa.Column("skipped", _INTEGER, nullable=True),
        sa.Column("refused", _INTEGER, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("library_writes_file", "library_writes", ["file"], unique=False)
