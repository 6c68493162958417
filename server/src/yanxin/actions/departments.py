"""Departments: add one."""

from __future__ import annotations

from sqlalchemy import insert, select

from yanxin.domain.actors import Actor, require_admin
from yanxin.domain.ids import DepartmentId
from yanxin.domain.names import clean
from yanxin.domain.refusals import Refused
from yanxin.store.database import Work
from yanxin.store.tables import departments
from yanxin.store.transactions import Writing


def add(actor: Actor, name: str, parent: DepartmentId | None, order: int) -> Work[DepartmentId]:
    """A new department under `parent`, or at the top. Administrators may.

    Raises Refused: admin.required, department.bad_name, department.not_found.
    """
    require_admin(actor)
    cleaned = clean(name, "department.bad_name")

    def work(tx: Writing) -> DepartmentId:
        if parent is not None:
            there = select(departments.c.id).where(departments.c.id == parent)
            if tx.sql.execute(there).scalar_one_or_none() is None:
                raise Refused("department.not_found")
        values = {"name": cleaned, "parent_id": parent, "order": order}
        statement = insert(departments).values(values).returning(departments.c.id)
        return DepartmentId(tx.sql.execute(statement).scalar_one())

    return work
