"""The one decision: the rules as the owner was told them, and laws that no set of rules can break."""

from dataclasses import replace

from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.authority import (
    CURATING,
    OF_THE_HOUSE,
    Action,
    Asker,
    CameraRules,
    Decision,
    HouseRules,
    authorize,
)

PEOPLE = ("ann", "bob", "eve")
OPEN, NO_RULES = CameraRules(), HouseRules()
ANN = Asker(user_id="ann", may_read=True, may_control=True)
READER = replace(ANN, may_control=False)
STRANGER = Asker(user_id="eve")
ADMIN = Asker(user_id="root", is_admin=True)
ITSELF = Asker(is_itself=True)
CONTENT = Asker(user_id="content", is_content_user=True, may_read=True)


def rules(**named: str) -> HouseRules:
    return HouseRules(**{key: frozenset({value}) for key, value in named.items()})


@pytest.mark.parametrize(
    ("asker", "action", "camera", "house", "decision"),
    [
        # Without any rule, Home Assistant's own permissions of the camera entity decide.
        (READER, Action.VIEW, OPEN, NO_RULES, Decision.ALLOWED),
        (READER, Action.LABEL, OPEN, NO_RULES, Decision.NOT_PERMITTED),
        (ANN, Action.DELETE, OPEN, NO_RULES, Decision.ALLOWED),
        (STRANGER, Action.LIST, OPEN, NO_RULES, Decision.NOT_A_VIEWER),
        # Where viewers are named they alone may see it, and they need not read the entity.
        (ANN, Action.VIEW, CameraRules(viewers=frozenset({"bob"})), NO_RULES, Decision.NOT_A_VIEWER),
        (STRANGER, Action.VIEW, CameraRules(viewers=frozenset({"eve"})), NO_RULES, Decision.ALLOWED),
        (STRANGER, Action.DELETE, CameraRules(viewers=frozenset({"eve"})), NO_RULES, Decision.NOT_PERMITTED),
        (ADMIN, Action.VIEW, CameraRules(viewers=frozenset({"bob"})), NO_RULES, Decision.ALLOWED),
        # Who may do more can be named, too, but only of what he may see.
        (ANN, Action.LABEL, OPEN, rules(labellers="bob"), Decision.NOT_PERMITTED),
        (READER, Action.LABEL, OPEN, rules(labellers="ann"), Decision.ALLOWED),
        (READER, Action.SHARE, OPEN, rules(labellers="ann"), Decision.NOT_PERMITTED),
        (READER, Action.EXPORT, OPEN, rules(curators="ann"), Decision.ALLOWED),
        (STRANGER, Action.EXPORT, OPEN, rules(curators="eve"), Decision.NOT_A_VIEWER),
        # The log.
        (ANN, Action.AUDIT, None, NO_RULES, Decision.NOT_PERMITTED),
        (STRANGER, Action.AUDIT, None, rules(auditors="eve"), Decision.ALLOWED),
        (STRANGER, Action.ADMINISTER, None, rules(auditors="eve"), Decision.NOT_PERMITTED),
        (STRANGER, Action.VIEW, OPEN, rules(auditors="eve"), Decision.NOT_A_VIEWER),
        # From outside clips are seen by name only, by administrators, too; what has no pictures is not kept in.
        (replace(ANN, is_remote=True), Action.VIEW, OPEN, NO_RULES, Decision.REMOTE),
        (replace(ADMIN, is_remote=True), Action.VIEW, OPEN, NO_RULES, Decision.REMOTE),
        (replace(ANN, is_remote=True), Action.VIEW, OPEN, rules(remote_users="ann"), Decision.ALLOWED),
        (replace(ANN, is_remote=True), Action.LIST, OPEN, NO_RULES, Decision.ALLOWED),
        (replace(STRANGER, is_remote=True), Action.VIEW, OPEN, NO_RULES, Decision.NOT_A_VIEWER),
        # Media players.
        (CONTENT, Action.VIEW, OPEN, NO_RULES, Decision.MEDIA_PLAYERS_OFF),
        (ITSELF, Action.VIEW, OPEN, NO_RULES, Decision.MEDIA_PLAYERS_OFF),
        (CONTENT, Action.VIEW, CameraRules(media_players=True), NO_RULES, Decision.ALLOWED),
        (CONTENT, Action.LIST, CameraRules(media_players=True), NO_RULES, Decision.MEDIA_PLAYERS_OFF),
        (ITSELF, Action.VIEW, CameraRules(media_players=True), NO_RULES, Decision.ALLOWED),
        (
            replace(CONTENT, is_remote=True),
            Action.VIEW,
            CameraRules(media_players=True),
            NO_RULES,
            Decision.MEDIA_PLAYERS_OFF,
        ),
        # Automations: administrators made them.
        (ITSELF, Action.DELETE, OPEN, NO_RULES, Decision.ALLOWED),
        # What a removed camera left.
        (ANN, Action.VIEW, None, NO_RULES, Decision.NOT_A_VIEWER),
        (ADMIN, Action.VIEW, None, NO_RULES, Decision.ALLOWED),
        (CONTENT, Action.VIEW, None, NO_RULES, Decision.MEDIA_PLAYERS_OFF),
    ],
)
def test_the_rules(
    asker: Asker, action: Action, camera: CameraRules | None, house: HouseRules, decision: Decision
) -> None:
    assert authorize(asker, action, camera, house) is decision


some_people = st.frozensets(st.sampled_from(PEOPLE))
persons = st.builds(
    Asker, user_id=st.sampled_from(PEOPLE), is_remote=st.booleans(), may_read=st.booleans(), may_control=st.booleans()
)
cameras = st.none() | st.builds(CameraRules, viewers=some_people, media_players=st.booleans())
houses = st.builds(
    HouseRules, labellers=some_people, curators=some_people, auditors=some_people, remote_users=some_people
)


@given(persons, st.sampled_from(sorted(set(Action) - OF_THE_HOUSE)), cameras, houses)
def test_whoever_may_do_anything_with_a_camera_may_list_it(
    asker: Asker, action: Action, camera: CameraRules | None, house: HouseRules
) -> None:
    if authorize(asker, action, camera, house).allowed:
        assert authorize(asker, Action.LIST, camera, house).allowed


@given(persons, st.sampled_from(Action), cameras, houses)
def test_a_person_who_is_no_viewer_gets_nothing_of_a_camera(
    asker: Asker, action: Action, camera: CameraRules | None, house: HouseRules
) -> None:
    is_viewer = camera is not None and (asker.user_id in camera.viewers if camera.viewers else asker.may_read)
    if action not in OF_THE_HOUSE and not is_viewer:
        assert authorize(asker, action, camera, house).hides


@given(persons, cameras, houses)
def test_what_goes_out_is_one_right(asker: Asker, camera: CameraRules | None, house: HouseRules) -> None:
    assert len({authorize(asker, action, camera, house) for action in CURATING}) == 1


@given(persons, st.sampled_from(Action), cameras, houses)
def test_an_administrator_at_home_may_do_all_that_anybody_may(
    asker: Asker, action: Action, camera: CameraRules | None, house: HouseRules
) -> None:
    if authorize(asker, action, camera, house).allowed:
        assert authorize(ADMIN, action, camera, house).allowed
