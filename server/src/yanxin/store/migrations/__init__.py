"""How the tables came to be: numbered steps, forward only, on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

HEAD: Final = "0001"
"""The step that this version of the code expects."""


class FolderTooNew(Exception):
    """The database was last used by a newer version of Yanxin, whose tables this one does not know."""


def migrate(engine: Engine) -> None:
    """Brings the database up to HEAD in one transaction; a second time, nothing.

    Raises FolderTooNew.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    scripts = ScriptDirectory.from_config(config)
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        stands = MigrationContext.configure(connection).get_current_revision()
        if stands == HEAD:
            return
        if stands is not None and stands not in {each.revision for each in scripts.walk_revisions()}:
            raise FolderTooNew(stands)
        with EnvironmentContext(
            config, scripts, fn=lambda revision, _context: scripts._upgrade_revs(HEAD, revision)
        ) as environment:
            environment.configure(connection=connection, transactional_ddl=False)
            environment.run_migrations()
