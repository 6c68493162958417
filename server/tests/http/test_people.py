"""People, departments and those who administer them, over REST: allowed and refused side by side."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.journeys.raw import http_of, problem
from yanxin.testing.office import Office

pytestmark = pytest.mark.parametrize("server", ["sqlite"], indirect=True)

USER = {"id", "username", "display_name", "disabled", "departments"}


def ending(office: Office) -> str:
    """What makes this test's names its own, on a server that others share."""
    return office._ending


async def test_somebody_is_found_by_name_pinyin_and_initials(office: Office) -> None:
    own = ending(office)
    zhang = await office.chief.add_user(f"zw{own}", f"张伟{own}", "open sesame")
    li = await office.chief.add_user(f"Lei.Li{own}", f"李蕾{own}", "open sesame")
    async with http_of(office, office.server.token) as http:
        for query, found in (
            (f"张伟{own}", [zhang]),
            (f"zhangwei{own}", [zhang]),
            (f"ZhangWei{own}", [zhang]),
            (f" zw{own} ", [zhang]),
            (f"蕾{own}", [li]),
            (f"lilei{own}", [li]),
            (f"ll{own}", [li]),
            (f"lei.li{own}", [li]),
            (own, [zhang, li]),
            (f"王{own}", []),
            (f"%{own}", []),
            (f"_w{own}", []),
        ):
            answer = await http.get("/users", params={"query": query})
            assert answer.status_code == 200
            assert [each["id"] for each in answer.json()["items"]] == [each.id for each in found], query
        assert problem(await http.get("/users", params={"query": "x" * 101})) == (400, "request.malformed")


async def test_people_by_their_numbers(office: Office) -> None:
    alice, bob = await office.people("alice", "bob", online=False)
    async with http_of(office, alice.token) as http:
        one = await http.get(f"/users/{bob.id}")
        assert one.status_code == 200
        assert one.json() == {
            "id": bob.id,
            "username": bob.username,
            "display_name": "Bob",
            "disabled": False,
            "departments": [],
        }
        nobody = await http.get("/users/9007199254740991")
        assert (problem(nobody), nobody.json()["params"]) == ((404, "user.not_found"), {"user_ids": [2**53 - 1]})
        several = await http.get(f"/users?ids={bob.id},9007199254740991,{alice.id},{bob.id}")
        assert [each["id"] for each in several.json()["items"]] == sorted((alice.id, bob.id))
        assert (await http.get("/users?ids=" + ",".join(["1"] * 200))).status_code == 200
        for bad in (",".join(["1"] * 201), "9007199254740992", "1,", "a", "-1", "1;2", ""):
            assert problem(await http.get("/users", params={"ids": bad})) == (400, "request.malformed"), bad


async def test_an_administrator_adds_people_and_nobody_else_does(office: Office) -> None:
    (alice,) = await office.people("alice", online=False)
    own = ending(office)
    good: dict[str, Any] = {"username": f"new.{own}", "display_name": " New  Person ", "password": "open sesame"}
    async with http_of(office, office.server.token) as admin, http_of(office, alice.token) as member:
        assert problem(await member.post("/admin/users", json=good)) == (403, "admin.required")
        made = await admin.post("/admin/users", json=good)
        assert made.status_code == 201
        assert made.json().keys() == USER
        assert (made.json()["username"], made.json()["display_name"]) == (f"new.{own}", "New Person")
        for change, status, code in (
            ({}, 409, "user.username_taken"),
            ({"username": f"NEW.{own}"}, 409, "user.username_taken"),
            ({"username": f"ｎｅｗ.{own}"}, 409, "user.username_taken"),
            ({"username": "a b"}, 400, "user.bad_username"),
            ({"username": ".hidden"}, 400, "user.bad_username"),
            ({"username": "a/../b"}, 400, "user.bad_username"),
            ({"username": "x" * 65}, 400, "request.malformed"),
            ({"username": f"b{own}", "display_name": " "}, 400, "user.bad_display_name"),
            ({"username": f"b{own}", "display_name": "Boss\u202e"}, 400, "user.bad_display_name"),
            ({"username": f"b{own}", "password": "short"}, 400, "password.too_short"),
            ({"username": f"b{own}", "password": "aaaaaaaaaa"}, 400, "password.too_simple"),
            ({"username": f"bbbbbb{own}", "password": f"BBBBBB{own}"}, 400, "password.too_simple"),
            ({"username": f"b{own}", "department_ids": [2**53 - 1]}, 404, "department.not_found"),
            ({"username": f"b{own}", "is_admin": 1}, 400, "request.malformed"),
            ({"username": f"b{own}", "id": 1}, 400, "request.malformed"),
        ):
            answer = await admin.post("/admin/users", json=good | change)
            assert problem(answer) == (status, code), change
        assert (await admin.get("/users", params={"query": f"b{own}"})).json()["items"] == []


