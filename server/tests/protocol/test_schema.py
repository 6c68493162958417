"""The socket's published schema: made from the types, whole, and strict about what is asked."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from yanxin.protocol import rpc, schema, views

ROOT = Path(__file__).parents[3]


def test_the_published_schema_is_that_of_the_types() -> None:
    published = json.loads((ROOT / "protocol" / "schema.json").read_text("utf-8"))
    assert published == json.loads(json.dumps(schema.document()))


def test_every_method_and_notification_of_the_page_is_in_the_schema() -> None:
    document = schema.document()
    assert document["x-methods"].keys() == rpc.METHODS.keys()
    assert document["x-notifications"].keys() == {
        "event",
        "state",
        "readers",
        "presence",
        "typing",
        "lagging",
        "goodbye",
    }


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    document = schema.document()

    def references(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [found for value in node.values() for found in references(value)]
        return [found for each in node for found in references(each)] if isinstance(node, list) else []

    found = set(references(document))
    assert found
    assert {each.removeprefix("#/$defs/") for each in found} <= document["$defs"].keys()


def test_a_request_with_a_field_too_many_is_refused_everywhere() -> None:
    definitions = schema.document()["$defs"]
    for name, method in schema.document()["x-methods"].items():
        params = definitions[method["params"]["$ref"].removeprefix("#/$defs/")]
        assert params["additionalProperties"] is False, name


def test_an_event_is_written_with_every_field_that_says_something() -> None:
    written = msgspec.to_builtins(views.Event(1, 2, 3, "hidden"))
    assert {name: value for name, value in written.items() if value not in (None, [])} == {
        "conversation": 1,
        "seq": 2,
        "ordinal": 3,
        "kind": "hidden",
    }
