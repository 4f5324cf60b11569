from __future__ import annotations

import re

from alembic.config import Config
from alembic.script import ScriptDirectory

from taverna_server.store.migrate import SCRIPTS


def test_migrations_follow_each_other_in_one_line() -> None:
    """Two that were written side by side must be put one after the other."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    found = [(script.revision, script.down_revision) for script in reversed(scripts)]
    names = [revision for revision, _ in found]
    assert found == list(zip(names, [None, *names], strict=False))
    files = sorted(path.stem for path in (SCRIPTS / "versions").glob("v*.py"))
    assert [re.split("_", file)[0] for file in files] == names
