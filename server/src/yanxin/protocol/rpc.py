"""JSON-RPC 2.0 on the socket: requests read, answers and notifications written as whole frames."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from yanxin.domain.refusals import Refused
from yanxin.protocol import problems, requests
from yanxin.protocol.frames import text_frame

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
REFUSED: Final = -32000

METHODS: Final[dict[str, type[requests.Request]]] = {
    "hello": requests.Hello,
    "message.send": requests.Send,
    "message.edit": requests.Edit,
    "message.recall": requests.Recall,
    "reaction.set": requests.React,
    "cursor.set": requests.SetCursor,
    "events.list": requests.ListEvents,
    "presence.watch": requests.WatchPresence,
    "readers.watch": requests.WatchReaders,
    "typing": requests.Typing,
    "ping": requests.Ping,
}

Id = int | str | None | msgspec.UnsetType


class Call(msgspec.Struct, gc=False):
    """One request; without `id` it is a notification and is never answered."""

    jsonrpc: str
    method: str
    id: int | str | None | msgspec.UnsetType = msgspec.UNSET
    params: msgspec.Raw = msgspec.Raw(b"{}")


class Failure(Exception):
    """A request that JSON-RPC itself refuses. `id` is null where it could not be read."""

    def __init__(self, code: int, detail: str, id: Id = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.id = id


_calls = msgspec.json.Decoder(Call)
_params: dict[str, msgspec.json.Decoder[Any]] = {name: msgspec.json.Decoder(type_) for name, type_ in METHODS.items()}
_encoder = msgspec.json.Encoder()


def call(text: bytes | str) -> tuple[Id, str, Any]:
    """The id, method and typed parameters of one request. Raises Failure."""
    try:
        read = _calls.decode(text)
    except msgspec.ValidationError as error:
        raise _no_request(text, str(error)) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise Failure(PARSE_ERROR, str(error)) from None
    if read.jsonrpc != "2.0":
        raise Failure(INVALID_REQUEST, 'jsonrpc must be "2.0"', read.id)
    decoder = _params.get(read.method)
    if decoder is None:
        raise Failure(METHOD_NOT_FOUND, f"there is no method {read.method[:100]!r}", read.id)
    try:
        return read.id, read.method, decoder.decode(read.params)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Failure(INVALID_PARAMS, str(error), read.id) from None


def _no_request(text: bytes | str, why: str) -> Failure:
    """How to refuse what is no request: as no JSON at all, or by its id, if it has one that can be answered."""
    try:
        read = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        return Failure(PARSE_ERROR, str(error))
    found = read.get("id") if isinstance(read, dict) else None
    can_be_answered = isinstance(found, int | str) and not isinstance(found, bool)
    return Failure(INVALID_REQUEST, why, found if can_be_answered else None)


def result(id: Id, value: Any) -> bytes:
    """The frame that answers `id` with `value`."""
    return text_frame(b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (_encoder.encode(id), _encoder.encode(value)))


def error(id: Id, code: int, message: str, data: Any) -> bytes:
    """The frame that answers `id` with an error."""
    body = {
        "jsonrpc": "2.0",
        "id": None if id is msgspec.UNSET else id,
        "error": {"code": code, "message": message, "data": data},
    }
    return text_frame(_encoder.encode(body))


def refusal(id: Id, refused: Refused, language: str) -> bytes:
    """The frame that answers `id` with what the rules refused."""
    problem = problems.of(refused, language)
    return error(id, REFUSED, problem.title, {"code": problem.code, "status": problem.status, "params": problem.params})


def failure(failed: Failure, language: str) -> bytes:
    """The frame that answers a request that is none."""
    problem = problems.of(Refused("request.malformed", reason=failed.detail), language)
    return error(
        failed.id,
        failed.code,
        problem.title,
        {"code": problem.code, "status": problem.status, "params": problem.params},
    )


def notification(method: str, params: Any) -> bytes:
    """The frame that tells `params` as `method`."""
    return text_frame(b'{"jsonrpc":"2.0","method":"%b","params":%b}' % (method.encode(), _encoder.encode(params)))