async def test_an_administrator_changes_people_and_nobody_else_does(office: Office) -> None:
    alice, bob = await office.people("alice", "bob", online=False)
    at = f"/admin/users/{bob.id}"
    async with http_of(office, office.server.token) as admin, http_of(office, alice.token) as member:
        assert problem(await member.patch(at, json={"display_name": "Bobby"})) == (403, "admin.required")
        renamed = await admin.patch(at, json={"display_name": "Bobby"})
        assert (renamed.status_code, renamed.json()["display_name"]) == (200, "Bobby")
        assert (await admin.patch(at, json={})).json() == renamed.json()
        async with http_of(office, bob.token) as his:
            assert (await his.get("/me")).status_code == 200, "a name is no reason to sign in anew"
        disabled = await admin.patch(at, json={"disabled": True})
        assert disabled.json()["disabled"] is True
        async with http_of(office, bob.token) as his:
            assert problem(await his.get("/me")) == (401, "session.required")
        assert (await admin.patch(at, json={"disabled": False})).json()["disabled"] is False
        assert await office.signs_in(bob.username)

        assert problem(await admin.patch("/admin/users/9007199254740991", json={})) == (404, "user.not_found")
        for change, status, code in (
            ({"password": "short"}, 400, "password.too_short"),
            ({"password": bob.username}, 400, "password.too_simple"),
            ({"display_name": "\u200b"}, 400, "user.bad_display_name"),
            ({"department_ids": [2**53 - 1]}, 404, "department.not_found"),
            ({"disabled": "yes"}, 400, "request.malformed"),
            ({"username": "new"}, 400, "request.malformed"),
        ):
            assert problem(await admin.patch(at, json=change)) == (status, code), change
        chief = (await admin.get("/me")).json()["id"]
        for last in ({"disabled": True}, {"is_admin": False}):
            assert problem(await admin.patch(f"/admin/users/{chief}", json=last)) == (409, "user.last_admin")


async def test_who_becomes_or_was_an_administrator_signs_in_anew(office: Office) -> None:
    """Rights are those of the session's beginning, so that a stolen one does not grow with its owner."""
    (alice,) = await office.people("alice", online=False)
    at = f"/admin/users/{alice.id}"
    async with http_of(office, office.server.token) as admin:
        token = alice.token
        for is_admin in (True, False):
            assert (await admin.patch(at, json={"is_admin": is_admin})).status_code == 200
            async with http_of(office, token) as before:
                assert problem(await before.get("/me")) == (401, "session.required")
            token = await office.signs_in(alice.username)
            async with http_of(office, token) as anew:
                assert (await anew.get("/me")).json()["is_admin"] is is_admin
                assert (await anew.patch(at, json={})).status_code == (200 if is_admin else 403)


async def test_departments_are_a_tree_with_people_in_it(office: Office) -> None:
    alice, bob = await office.people("alice", "bob", online=False)
    own = ending(office)
    async with http_of(office, office.server.token) as admin, http_of(office, alice.token) as member:
        top = {"name": f"研发 {own}"}
        assert problem(await member.post("/admin/departments", json=top)) == (403, "admin.required")
        made = await admin.post("/admin/departments", json=top)
        assert made.status_code == 201
        number = made.json()["id"]
        assert made.json() == {
            "id": number,
            "name": f"研发 {own}",
            "parent_id": None,
            "order": 0,
            "user_ids": [],
            "children": [],
        }
        below = [
            (await admin.post("/admin/departments", json={"name": name, "parent_id": number, "order": order})).json()
            for name, order in (("测试", 2), ("服务端", 1))
        ]
        for bad, status, code in (
            ({"name": " "}, 400, "department.bad_name"),
            ({"name": "x", "parent_id": 2**53 - 1}, 404, "department.not_found"),
            ({"name": "x", "order": 2**31}, 400, "request.malformed"),
        ):
            assert problem(await admin.post("/admin/departments", json=bad)) == (status, code)
        placed = await admin.patch(f"/admin/users/{bob.id}", json={"department_ids": [below[0]["id"], number, number]})
        assert placed.json()["departments"] == [number, below[0]["id"]]

        tree = (await member.get("/departments")).json()["items"]
        (branch,) = [each for each in tree if each["id"] == number]
        assert branch["user_ids"] == [bob.id]
        assert [child["name"] for child in branch["children"]] == ["服务端", "测试"]
        assert branch["children"][1]["user_ids"] == [bob.id]
        await admin.patch(f"/admin/users/{bob.id}", json={"department_ids": []})
        assert (await member.get(f"/users/{bob.id}")).json()["departments"] == []


async def test_settings_are_kept_whole_and_my_own(office: Office) -> None:
    alice, bob = await office.people("alice", "bob", online=False)
    usual: dict[str, Any] = {"language": None, "theme": None, "font_size": None, "send_key": None}
    usual |= {"show_presence": True, "show_typing": True}
    async with http_of(office, alice.token) as hers, http_of(office, bob.token) as his:
        me = (await hers.get("/me")).json()
        assert me["settings"] == usual
        chosen = {"language": "zh-TW", "theme": "dark", "font_size": 18, "show_typing": False}
        changed = await hers.patch("/me", json={"settings": chosen})
        assert (changed.status_code, changed.json()["settings"]) == (200, usual | chosen)
        assert changed.json()["version"] == me["version"] + 1
        assert (await his.get("/me")).json()["settings"] == usual
        odd: list[Any] = [{"theme": "pink"}, {"font_size": 15}, {"show_presence": None}, {"colour": "red"}, None, []]
        for bad in odd:
            assert problem(await hers.patch("/me", json={"settings": bad})) == (400, "request.malformed"), bad
        for bad_name in ("is_admin", "username", "display_name"):
            assert problem(await hers.patch("/me", json={bad_name: True})) == (400, "request.malformed")
        assert (await hers.patch("/me", content=json.dumps({}))).json() == changed.json()
