"""The OpenAPI document says what the routes do: schemathesis asks each of them what the document allows, and more.

Once as an administrator and once as an ordinary member of some groups, on a server of its own. The requests come
from a fixed seed, so that what fails, fails again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response

from tests.http.document import document
from yanxin.domain.ids import MAX_ID
from yanxin.testing import office as offices
from yanxin.testing.servers import CHIEF, CHIEFS_PASSWORD, Server

CONFIGURATION: Final = {
    "seed": 20261124,
    "suppress-health-check": ["all"],
    "generation": {"max-examples": 6, "no-shrink": True, "database": "none"},
    # Rules that no schema can say (a title of blanks, a mention too many) refuse with 400 what is well formed.
    # `well_formed_is_not_malformed` stands in its place.
    "checks": {"positive_data_acceptance": {"enabled": False}},
}
PEOPLE: Final = 8
DOOMED: Final = 8
"""Groups with numbers from 1 to this are there to be dismissed and left."""
LASTING: Final = 4
"""So many more are not."""
SAID: Final = range(3, 11)
"""Where the messages of each group stand."""

schema = schemathesis.openapi.from_dict(document(), config=schemathesis.Config.from_dict(CONFIGURATION))


@dataclass(frozen=True)
class Asked:
    """The server that is asked, and the tokens of who asks."""

    url: str
    tokens: dict[str, str]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    with Server(tmp_path_factory.mktemp("document") / "data") as server:
        server.set_up()
        yield Asked(server.url, asyncio.run(_talk(server)))
        assert server.faults() == []


async def _talk(server: Server) -> dict[str, str]:
    """Groups in which everybody is and a few things were said.

    The tokens are of sessions after those that are ended on the way: the first ones.
    """
    async with offices.opened(server) as office:
        names = [f"other{number}" for number in range(PEOPLE - 2)]
        alice, *others = await office.people("alice", *names, online=False)
        chief = await office.chief.me()
        for number in range(DOOMED + LASTING):
            everybody = [other.id for other in others] + [chief.id]
            where = (await alice.rest.create("group", everybody, f"group {number}")).id
            await alice.rest.set_role(where, others[0].id, "admin")
            for seq in SAID:
                speaker = alice.rest if seq % 2 else office.chief
                await speaker.send(where, "hi", client_id=f"{number}-{seq}")
            if number % 2:
                await alice.rest.set_role(where, chief.id, "owner")
        return {
            "administrator": await office.signs_in(CHIEF, CHIEFS_PASSWORD),
            "ordinary": await office.signs_in(alice.username),
        }


@schema.hook
def map_path_parameters(context: HookContext, path_parameters: dict[str, Any]) -> dict[str, Any]:
    """Mostly of what is there: numbers out of all that there could be would meet nothing but 404."""
    asked = context.operation
    is_ending = asked is not None and asked.method == "delete" and "{emoji}" not in asked.path
    there = {
        "conversation_id": range(1, DOOMED + 1) if is_ending else range(DOOMED + 1, DOOMED + LASTING + 1),
        "user_id": range(1, PEOPLE + 1),
        "session_id": range(1, PEOPLE + 1),
        "seq": SAID,
    }
    return {name: _one_of(there.get(name), value) for name, value in (path_parameters or {}).items()}


@schema.hook
def map_body(context: HookContext, body: Any) -> Any:
    """The same. Also, 1.0 is a whole number to JSON Schema and none to us: it is written without a point."""
    if isinstance(body, list):
        return [map_body(context, each) for each in body]
    if isinstance(body, dict):
        body = {name: map_body(context, value) for name, value in body.items()}
        for name, there in (("member_ids", PEOPLE), ("user_ids", PEOPLE), ("reply_to", SAID.stop), ("seq", SAID.stop)):
            if isinstance(body.get(name), list):
                body[name] = [_one_of(range(1, there), each) for each in body[name]]
            elif name in body:
                body[name] = _one_of(range(1, there), body[name])
    return int(body) if isinstance(body, float) and body.is_integer() else body


def _one_of(there: range | None, value: Any) -> Any:
    """A number of something that is there, in place of a good one; anything else as it is."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return there[value % len(there)] if there and is_number and 1 <= value <= MAX_ID else value


@schemathesis.check
def well_formed_is_not_malformed(context: CheckContext, answer: Response, case: Case[Any]) -> None:
    """What the document calls well formed is refused by a rule, if at all, and never for its form."""
    is_good = case.meta is not None and case.meta.generation.mode.is_positive
    if is_good and answer.status_code == 400:
        assert answer.json()["code"] != "request.malformed", answer.text


@schemathesis.check
def refusals_are_whole_problems(context: CheckContext, answer: Response, case: Case[Any]) -> None:
    """Whatever is refused says why, in the shape and with the sentence that people get."""
    if answer.status_code >= 400:
        told = answer.json()
        assert answer.headers["content-type"] == ["application/problem+json"], answer.headers
        assert (told["status"], told["type"]) == (answer.status_code, f"urn:yanxin:problem:{told['code']}"), told


@pytest.mark.parametrize("role", ["administrator", "ordinary"])
@schema.parametrize()
def test_every_route_does_what_the_document_says(case: Case[Any], role: str, asked: Asked) -> None:
    if case.operation.path == "/api/v1/admin/users/{user_id}" and case.path_parameters["user_id"] in (1, 2):
        return  # Those who ask go on asking.
    case.call_and_validate(asked.url, headers={"Authorization": f"Bearer {asked.tokens[role]}"})


def test_the_running_server_and_the_published_file_give_the_same_document(asked: Asked) -> None:
    answer = httpx.get(f"{asked.url}/api/openapi.json", trust_env=False)
    published = Path(__file__).parents[3] / "protocol" / "openapi.json"
    assert answer.status_code == 200
    assert answer.json() == json.loads(published.read_text("utf-8")) == json.loads(json.dumps(document()))
