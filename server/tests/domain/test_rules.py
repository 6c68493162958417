"""The rules, by themselves: names, passwords, reactions, throttling, cursors, times."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.opened import refused
from yanxin.domain import messages, passwords
from yanxin.domain.bodies import AnyBody, Code, Members, Reaction, RoleChange, Text, Title, decoded, encoded
from yanxin.domain.conversations import direct_key
from yanxin.domain.ids import Millis, Ordinal, Seq, UserId
from yanxin.domain.memberships import heir, joined
from yanxin.domain.names import clean, clean_username, username_key
from yanxin.domain.refusals import Refused
from yanxin.domain.throttling import Buckets, network_of
from yanxin.domain.times import month_of, rfc3339

BODIES = st.one_of(
    st.builds(Text, st.text(), st.lists(st.integers(1, 2**53 - 1)), st.booleans()),
    st.builds(Code, st.text(), st.just("python")),
    st.builds(Members, st.lists(st.integers(1, 2**53 - 1))),
    st.builds(Title, st.text()),
    st.builds(RoleChange, st.integers(1, 99), st.sampled_from(["owner", "admin", "member"])),
    st.builds(Reaction, st.text(), st.booleans()),
)


@given(BODIES)
def test_a_body_is_read_as_it_was_written_and_is_always_the_same_bytes(body: AnyBody) -> None:
    assert decoded(encoded(body)) == body
    assert encoded(decoded(encoded(body))) == encoded(body)


@given(st.text(max_size=120))
def test_a_name_that_is_let_in_is_visible_tidy_and_stays_as_it_is(text: str) -> None:
    try:
        name = clean(text, "user.bad_display_name")
    except Refused:
        return
    assert name
    assert name == " ".join(name.split()) == unicodedata.normalize("NFC", name)
    assert len(name) <= 100
    assert clean(name, "user.bad_display_name") == name
    assert not any(unicodedata.category(each) in ("Cc", "Cs", "Co", "Cn") for each in name)


@given(st.text(max_size=70))
def test_a_username_that_is_let_in_is_one_word_and_unique_by_its_key(text: str) -> None:
    try:
        username = clean_username(text)
    except Refused:
        return
    assert not any(character.isspace() for character in username)
    assert username_key(username) == username_key(clean_username(username))
    assert username_key(username.upper()) == username_key(username.upper().lower())


@pytest.mark.parametrize("username", ["zhang", "张伟", "li.na", "li-na", "a@b.cn", "x+y", "007", "Ａ"])
def test_usernames_that_people_have(username: str) -> None:
    assert clean_username(username) == unicodedata.normalize("NFKC", username)


@pytest.mark.parametrize("username", ["", " ", ".a", "a.", "_", "a b", "a/b", "a\u202eb", "a\n", "-", "a" * 65, "<b>"])
def test_usernames_that_nobody_has(username: str) -> None:
    if username.strip() == "a":
        assert clean_username(username) == "a"
    else:
        with refused("user.bad_username"):
            clean_username(username)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("1234567", "password.too_short"),
        ("x" * 257, "password.too_long"),
        ("zhangwei", "password.too_simple"),
        ("ZHANGWEI", "password.too_simple"),
        ("aaaaaaaa", "password.too_simple"),
        ("abababab", "password.too_simple"),
    ],
)
def test_passwords_that_are_none(password: str, code: str) -> None:
    with refused(code):
        passwords.check(password, "zhangwei")


def test_a_password_may_be_a_sentence_in_any_script() -> None:
    passwords.check("正确的马电池订书钉", "zhangwei")
    passwords.check("correct horse battery staple", "zhangwei")


@pytest.mark.parametrize("emoji", ["👍", "❤️", "👨‍👩‍👧‍👦", "收到", "+1", "ok", "🇨🇳"])
def test_reactions_are_short_signs_and_words(emoji: str) -> None:
    messages.check_emoji(emoji)


@pytest.mark.parametrize("emoji", ["", " ", "a b", "a\n", "\u200b", "\u202e", "\x00", "\u200d", "\ufe0f"])
def test_reactions_are_never_invisible(emoji: str) -> None:
    with refused("reaction.bad_emoji"):
        messages.check_emoji(emoji)


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u3000"])
def test_a_message_says_something(text: str) -> None:
    for body in (Text(text), Code(text)):
        with refused("message.empty"):
            messages.check(body)


def test_an_office_of_five_hundred_behind_one_address_signs_in_at_nine() -> None:
    """Some of them mistype once or twice."""
    buckets = Buckets()
    for person in range(500):
        now = person * 0.6
        for _ in range(person % 3):
            assert buckets.wait(f"p{person}", "10.0.0.1", now) == 0
            buckets.failed(f"p{person}", "10.0.0.1", now)
        assert buckets.wait(f"p{person}", "10.0.0.1", now) == 0
        buckets.succeeded(f"p{person}", "10.0.0.1")


def test_whoever_guesses_one_account_waits_and_its_owner_elsewhere_does_not() -> None:
    buckets = Buckets()
    for _ in range(5):
        buckets.failed("alice", "10.0.0.66", 0.0)
    assert 0 < buckets.wait("alice", "10.0.0.66", 0.0) <= 30
    assert buckets.wait("alice", "10.0.0.2", 0.0) == 0
    assert buckets.wait("bob", "10.0.0.66", 0.0) == 0
    assert buckets.wait("alice", "10.0.0.66", 31.0) == 0


def test_guessing_from_many_addresses_fills_the_accounts_own_bucket() -> None:
    buckets = Buckets()
    for number in range(40):
        buckets.failed("alice", f"10.0.{number}.1", 0.0)
    assert buckets.wait("alice", "10.9.9.9", 0.0) > 0


def test_guessing_from_one_network_on_many_accounts_is_slowed() -> None:
    buckets = Buckets()
    for number in range(1_100):
        buckets.failed(f"p{number}", f"10.0.0.{number % 250}", 0.0)
    assert buckets.wait("alice", "10.0.0.251", 0.0) > 0
    assert buckets.wait("alice", "10.0.1.1", 0.0) == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.1.2.3", "10.1.2.0/24"),
        ("::ffff:10.1.2.3", "10.1.2.0/24"),
        ("2001:db8:1:2ff::1", "2001:db8:1:200::/56"),
        ("local", "local"),
    ],
)
def test_an_addresss_network(address: str, network: str) -> None:
    assert network_of(address) == network


@given(st.integers(0, 4_000_000_000_000))
def test_a_moment_is_written_as_people_read_it(moment: int) -> None:
    text = rfc3339(Millis(moment))
    read = datetime.fromisoformat(text)
    assert text.endswith("Z")
    assert round(read.timestamp() * 1000) == moment
    assert month_of(Millis(moment)) == read.astimezone(UTC).year * 100 + read.astimezone(UTC).month


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_a_direct_conversation_has_one_key_for_both(one: int, other: int) -> None:
    key = direct_key(UserId(one), UserId(other))
    assert key == direct_key(UserId(other), UserId(one))
    assert {int(part) for part in key.split(":")} == {one, other}


def test_the_heir_is_the_admin_or_else_the_member_of_longest_standing() -> None:
    def member(user: int, role: str, at: int) -> object:
        return joined(1, UserId(user), role, Seq(at), Ordinal(0), now=Millis(0), before=None)  # type: ignore[arg-type]

    old, admin, late_admin = member(5, "member", 1), member(9, "admin", 7), member(2, "admin", 8)
    assert heir([old, late_admin, admin]) is admin  # type: ignore[list-item]
    assert heir([old, member(4, "member", 2)]) is old  # type: ignore[list-item]
    assert heir([member(5, "member", 1), member(4, "member", 1)]).user == 4  # type: ignore[list-item, union-attr]
    assert heir([]) is None
