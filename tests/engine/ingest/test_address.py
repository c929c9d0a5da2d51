"""Where a camera may be: only at home, and only at the address that was checked."""

from urllib.parse import quote

from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.engine.errors import SourceError, SourceFault
from custom_components.localcam.engine.ingest.address import is_own, locate, resolve, split_credentials
from custom_components.localcam.engine.settings import AddressRules

AT_HOME = ["192.168.1.20"]


def fault_of(url: str, addresses: list[str] | None = None) -> SourceFault:
    with pytest.raises(SourceError) as caught:
        locate(url, (lambda _: addresses) if addresses is not None else resolve)
    return caught.value.fault


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.9", "127.0.0.1", "::1", "fd00::5", "::ffff:192.168.0.9"],
)
@pytest.mark.parametrize("scheme", ["rtsp", "rtsps", "http", "https", "RTSP"])
def test_private_and_loopback_addresses_are_let_in(scheme: str, address: str) -> None:
    locate(f"{scheme}://camera/stream", lambda _: [address])


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "172.15.0.1",
        "172.32.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "203.0.113.5",
        "2001:db8::1",
        "fe80::1",
        "ff02::1",
        "::",
        "::ffff:8.8.8.8",
        "64:ff9b::c0a8:1",
        "2002:c0a8:101::1",
    ],
)
def test_no_other_address_is(address: str) -> None:
    assert fault_of("rtsp://camera/", [address]) is SourceFault.PUBLIC_ADDRESS


@pytest.mark.parametrize("url", ["http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://[::1]/"])
def test_odd_ways_to_write_an_address_are_judged_by_where_they_lead(url: str) -> None:
    assert locate(url).ip in {"127.0.0.1", "::1"}


@pytest.mark.parametrize("url", ["http://134744072/", "http://0x08080808/", "http://010.010.010.010/"])
def test_and_cannot_hide_where_that_is(url: str) -> None:
    assert fault_of(url) is SourceFault.PUBLIC_ADDRESS


def test_a_name_with_one_public_address_among_private_ones_is_refused() -> None:
    assert fault_of("rtsp://camera/", ["192.168.1.20", "8.8.8.8"]) is SourceFault.PUBLIC_ADDRESS


def test_a_link_local_address_beside_a_private_one_is_passed_over() -> None:
    assert locate("rtsp://camera.local/", lambda _: ["fe80::1%eth0", "192.168.1.20"]).ip == "192.168.1.20"


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    answers = iter([["192.168.1.20"], ["203.0.113.5"]])
    place = locate("rtsp://rebinding.example:8554/a?b=c", lambda _: next(answers))
    assert (place.ip, place.port) == ("192.168.1.20", 8554)
    assert place.url == "rtsp://rebinding.example:8554/a?b=c"
    assert place.authority == "rebinding.example:8554"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "camera",
        "file:///etc/passwd",
        "concat:rtsp://a|rtsp://b",
        "ftp://192.168.1.20/",
        "rtsp://",
        "rtsp:///stream",
        "rtsp://camera:0/",
        "rtsp://camera:99999/",
        "rtsp://camera:port/",
        "rtsp://[::1/",
        "rtsp://camera/a b",
        "rtsp://camera/\n",
        "rtsp://camera\\@8.8.8.8/",
        "rtsp://user:secret@192.168.1.20/",
        "rtsp://user@192.168.1.20/",
    ],
)
def test_what_is_no_address_of_a_camera_is_invalid(url: str) -> None:
    assert fault_of(url, AT_HOME) is SourceFault.INVALID_ADDRESS


def test_a_name_that_nobody_knows_is_unreachable() -> None:
    def nobody(_: str) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(SourceError) as caught:
        locate("rtsp://camera/", nobody)
    assert caught.value.fault is SourceFault.UNREACHABLE


def test_no_refusal_repeats_the_password() -> None:
    with pytest.raises(SourceError) as caught:
        locate("rtsp://user:hunter2@192.168.1.20/")
    assert "hunter2" not in repr(caught.value)


@given(st.text(min_size=1), st.text(min_size=1))
def test_credentials_come_out_of_an_address_as_they_were_meant(username: str, password: str) -> None:
    whole = f"rtsp://{quote(username, safe='')}:{quote(password, safe='')}@192.168.1.20:554/a?b=c@d"
    assert split_credentials(whole) == ("rtsp://192.168.1.20:554/a?b=c@d", username, password)


def test_credentials_typed_as_they_are_come_out_as_they_are() -> None:
    assert split_credentials("rtsp://admin:p@ss@10.0.0.2/x") == ("rtsp://10.0.0.2/x", "admin", "p@ss")
    assert split_credentials("rtsp://10.0.0.2/x?to=a@b") == ("rtsp://10.0.0.2/x?to=a@b", "", "")


@pytest.mark.parametrize(
    "address",
    [
        "172.30.32.2",
        "172.30.32.3",
        "::ffff:172.30.32.2",
        "2002:ac1e:2002::1",
        "64:ff9b::ac1e:2002",
        "fd00:ec2::254",
        "fd20:ce::254",
    ],
)
def test_the_supervisor_and_metadata_services_are_no_cameras(address: str) -> None:
    assert fault_of("http://camera/", [address]) is SourceFault.FORBIDDEN_ADDRESS


@pytest.mark.parametrize("name", ["supervisor", "SUPERVISOR.", "hassio"])
def test_nor_are_their_names(name: str) -> None:
    assert fault_of(f"http://{name}/", AT_HOME) is SourceFault.FORBIDDEN_ADDRESS


@pytest.mark.parametrize("address", ["172.30.32.1", "172.30.33.5"])
def test_add_ons_may_be_restreamers(address: str) -> None:
    assert locate("rtsp://restreamer:8554/", lambda _: [address]).ip == address


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "127.9.9.9", "localhost"])
def test_home_assistant_is_no_camera_of_its_own(host: str) -> None:
    rules = AddressRules(own_port=8123)
    with pytest.raises(SourceError) as caught:
        locate(f"http://{host}:8123/api/", rules=rules)
    assert caught.value.fault is SourceFault.FORBIDDEN_ADDRESS
    assert locate(f"http://{host}:8124/", rules=rules).port == 8124
    assert locate("http://camera:8123/", lambda _: AT_HOME, rules).ip == AT_HOME[0], "that is another machine"


def test_this_machine_knows_its_own_addresses() -> None:
    assert is_own("127.0.0.1")
    assert is_own("::1")
    assert not is_own("203.0.113.9")


ALLOWED = AddressRules(public_host="Camera.example.")


def test_one_host_outside_may_be_allowed_and_no_other() -> None:
    assert locate("https://camera.example/", lambda _: ["9.9.9.9"], ALLOWED).ip == "9.9.9.9"
    for url in ("https://camera.example.evil/", "https://other.example/", "https://xcamera.example/"):
        with pytest.raises(SourceError):
            locate(url, lambda _: ["9.9.9.9"], ALLOWED)


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "0.0.0.0", "224.0.0.1", "fd00:ec2::254", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "172.30.32.2"],
)
def test_but_it_leads_to_no_place_that_is_refused(address: str) -> None:
    with pytest.raises(SourceError):
        locate("https://camera.example/", lambda _: [address], ALLOWED)
