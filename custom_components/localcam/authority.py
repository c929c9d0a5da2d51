"""Who may do what with a camera and its clips: the one decision behind every view, command, action and media source.

Pure: what Home Assistant knows of the one who asks is given to it (`access.py`).
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Action(StrEnum):
    """What somebody wants to do."""

    LIST = "list"
    """Know which clips there are, and who has seen them."""
    VIEW = "view"
    """See a clip, its thumbnail, or a picture made of it."""
    CONTROL = "control"
    """Have the camera record, or change how it watches."""
    LABEL = "label"
    """Say what a clip is."""
    DELETE = "delete"
    EXPORT = "export"
    TRAIN = "train"
    SHARE = "share"
    AUDIT = "audit"
    """Read the audit log, which has no pictures."""
    ADMINISTER = "administer"


CURATING = frozenset({Action.DELETE, Action.EXPORT, Action.TRAIN, Action.SHARE})
"""What takes clips away, or out."""
OF_THE_HOUSE = frozenset({Action.AUDIT, Action.ADMINISTER})
"""What is about no camera."""


class Decision(StrEnum):
    """What came of it, and why."""

    ALLOWED = "allowed"
    NOT_A_VIEWER = "not_a_viewer"
    """Must look as if the camera or clip did not exist."""
    NOT_PERMITTED = "not_permitted"
    """May see the camera, but not do this."""
    REMOTE = "remote"
    """May see it at home."""
    MEDIA_PLAYERS_OFF = "media_players_off"
    """A media player, or Home Assistant itself, for which the owner did not allow this camera's clips."""

    @property
    def allowed(self) -> bool:
        """Whether it may be done."""
        return self is Decision.ALLOWED

    @property
    def hides(self) -> bool:
        """Whether not even the existence of the camera or clip may show."""
        return self in (Decision.NOT_A_VIEWER, Decision.MEDIA_PLAYERS_OFF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """What Home Assistant knows of the one who asks."""

    user_id: str | None = None
    is_itself: bool = False
    """Home Assistant: an automation, or a media player that it serves; administrators made it."""
    is_admin: bool = False
    is_content_user: bool = False
    """The user whom all media players share."""
    is_remote: bool = False
    """From outside the house, or from nobody knows where."""
    may_read: bool = False
    """The camera's entity, by Home Assistant's own permissions."""
    may_control: bool = False
    """The same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraRules:
    """What the owner set for one camera."""

    viewers: frozenset[str] = field(default_factory=frozenset)
    """Users who alone, besides administrators, may see it; empty for everyone who may read its camera entity."""
    media_players: bool = False
    """Whether media players, which share one user, get its clips."""

    @property
    def restricted(self) -> bool:
        """Whether what Home Assistant shows to all its users must be switched off."""
        return bool(self.viewers)


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseRules:
    """What the owner set for all cameras, by user."""

    labellers: frozenset[str] = field(default_factory=frozenset)
    """Who alone may say what clips are; empty for every viewer who may control the camera entity."""
    curators: frozenset[str] = field(default_factory=frozenset)
    """Who alone may delete, export, train and share; empty for every viewer who may control the camera entity."""
    auditors: frozenset[str] = field(default_factory=frozenset)
    """Who besides administrators may read the audit log."""
    remote_users: frozenset[str] = field(default_factory=frozenset)
    """Who may see clips from outside the house; administrators only if they are named, too."""


def authorize(asker: Asker, action: Action, camera: CameraRules | None, house: HouseRules) -> Decision:
    """The decision; `camera` is None for a camera that was removed, and for actions that are about none."""
    if action in OF_THE_HOUSE:
        is_auditor = action is Action.AUDIT and asker.user_id in house.auditors
        return Decision.ALLOWED if asker.is_itself or asker.is_admin or is_auditor else Decision.NOT_PERMITTED
    if asker.is_content_user or (asker.is_itself and action is Action.VIEW):
        may_play = action is Action.VIEW and camera is not None and camera.media_players and not asker.is_remote
        return Decision.ALLOWED if may_play else Decision.MEDIA_PLAYERS_OFF
    if not _may_see(asker, camera):
        return Decision.NOT_A_VIEWER
    if action is Action.VIEW and asker.is_remote and asker.user_id not in house.remote_users:
        return Decision.REMOTE
    return Decision.ALLOWED if _may_do(asker, action, house) else Decision.NOT_PERMITTED


def _may_see(asker: Asker, camera: CameraRules | None) -> bool:
    if asker.is_itself or asker.is_admin:
        return True
    if camera is None:
        return False
    return asker.user_id in camera.viewers if camera.restricted else asker.may_read


def _may_do(asker: Asker, action: Action, house: HouseRules) -> bool:
    if asker.is_itself or asker.is_admin or action in (Action.LIST, Action.VIEW):
        return True
    named = house.curators if action in CURATING else house.labellers if action is Action.LABEL else frozenset()
    return asker.user_id in named if named else asker.may_control
