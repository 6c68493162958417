"""People: add, change, disable, enable, give a new password."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import delete, func, insert, select, update

from yanxin.access.people import require_user
from yanxin.actions.sessions import end_all_of
from yanxin.domain.actors import Actor, require_admin
from yanxin.domain.ids import DepartmentId, UserId
from yanxin.domain.names import clean, clean_username, username_key
from yanxin.domain.news import RightsChanged
from yanxin.domain.refusals import Refused
from yanxin.domain.searching import searched
from yanxin.store import dialects
from yanxin.store.database import Work
from yanxin.store.tables import department_users, departments, users
from yanxin.store.transactions import Writing


class NewPerson(msgspec.Struct, frozen=True):
    """Somebody to be added. `password_hash` is None for one who cannot sign in by password yet."""

    username: str
    display_name: str
    password_hash: str | None
    is_admin: bool = False
    departments: Sequence[DepartmentId] = ()


class PersonChange(msgspec.Struct, frozen=True):
    """What is to be different; None leaves a thing as it is."""

    display_name: str | None = None
    disabled: bool | None = None
    is_admin: bool | None = None
    password_hash: str | None = None
    departments: Sequence[DepartmentId] | None = None


def add(actor: Actor, people: Sequence[NewPerson]) -> Work[list[UserId]]:
    """Adds all of `people` or nobody; their ids, in the same order. Administrators may.

    Raises Refused: admin.required, user.bad_username, user.bad_display_name,
    user.username_taken, department.not_found.
    """
    require_admin(actor)
    cleaned = [_cleaned(person) for person in people]

    def work(tx: Writing) -> list[UserId]:
        made = []
        for username, display_name, found_by, person in cleaned:
            statement = dialects.insert(tx.sql, users).values(
                username=username,
                username_key=username_key(username),
                display_name=display_name,
                searched=found_by,
                password_hash=person.password_hash,
                is_admin=person.is_admin,
                created_at=tx.now,
                version=0,
            )
            user = tx.sql.execute(statement.on_conflict_do_nothing().returning(users.c.id)).scalar_one_or_none()
            if user is None:
                raise Refused("user.username_taken", username=username)
            _place(tx, user, person.departments)
            made.append(UserId(user))
        return made

    return work


def change(actor: Actor, user: UserId, wish: PersonChange) -> Work[None]:
    """Changes somebody. Disabled, no longer an administrator, or with a new password: signed out everywhere.

    Raises Refused: admin.required, user.not_found, user.bad_display_name, user.last_admin, department.not_found.
    """
    require_admin(actor)

    def work(tx: Writing) -> None:
        row = require_user(tx, user)
        values: dict[str, object] = {}
        if wish.display_name is not None:
            name = clean(wish.display_name, "user.bad_display_name")
            values |= {"display_name": name, "searched": searched(row.username, name)}
        if wish.disabled is not None and wish.disabled != (row.disabled_at is not None):
            values["disabled_at"] = tx.now if wish.disabled else None
        if wish.is_admin is not None and wish.is_admin != row.is_admin:
            values["is_admin"] = wish.is_admin
        if wish.password_hash is not None:
            values["password_hash"] = wish.password_hash
        if values:
            tx.sql.execute(update(users).where(users.c.id == user).values(values))
        if wish.departments is not None:
            tx.sql.execute(delete(department_users).where(department_users.c.user_id == user))
            _place(tx, user, wish.departments)
        if row.is_admin and row.disabled_at is None and (wish.disabled or wish.is_admin is False):
            _require_an_admin(tx)
        if values.get("disabled_at") is not None or wish.password_hash is not None or "is_admin" in values:
            end_all_of(tx, user)
        tx.tell(RightsChanged(user))

    return work


def _cleaned(person: NewPerson) -> tuple[str, str, str, NewPerson]:
    """Username, name and what a search looks into, made before the transaction: pinyin takes its time."""
    username = clean_username(person.username)
    display_name = clean(person.display_name, "user.bad_display_name")
    return username, display_name, searched(username, display_name), person


def _require_an_admin(tx: Writing) -> None:
    count = select(func.count()).where(users.c.is_admin.is_(True), users.c.disabled_at.is_(None))
    if tx.sql.execute(count).scalar_one() == 0:
        raise Refused("user.last_admin")


def _place(tx: Writing, user: UserId, wanted: Sequence[DepartmentId]) -> None:
    ids = sorted(set(wanted))
    if not ids:
        return
    found = tx.sql.execute(select(departments.c.id).where(departments.c.id.in_(ids))).scalars().all()
    if len(found) != len(ids):
        raise Refused("department.not_found")
    tx.sql.execute(insert(department_users), [{"department_id": each, "user_id": user} for each in ids])
