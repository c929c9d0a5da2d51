"""The judge of `scripts/fault egress` can tell whether something leaves the house."""

from base64 import b64encode
from dataclasses import replace

import pytest

from tests.faults.egress_findings import Findings
from tests.faults.home_network import LINKS, Counted
from tests.faults.marked_pictures import MARK, marked_jpegs, with_comment
from tests.faults.watched_house import CONTROL_NAME, CONTROLS, Seen

PICTURE = with_comment(marked_jpegs()[0])
_PORTS = frozenset({"tcp 10.77.2.1:8123"})
_ENDPOINT = "10.77.1.2 tcp 554"


def _seen(**changed: object) -> Seen:
    packets = dict.fromkeys(("cam_ok", "cli_ok", "guest_ok", "dns_ok", "kernel_own"), 9) | {"egress_bad": 2}
    seen = Seen(
        counted=Counted(packets=packets, camera_to={_ENDPOINT: 9}, bad_to={"224.0.0.22 igmp": 2}),
        asked=frozenset({"hall.home.arpa"}),
        marked={**dict.fromkeys((*LINKS, "lo"), 0), "cameras": 5, "client": 3},
        missed=0,
        open_ports=_PORTS,
        heard=b'data: {"event_type": "state_changed"}\n',
        log=b"",
    )
    return replace(seen, **changed)  # type: ignore[arg-type]  # what a test changes is of its field's type


def _sent(seen: Seen, to: str) -> Seen:
    return replace(seen, counted=replace(seen.counted, bad_to=seen.counted.bad_to | {to: 1}))


def _controlled(seen: Seen) -> Seen:
    for to in CONTROLS:
        seen = _sent(seen, to)
    return replace(
        seen,
        asked=seen.asked | {CONTROL_NAME},
        marked=seen.marked | {"wan": seen.marked["wan"] + 1},
        heard=seen.heard + PICTURE.hex().encode(),
    )


def _findings(full: Seen, **changed: object) -> Findings:
    found = Findings(
        bare=_seen(),
        full=full,
        bare_after_control=_controlled(_seen()),
        full_after_control=_controlled(full),
        ports_before=_PORTS,
        endpoints=frozenset({_ENDPOINT}),
        notifications=b"[]",
        heard_control=True,
    )
    return replace(found, **changed)  # type: ignore[arg-type]  # what a test changes is of its field's type


def test_a_house_from_which_nothing_leaves_is_without_blame() -> None:
    assert _findings(_seen()).violated() == []


@pytest.mark.parametrize(
    ("full", "blamed"),
    [
        (_sent(_seen(), "203.0.113.9 tcp 443"), "203.0.113.9 tcp 443"),
        (_sent(_seen(), "fd77::5 udp 5353"), "fd77::5 udp 5353"),
        (_seen(asked=frozenset({"telemetry.example"})), "telemetry.example"),
        (_seen(open_ports=_PORTS | {"tcp 0.0.0.0:8554"}), "8554"),
        (_seen(marked=_seen().marked | {"wan": 1}), "on wan"),
        (_seen(marked=_seen().marked | {"guest": 1}), "on guest"),
        (_seen(marked=_seen().marked | {"client": 0}), "no picture was seen on client"),
        (_seen(missed=1), "too fast"),
        (_seen(heard=b'{"picture": "' + b64encode(MARK) + b'"}'), "in events"),
        (_seen(log=b"got \xff\xd8\xff\xe0"), "in log"),
        (_seen(counted=replace(_seen().counted, camera_to={"10.77.1.2 tcp 22": 1})), "10.77.1.2 tcp 22"),
    ],
)
def test_whatever_leaves_is_blamed(full: Seen, blamed: str) -> None:
    violated = _findings(full).violated()

    assert any(blamed in text for text in violated)
    assert not any("not noticed" in text for text in violated)


@pytest.mark.parametrize("house", ["bare_after_control", "full_after_control"])
def test_instruments_that_notice_nothing_prove_nothing(house: str) -> None:
    blind = _findings(_seen(), **{house: _seen()}).violated()

    assert any(CONTROLS[0] in text for text in blind)
    assert any("control name" in text for text in blind)
    assert any("control mark" in text for text in blind)


def test_an_ear_that_hears_nothing_proves_nothing() -> None:
    (violated,) = _findings(_seen(), heard_control=False).violated()

    assert "control event" in violated
