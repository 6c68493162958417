"""People and departments, for everyone and for administrators."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from litestar import Controller, get, patch, post
from litestar.params import Parameter

from yanxin.actions import departments
from yanxin.actions import people as changing
from yanxin.actions.people import NewPerson, PersonChange
from yanxin.domain import passwords
from yanxin.domain.actors import Actor, require_admin
from yanxin.domain.ids import MAX_ID, DepartmentId, UserId
from yanxin.domain.names import clean
from yanxin.domain.refusals import Refused
from yanxin.http.problems import may_fail
from yanxin.http.services import Services
from yanxin.protocol import requests, views
from yanxin.queries import people
from yanxin.queries.paging import MAX_LIMIT

UserNumber = Annotated[int, Parameter(ge=1, le=MAX_ID)]
Ids = Annotated[
    str | None,
    Parameter(pattern=r"^[0-9]{1,16}(,[0-9]{1,16}){0,199}$", description="At most 200 ids, with commas between"),
]
Limit = Annotated[int, Parameter(ge=1, le=MAX_LIMIT)]

T = TypeVar("T")


class UsersController(Controller):
    """Colleagues."""

    path = "/users"
    tags = ["people"]

    @get(summary="Find people", responses=may_fail(401))
    async def find(
        self,
        services: Services,
        actor: Actor,
        text: Annotated[
            str, Parameter(query="query", max_length=100, description="A part of name, username, pinyin or initials")
        ] = "",
        ids: Ids = None,
        limit: Limit = 50,
        cursor: str | None = None,
    ) -> views.Page[views.User]:
        if ids is not None:
            numbers = [int(each) for each in ids.split(",")]
            if max(numbers) > MAX_ID:
                raise Refused("request.malformed", reason="ids: a number is too large")
            return views.Page(await services.database.read(lambda tx: people.those(tx, numbers)), None)
        return await services.database.read(lambda tx: people.page(tx, text, cursor, limit))

    @get("/{user_id:int}", summary="One person", responses=may_fail(401, 404))
    async def one(self, services: Services, actor: Actor, user_id: UserNumber) -> views.User:
        return await services.database.read(lambda tx: people.one(tx, UserId(user_id)))


class DepartmentsController(Controller):
    """The organisation."""

    path = "/departments"
    tags = ["people"]

    @get(summary="The tree of departments", responses=may_fail(401))
    async def tree(self, services: Services, actor: Actor) -> views.Page[views.Department]:
        return views.Page(await services.database.read(people.department_tree), None)


class AdminController(Controller):
    """What administrators do."""

    path = "/admin"
    tags = ["administration"]

    @post("/users", summary="Add a person", responses=may_fail(401, 403, 404, 409, 413))
    async def add_user(self, services: Services, actor: Actor, data: requests.AddUser) -> views.User:
        require_admin(actor)
        passwords.check(data.password, data.username)
        kept = await services.passwords.hash(data.password)
        person = NewPerson(
            data.username,
            data.display_name,
            kept,
            is_admin=data.is_admin,
            departments=[DepartmentId(each) for each in data.department_ids],
        )
        added = await services.database.write(changing.add(actor, [person]))
        return await services.database.read(lambda tx: people.one(tx, added[0]))

    @patch(
        "/users/{user_id:int}",
        summary="Change, disable or enable a person",
        responses=may_fail(401, 403, 404, 409, 413),
    )
    async def change_user(
        self, services: Services, actor: Actor, user_id: UserNumber, data: requests.ChangeUser
    ) -> views.User:
        require_admin(actor)
        user = UserId(user_id)
        kept = None
        if data.password is not msgspec.UNSET:
            person = await services.database.read(lambda tx: people.one(tx, user))
            passwords.check(data.password, person.username)
            kept = await services.passwords.hash(data.password)
        ids = _given(data.department_ids)
        wish = PersonChange(
            display_name=_given(data.display_name),
            disabled=_given(data.disabled),
            is_admin=_given(data.is_admin),
            password_hash=kept,
            departments=None if ids is None else [DepartmentId(each) for each in ids],
        )
        await services.database.write(changing.change(actor, user, wish))
        return await services.database.read(lambda tx: people.one(tx, user))

    @post("/departments", summary="Add a department", responses=may_fail(401, 403, 404, 413))
    async def add_department(self, services: Services, actor: Actor, data: requests.AddDepartment) -> views.Department:
        parent = None if data.parent_id is None else DepartmentId(data.parent_id)
        added = await services.database.write(departments.add(actor, data.name, parent, data.order))
        return views.Department(added, clean(data.name, "department.bad_name"), data.parent_id, data.order, [], [])


def _given(value: T | msgspec.UnsetType) -> T | None:
    return None if value is msgspec.UNSET else value
