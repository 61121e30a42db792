"""The store's tables, release by release: each step is a module in `versions`, run by Alembic.

A new library gets the tables of `tables` at once; one of an older release is brought up to date when it
is opened. A test compares the two ways.
"""

from __future__ import annotations

from importlib.resources import as_file, files

import sqlalchemy as sa

from biowright.core import InputError

__all__ = ["upgrade"]


def upgrade(engine: sa.Engine, version_table: str, found: str | None) -> None:
    """Run the steps that a database has not seen yet.

    Parameters
    ----------
    engine : Engine
    version_table : str
        Where the last step is noted.
    found : str, optional
        The last step; None for an empty database.

    Raises
    ------
    InputError
        The step is none of ours: a newer release has made the library.
    """
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    with as_file(files("biowright.library") / "migrations") as folder:
        scripts = ScriptDirectory(str(folder))
        known = {script.revision for script in scripts.walk_revisions()}
        if found is not None and found not in known:
            raise InputError(
                f"the library was made by a newer release (revision {found})",
                hint="update Biowright, and open it then",
            )
        with engine.connect().execution_options(writing=True) as connection, connection.begin():
            context = MigrationContext.configure(
                connection,
                opts={
                    "version_table": version_table,
                    "fn": lambda revision, _: scripts._upgrade_revs("head", revision),
                },
            )
            with Operations.context(context):
                context.run_migrations()
