"""An open catalogue on a real disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from custom_components.localcam.engine.archive.clips import Archive
from custom_components.localcam.engine.archive.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "localcam" / "catalogue.db")
    database.open()
    yield database
    database.close()


@pytest.fixture
def archive(database: Database) -> Archive:
    return Archive(database)
