"""The OpenAPI document: the framework's account of the routes, with our own of what they take and give.

The framework's account of a type is laxer than the reading: bounds inside lists and choices are lost, and so is that
unknown fields are refused. msgspec, which does the reading, says exactly what it reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from litestar import Litestar

from yanxin.protocol import schema

_RETRY_AFTER: Final = {
    "description": "Seconds after which to come again",
    "required": True,
    "schema": {"type": "integer", "minimum": 0},
}


def document(app: Litestar) -> dict[str, Any]:
    """The document of `app`, whose routes may be no more than read."""
    told = app.openapi_schema.to_schema()
    shapes: dict[str, Any] = told["components"]["schemas"]
    exact = schema.definitions("#/components/schemas/{name}")
    shapes |= {name: exact[name] for name in shapes if name in exact}
    for operation in _operations(told):
        for parameter in operation.get("parameters", []):
            parameter["schema"] = _without_null(parameter["schema"])
        for status, response in operation["responses"].items():
            if status in ("429", "503"):
                response["headers"] = {"Retry-After": _RETRY_AFTER}
    return told


def _operations(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in told["paths"].values():
        yield from methods.values()


def _without_null(shape: dict[str, Any]) -> dict[str, Any]:
    """The shape of a parameter that may be left out: there is no way to write null in an address."""
    rest = {name: value for name, value in shape.items() if name != "oneOf"}
    for choice in shape.get("oneOf", []):
        if choice != {"type": "null"}:
            rest = choice | rest
    return rest
