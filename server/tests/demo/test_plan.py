"""What was said: every scene can be read and is played, at moments at which people work."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from yanxin.bootstrap.demo import company, schedule
from yanxin.bootstrap.demo.groups import GROUPS
from yanxin.bootstrap.demo.plan import Talk, talks
from yanxin.bootstrap.demo.schedule import SHANGHAI, working_days
from yanxin.bootstrap.demo.screenplay import Edit, Performance, React, Say, Scene, parsed, scenes
from yanxin.domain.ids import Millis


def moment(text: str) -> Millis:
    """A moment as a clock in Shanghai shows it."""
    return Millis(int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp() * 1000))


def shown(at: Millis) -> datetime:
    return datetime.fromtimestamp(at / 1000, SHANGHAI)


def planned(now: str = "2026-11-24 15:00") -> list[Talk]:
    return talks(company.people(), moment(now))


def test_the_company_has_two_hundred_people_and_no_empty_department() -> None:
    people = company.people()

    assert len(people) == len({person.username for person in people}) == 200
    assert Counter(person.department for person in people) == {each.name: each.size for each in company.DEPARTMENTS}
    assert people == company.people()


def test_whoever_comes_second_gets_a_number_behind_the_name() -> None:
    numbered = [person for person in company.people() if person.username[-1].isdigit()]

    assert numbered
    usernames = {person.username for person in company.people()}
    assert all(person.username.rstrip("0123456789") in usernames for person in numbered)


NOWS = (
    "2026-11-24 15:00",  # in the middle of a day
    "2026-11-23 07:10",  # before a week begins
    "2026-11-23 09:12",  # when it has hardly begun
    "2026-11-28 23:30",  # a Saturday night
    "2026-12-01 12:20",  # at lunch, and early in a month
)


@pytest.mark.parametrize("now", NOWS)
def test_everything_happens_in_rising_order_in_working_hours_and_before_now(now: str) -> None:
    for talk in planned(now):
        moments = [act.at for act in talk.acts]
        assert moments == sorted(set(moments)), talk.title
        for at in [talk.opened_at, *moments]:
            assert at < moment(now)
            assert shown(at).weekday() < 5
            time = timedelta(hours=shown(at).hour, minutes=shown(at).minute)
            # The last scene of a full day may run over by a moment.
            assert schedule.OPENS <= time <= schedule.CLOSES + timedelta(minutes=1), talk.title


@pytest.mark.parametrize("now", NOWS)
def test_the_newest_talk_is_of_the_last_working_day(now: str) -> None:
    last = working_days(moment(now))[-1]
    newest = sorted((talk.acts[-1].at for talk in planned(now) if talk.acts), reverse=True)

    assert newest[5] >= last.opens


def test_ten_working_days_are_taken_and_a_weekend_is_none() -> None:
    days = working_days(moment("2026-11-23 09:00"))

    assert [f"{shown(day.opens):%a %d}" for day in days][-3:] == ["Wed 18", "Thu 19", "Fri 20"]
    assert len(days) == 10


def test_there_are_about_fifteen_hundred_messages_of_every_kind() -> None:
    acts = [act for talk in planned() for act in talk.acts]
    kinds = Counter(type(act.line).__name__ for act in acts)
    said = [act.line for act in acts if isinstance(act.line, Say)]

    assert 1_400 <= len(said) <= 1_700
    assert kinds.keys() == {"Say", "Edit", "Recall", "React", "Rename", "Invite"}
    assert {line.language for line in said} >= {"c", "python"}
    assert any(line.mention_all for line in said)
    assert any(line.mentions for line in said)
    assert any(line.quotes is not None for line in said)
    assert max(len(line.text) for line in said) > 500
    assert min(len(line.text) for line in said) <= 2


def test_the_groups_are_as_many_and_as_different_as_a_companys() -> None:
    made = [talk for talk in planned() if talk.title is not None]

    assert len(made) == len(GROUPS) >= 25
    assert max(len(talk.members) for talk in made) == 200
    assert max(len(talk.title or "") for talk in made) == 60
    assert all(len(talk.members) == len(set(talk.members)) for talk in made)


def test_nobody_reads_the_same_sentence_twice_in_a_row() -> None:
    for talk in planned():
        said = [(act.who, act.line.text) for act in talk.acts if isinstance(act.line, Say)]
        assert not [one for one, next_one in pairwise(said) if one == next_one], talk.title
        # Short words such as 好的 come again, as they do; a sentence does not.
        long = Counter(text for _, text in said if len(text) > 8)
        assert not [text for text, times in long.items() if times > 1], talk.title


def test_every_scene_is_played_by_somebody() -> None:
    told = "\n".join(act.line.text for talk in planned() for act in talk.acts if isinstance(act.line, Say | Edit))

    unplayed = [scene for scene in scenes() if "live" not in scene.tags and not _is_in(scene, told)]

    # Some fit nowhere today, because the groups that they fit are full.
    assert len(unplayed) <= 12, [scene.lines[0] for scene in unplayed]


def _is_in(scene: Scene, told: str) -> bool:
    """Whether the longest piece of it without a slot or mention was said."""
    pieces = [
        piece
        for line in scene.lines
        if isinstance(line, Say)
        for part in line.text.split("«")
        for piece in part.split("»")[-1].replace("@", "\n").splitlines()
    ]
    return max(pieces, key=len) in told


def test_a_screenplay_reads_as_it_is_written() -> None:
    text = """
# a remark
== one two | morning
A: hello @B, take «n:7-7»
  and more
B>1(c):
  int n;

  n = «n»;
+ 👍2 🎉
~ better
"""
    (scene,) = parsed(text)

    assert sorted(scene.tags) == ["one", "two"]
    assert (scene.when, scene.letters, scene.length) == ("morning", ["A", "B"], 2)
    lines = Performance({"A": "ann", "B": "bob"}, {"ann": "Ann", "bob": "Bob"}, Random(1)).of(scene)
    assert lines == [
        Say("ann", "hello @Bob, take 7\nand more", mentions=("bob",)),
        Say("bob", "int n;\n\nn = 7;", "c", 0),
        React("👍", 2),
        React("🎉", 1),
        Edit("better"),
    ]


@pytest.mark.parametrize("text", ["A: nobody may speak before the first scene", "== one\nwhat is this?", "== one\n+ 3"])
def test_a_screenplay_that_cannot_be_read_says_where(text: str) -> None:
    with pytest.raises(ValueError, match=text.splitlines()[-1].split()[-1].strip("?")):
        list(parsed(text))
