"""Which token a request carries, and when a cookie may speak for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanxin.domain.refusals import Refused
from yanxin.protocol.credentials import COOKIE, credentials_of

HOST = b"im.example.com:8443"


def told(*, is_changing: bool = False, is_secure: bool = True, **headers: bytes) -> str:
    """The token, or the code of the refusal."""
    named = {name.encode(): value for name, value in headers.items()}
    try:
        return credentials_of(named, is_changing=is_changing, is_secure=is_secure)
    except Refused as refused:
        return f"refused: {refused.code}"


@pytest.mark.parametrize(
    ("authorization", "token"),
    [
        (b"Bearer abc", "abc"),
        (b"bearer abc", "abc"),
        (b"Bearer   abc ", "abc"),
        (b"Bearer", "refused: session.required"),
        (b"Bearer ", "refused: session.required"),
        (b"Basic abc", "refused: session.required"),
        (b"abc", "refused: session.required"),
        (b"", "refused: session.required"),
    ],
)
def test_a_bearer_token(authorization: bytes, token: str) -> None:
    assert told(authorization=authorization) == token
    assert told(authorization=authorization, is_changing=True) == token, "it comes from nowhere by itself"


@pytest.mark.parametrize(
    ("cookie", "token"),
    [
        (b"__Host-session=abc", "abc"),
        (b"a=1; __Host-session=abc; b=2", "abc"),
        (b"a=1;__Host-session=abc", "abc"),
        (b"__Host-session=a=b", "a=b"),
        (b"session=abc", "refused: session.required"),
        (b"__host-session=abc", "refused: session.required"),
        (b"x__Host-session=abc", "refused: session.required"),
        (b"__Host-session=", "refused: session.required"),
        (b"", "refused: session.required"),
    ],
)
def test_a_cookie(cookie: bytes, token: str) -> None:
    assert told(cookie=cookie) == token


def test_another_scheme_is_not_mended_by_a_cookie() -> None:
    assert told(authorization=b"Basic abc", cookie=b"__Host-session=abc") == "refused: session.required"


@pytest.mark.parametrize(
    ("origin", "is_ours"),
    [
        (b"https://im.example.com:8443", True),
        (b"https://IM.example.com:8443", True),
        (b"http://im.example.com:8443", False),
        (b"https://im.example.com", False),
        (b"https://im.example.com:8444", False),
        (b"https://evil.example", False),
        (b"https://im.example.com:8443.evil.example", False),
        (b"https://evil.example/im.example.com:8443", False),
        (b"https://im.example.com:8443@evil.example", False),
        (b"https://im.example.com:8443/", False),
        (b"ftp://im.example.com:8443", False),
        (b"file://im.example.com:8443", False),
        (b"im.example.com:8443", False),
        (b"null", False),
        (b"", False),
    ],
)
def test_a_cookie_changes_something_for_our_own_pages_only(origin: bytes, is_ours: bool) -> None:
    cookie = COOKIE.encode() + b"=abc"
    outcome = told(is_changing=True, host=HOST, origin=origin, cookie=cookie)
    assert outcome == ("abc" if is_ours else "refused: request.origin")
    assert told(is_changing=True, origin=origin, cookie=cookie) == "refused: request.origin", "without a Host"
    assert told(host=HOST, origin=origin, cookie=cookie) == "abc", "looking changes nothing"


def test_behind_a_proxy_a_page_may_have_come_either_way() -> None:
    """We see plain HTTP and cannot know; the proxy's own page is https, that of a developer's machine is not."""
    for origin in (b"http://" + HOST, b"https://" + HOST):
        assert told(is_changing=True, is_secure=False, host=HOST, origin=origin, cookie=b"__Host-session=abc") == "abc"


@given(st.dictionaries(st.sampled_from(["authorization", "cookie", "origin", "host"]), st.binary()), st.booleans())
def test_any_headers_give_a_token_or_a_refusal(headers: dict[str, bytes], is_changing: bool) -> None:
    """Nothing that is in them is an accident."""
    assert told(is_changing=is_changing, is_secure=True, **headers)
