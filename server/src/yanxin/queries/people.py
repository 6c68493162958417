"""People: oneself, one, several by id, those whom a search finds; the tree of departments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, literal_column, select

from yanxin.access.people import require_user
from yanxin.domain.actors import Actor
from yanxin.domain.ids import UserId
from yanxin.domain.refusals import Refused
from yanxin.domain.searching import wanted
from yanxin.protocol import views
from yanxin.queries.paging import cursor_after, position_of
from yanxin.store.installation import ORGANISATION
from yanxin.store.prepared import Prepared
from yanxin.store.tables import department_users, departments, installation, users
from yanxin.store.transactions import Reading

NO_NAME = "雁信"
PAGES = "people"

_ORGANISATION = select(installation.c.value).where(installation.c.name == literal_column(f"'{ORGANISATION}'"))
_ME = Prepared(
    select(
        users.c.id,
        users.c.username,
        users.c.display_name,
        users.c.is_admin,
        users.c.settings,
        users.c.version,
        _ORGANISATION.scalar_subquery(),
    ).where(users.c.id == bindparam("user")),
    "user",
)


def me(tx: Reading, actor: Actor) -> views.Me:
    """The actor. Raises Refused("user.not_found")."""
    row = tx.row(_ME, actor.user)
    if row is None:
        raise Refused("user.not_found", user_ids=[actor.user])
    user, username, display_name, is_admin, settings, version, organisation = row
    return views.Me(
        id=user,
        username=username,
        display_name=display_name,
        is_admin=bool(is_admin),
        organisation=organisation or NO_NAME,
        settings=settings_of(settings),
        version=version,
    )


def settings_of(kept: str | None) -> views.Settings:
    """The settings that were kept; the usual ones where there are none."""
    return msgspec.json.decode(kept, type=views.Settings) if kept else views.Settings()


def one(tx: Reading, user: UserId) -> views.User:
    """The person `user`. Raises Refused("user.not_found")."""
    return _seen(tx, [require_user(tx, user)])[0]


def those(tx: Reading, ids: Sequence[int]) -> list[views.User]:
    """Those of `ids` who are there, by rising id."""
    return _seen(tx, tx.sql.execute(select(users).where(users.c.id.in_(ids)).order_by(users.c.id)).all())


def page(tx: Reading, query: str, cursor: str | None, limit: int) -> views.Page[views.User]:
    """Whom `query` finds by a part of name, username, pinyin or initials; all where it is empty.

    Raises Refused("page.bad_cursor").
    """
    after = position_of(cursor, PAGES)
    statement = select(users).order_by(users.c.id).limit(limit + 1)
    text = wanted(query)
    if text:
        statement = statement.where(users.c.searched.contains(text, autoescape=True))
    if after is not None:
        statement = statement.where(users.c.id > after[0])
    found = tx.sql.execute(statement).all()
    return views.Page(
        items=_seen(tx, found[:limit]),
        next=cursor_after((found[limit - 1].id, 0), PAGES) if len(found) > limit else None,
    )


def department_tree(tx: Reading) -> list[views.Department]:
    """The departments at the top, each with those below it, in their order."""
    members: dict[int, list[int]] = defaultdict(list)
    for department, user in tx.sql.execute(select(department_users).order_by(department_users.c.user_id)):
        members[department].append(user)
    below: dict[int | None, list[Any]] = defaultdict(list)
    for row in tx.sql.execute(select(departments).order_by(departments.c.order, departments.c.id)):
        below[row.parent_id].append(row)

    def branch(parent: int | None) -> list[views.Department]:
        return [
            views.Department(row.id, row.name, row.parent_id, row.order, members[row.id], branch(row.id))
            for row in below[parent]
        ]

    return branch(None)


def _seen(tx: Reading, found: Sequence[Any]) -> list[views.User]:
    belongs: dict[int, list[int]] = defaultdict(list)
    query = select(department_users).where(department_users.c.user_id.in_([row.id for row in found]))
    for department, user in tx.sql.execute(query.order_by(department_users.c.department_id)):
        belongs[user].append(department)
    return [
        views.User(row.id, row.username, row.display_name, row.disabled_at is not None, belongs[row.id])
        for row in found
    ]
