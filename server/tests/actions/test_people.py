"""People, departments, sessions and set-up."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from tests.store.opened import Opened, refused
from yanxin.access.tokens import Doorkeeper, hash_of
from yanxin.actions import departments, people, sessions, setup
from yanxin.actions.people import NewPerson, PersonChange
from yanxin.domain.actors import THE_SERVER, Actor
from yanxin.domain.ids import SessionId, UserId
from yanxin.domain.news import SessionsEnded
from yanxin.queries import people as people_seen
from yanxin.queries import sessions as sessions_seen
from yanxin.store.tables import users
from yanxin.store.transactions import Reading


async def add(store: Opened, username: str, name: str = "N", *, is_admin: bool = False) -> UserId:
    (user,) = await store.database.write(people.add(THE_SERVER, [NewPerson(username, name, "hash", is_admin)]))
    return user


async def test_people_are_added_all_or_nobody(store: Opened) -> None:
    await add(store, "zhang")
    new = [NewPerson("li", "Li", None), NewPerson("ZHANG", "Zhang", None)]
    with refused("user.username_taken"):
        await store.database.write(people.add(THE_SERVER, new))

    def names(tx: Reading) -> list[str]:
        return list(tx.sql.execute(select(users.c.username)).scalars())

    assert await store.database.read(names) == ["zhang"]
    assert len(await store.database.write(people.add(THE_SERVER, new[:1]))) == 1


async def test_one_name_is_taken_once_however_many_want_it_at_once(store: Opened) -> None:
    new = [NewPerson("zhang", f"Z{each}", None) for each in range(8)]
    taken = await asyncio.gather(
        *(store.database.write(people.add(THE_SERVER, [each])) for each in new), return_exceptions=True
    )
    assert sum(isinstance(each, list) for each in taken) == 1


async def test_who_is_no_administrator_administers_nothing(store: Opened) -> None:
    alice = Actor(await add(store, "alice"), SessionId(1), False)
    with refused("admin.required"):
        people.add(alice, [NewPerson("x", "X", None)])
    with refused("admin.required"):
        people.change(alice, alice.user, PersonChange(is_admin=True))
    with refused("admin.required"):
        departments.add(alice, "D", None, 0)


@pytest.mark.parametrize(
    "wish", [PersonChange(disabled=True), PersonChange(is_admin=False)], ids=["disabled", "lowered"]
)
async def test_one_administrator_always_remains(store: Opened, wish: PersonChange) -> None:
    first, second = await add(store, "first", is_admin=True), await add(store, "second", is_admin=True)
    await store.database.write(people.change(THE_SERVER, first, wish))
    with refused("user.last_admin"):
        await store.database.write(people.change(THE_SERVER, second, wish))
    with refused("user.last_admin"):
        await store.database.write(people.change(THE_SERVER, second, PersonChange(disabled=True, is_admin=False)))


async def test_people_are_found_by_name_pinyin_and_initials(store: Opened) -> None:
    wanted = await add(store, "zw001", "张伟")
    await add(store, "li.na", "李娜")

    for query in ("张", "伟", "zhangwei", "ZhangW", "zw", "zw001", "ｚｗ００１", " 张伟 "):
        page = await store.database.read(lambda tx, query=query: people_seen.page(tx, query, None, 50))  # type: ignore[misc]
        assert [each.id for each in page.items] == [wanted], query
    nobody = await store.database.read(lambda tx: people_seen.page(tx, "%", None, 50))
    assert nobody.items == []


async def test_departments_are_a_tree_in_their_order(store: Opened) -> None:
    async def department(name: str, parent: int | None = None, order: int = 0) -> int:
        return int(await store.database.write(departments.add(THE_SERVER, name, parent, order)))  # type: ignore[arg-type]

    works = await department("工厂", order=2)
    office = await department("办公室", order=1)
    line = await department("产线", works)
    user = await add(store, "zhang")
    await store.database.write(people.change(THE_SERVER, user, PersonChange(departments=[line])))  # type: ignore[list-item]

    tree = await store.database.read(people_seen.department_tree)
    assert [(each.id, [child.id for child in each.children]) for each in tree] == [(office, []), (works, [line])]
    assert tree[1].children[0].user_ids == [user]
    with refused("department.not_found"):
        await department("x", 999)
    with refused("department.not_found"):
        await store.database.write(people.change(THE_SERVER, user, PersonChange(departments=[999])))  # type: ignore[list-item]


async def test_a_session_begins_only_under_the_password_that_was_checked(store: Opened) -> None:
    """Between the check and the session the password was changed, or the person disabled."""
    user = await add(store, "zhang")
    await store.database.write(sessions.begin(user, hash_of("a"), "", "", proof="hash"))
    with refused("session.bad_credentials"):
        await store.database.write(sessions.begin(user, hash_of("b"), "", "", proof="old hash"))
    await store.database.write(people.change(THE_SERVER, user, PersonChange(disabled=True)))
    with refused("session.bad_credentials"):
        await store.database.write(sessions.begin(user, hash_of("c"), "", "", proof="hash"))


async def test_a_new_password_of_ones_own_ends_the_other_sessions_only(store: Opened) -> None:
    user = await add(store, "zhang")
    here = (await store.database.write(sessions.begin(user, hash_of("here"), "", "", proof="hash"))).actor
    there = (await store.database.write(sessions.begin(user, hash_of("there"), "", "", proof="hash"))).actor
    await store.database.write(sessions.set_password(here, "hash", "new"))

    assert store.news[-2:-1] == [SessionsEnded([there.session])]  # type: ignore[list-item]
    mine = await store.database.read(lambda tx: sessions_seen.mine(tx, here))
    assert [each.id for each in mine] == [here.session]
    with refused("password.wrong"):
        await store.database.write(sessions.set_password(here, "hash", "newer"))
    doorkeeper = Doorkeeper(store.database)
    assert (await doorkeeper.actor("here")).user == user
    with refused("session.required"):
        await doorkeeper.actor("there")


async def test_set_up_is_done_once_with_the_newest_token(store: Opened) -> None:
    assert await store.database.write(setup.offer("old"))
    assert await store.database.write(setup.offer("new"))
    admin = NewPerson("chief", "Chief", "hash", is_admin=True)
    with refused("setup.bad_token"):
        await store.database.write(setup.complete("old", "O", admin))
    user = await store.database.write(setup.complete("new", "雁信公司", admin))

    with refused("setup.closed"):
        await store.database.write(setup.complete("new", "O", NewPerson("other", "O", "hash", is_admin=True)))
    assert not await store.database.write(setup.offer("newest"))
    me = await store.database.read(lambda tx: people_seen.me(tx, Actor(user, None, True)))
    assert (me.organisation, me.is_admin) == ("雁信公司", True)
