"""JSON-RPC on the socket: frames that any client reads, and requests read strictly."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from yanxin.domain.refusals import Refused
from yanxin.gateway import methods
from yanxin.protocol import frames, requests, rpc, schema


def read(frame: bytes) -> Any:
    """What a client of another make reads out of one frame."""
    client = ClientProtocol(parse_uri("ws://localhost/"), state=State.OPEN, max_size=None)
    client.receive_data(frame)
    (event,) = client.events_received()
    assert isinstance(event, Frame)
    assert (event.opcode, event.fin) == (Opcode.TEXT, True)
    return bytes(event.data)


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 300_000])
def test_a_frame_of_any_length_is_read_by_a_client(size: int) -> None:
    payload = b"x" * size
    frame = frames.text_frame(payload)
    assert read(frame) == payload
    assert frame == Frame(Opcode.TEXT, payload).serialize(mask=False)


ids: st.SearchStrategy[int | str | None] = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.text(st.characters(exclude_categories=["Cs"])), st.none()
)


@given(ids)
def test_an_answer_carries_the_id_that_was_asked_with(id: int | str | None) -> None:
    asked = json.dumps({"jsonrpc": "2.0", "id": id, "method": "ping", "params": {}})
    told_id, method, params = rpc.call(asked)
    assert (told_id, method, params) == (id, "ping", requests.Ping())
    assert json.loads(read(rpc.result(told_id, {"ok": 1}))) == {"jsonrpc": "2.0", "id": id, "result": {"ok": 1}}
    refusal = json.loads(read(rpc.refusal(told_id, Refused("message.too_long", limit=20_000), "en")))
    assert refusal == {
        "jsonrpc": "2.0",
        "id": id,
        "error": {
            "code": -32000,
            "message": "The message is too long; at most 20000 characters",
            "data": {"code": "message.too_long", "status": 400, "params": {"limit": 20_000}},
        },
    }


def test_a_request_without_an_id_is_a_notification_and_without_parameters_has_none() -> None:
    assert rpc.call(b'{"jsonrpc":"2.0","method":"ping"}') == (msgspec.UNSET, "ping", requests.Ping())
    told = json.loads(read(rpc.notification("typing", {"conversation": 1, "user": 2})))
    assert told == {"jsonrpc": "2.0", "method": "typing", "params": {"conversation": 1, "user": 2}}


@pytest.mark.parametrize(
    ("text", "code", "id"),
    [
        ("", -32700, None),
        ("{", -32700, None),
        ('{"jsonrpc":"2.0","id":1,"method":"ping"', -32700, None),
        ('{"jsonrpc":"2.0","id":1,"method":"ping"} x', -32700, None),
        ("[" * 100_000, -32700, None),
        ('{"id":' * 100_000, -32700, None),
        ('{"jsonrpc":"2.0","id":1e400,"method":"ping"}', -32700, None),
        ("[]", -32600, None),
        ("null", -32600, None),
        ('"ping"', -32600, None),
        ("{}", -32600, None),
        ('{"jsonrpc":"2.0","id":1}', -32600, 1),
        ('{"jsonrpc":"1.0","id":"a","method":"ping"}', -32600, "a"),
        ('{"jsonrpc":2.0,"id":7,"method":"ping"}', -32600, 7),
        ('{"jsonrpc":"2.0","id":true,"method":"ping"}', -32600, None),
        ('{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600, None),
        ('{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600, None),
        ('{"jsonrpc":"2.0","id":3,"method":null}', -32600, 3),
        ('{"jsonrpc":"2.0","id":4,"method":"shout"}', -32601, 4),
        ('{"jsonrpc":"2.0","id":4,"method":""}', -32601, 4),
        ('{"jsonrpc":"2.0","id":5,"method":"ping","params":null}', -32602, 5),
        ('{"jsonrpc":"2.0","id":5,"method":"ping","params":[]}', -32602, 5),
        ('{"jsonrpc":"2.0","id":5,"method":"ping","params":{"a":1}}', -32602, 5),
        ('{"jsonrpc":"2.0","id":5,"method":"typing","params":{"conversation":9007199254740992}}', -32602, 5),
    ],
)
def test_what_is_no_request_is_refused_as_json_rpc_says(text: str, code: int, id: int | str | None) -> None:
    with pytest.raises(rpc.Failure) as failure:
        rpc.call(text.encode())
    told = json.loads(read(rpc.failure(failure.value, "en")))
    assert (told["error"]["code"], told["id"]) == (code, id)
    assert told["error"]["data"]["code"] == "request.malformed"
    assert len(json.dumps(told)) < 1_000, "what was sent is not sent back"


@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    """Never anything but a request or a Failure; the wire lets only UTF-8 through to here."""
    with contextlib.suppress(rpc.Failure, UnicodeDecodeError):
        data.decode()
        rpc.call(data)


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(rpc.METHODS)), st.data())
def test_parameters_are_typed_or_refused(method: str, data: st.DataObject) -> None:
    """By each method: with some of its own names and any values."""
    names = list(rpc.METHODS[method].__struct_fields__)
    params = data.draw(st.dictionaries(st.sampled_from([*names, "other"]), json_values, max_size=4))
    text = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    with contextlib.suppress(rpc.Failure):
        _, _, read_as = rpc.call(text)
        assert isinstance(read_as, rpc.METHODS[method])
        assert set(params) <= set(names)


def test_every_method_is_read_answered_and_published() -> None:
    published = schema.document()
    assert rpc.METHODS.keys() == methods.METHODS.keys() == published["x-methods"].keys()
