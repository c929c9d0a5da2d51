"""A catalogue knows its own name and that of its folder."""

from pathlib import Path

import pytest

from custom_components.localcam.engine.archive.database import Database
from custom_components.localcam.engine.archive.identity import Identity
from custom_components.localcam.engine.errors import ArchiveError


def test_a_catalogue_keeps_its_name_and_no_two_share_one(database: Database, tmp_path: Path) -> None:
    name = Identity(database).catalogue_uuid()
    assert len(name) == 32
    database.close()
    database.open()
    assert Identity(database).catalogue_uuid() == name
    other = Database(tmp_path / "other.db")
    other.open()
    assert Identity(other).catalogue_uuid() != name
    other.close()


def test_the_folder_is_unknown_until_one_is_bound(database: Database) -> None:
    identity = Identity(database)
    assert identity.folder_uuid() is None
    identity.bind_folder("first")
    identity.bind_folder("second")
    assert identity.folder_uuid() == "second"
    with pytest.raises(ArchiveError):
        identity.bind_folder("")
