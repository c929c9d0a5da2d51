"""Text from outside loses its credentials, however they are written, and nothing else."""

from urllib.parse import quote

from hypothesis import given, strategies as st
import pytest

from custom_components.localcam.engine.redaction import without_credentials


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("rtsp://me:pw@10.0.0.2/live", "rtsp://**REDACTED**@10.0.0.2/live"),
        ("a http://me@host/x and rtsps://a:b@c", "a http://**REDACTED**@host/x and rtsps://**REDACTED**@c"),
        ("rtsp://10.0.0.2/live", "rtsp://10.0.0.2/live"),
        ("GET /snap.jpg?user=x&password=geheim&n=1", "GET /snap.jpg?user=x&password=**REDACTED**&n=1"),
        ("GET /?token=abc HTTP/1.1", "GET /?token=**REDACTED** HTTP/1.1"),
        ('Authorization: Digest username="me", response="1"', "Authorization: **REDACTED**"),
        ("one\nauthorization: Basic bWU6cHc=\ntwo", "one\nauthorization: **REDACTED**\ntwo"),
        ("File decoder.py, line 3 in decode", "File decoder.py, line 3 in decode"),
    ],
)
def test_what_looks_like_credentials_goes(text: str, left: str) -> None:
    assert without_credentials(text) == left


def test_a_short_secret_goes_only_where_it_stands_alone() -> None:
    assert without_credentials("a cat said a", ["a"]) == "**REDACTED** cat said **REDACTED**"


@given(st.text(min_size=3, max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_a_known_secret_is_nowhere_in_any_of_its_spellings(secret: str, before: str, after: str) -> None:
    for spelling in {secret, quote(secret), quote(secret, safe="")}:
        left = without_credentials(f"{before} {spelling} {after}", [secret])
        # What stands around it may make the same text anew; the text itself is only replaced.
        assert left.replace("**REDACTED**", "\0").count(spelling) == 0 or spelling in "**REDACTED**"
