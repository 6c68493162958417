"""The OpenAPI document, made from the code without a server."""

from __future__ import annotations

import warnings
from typing import Any

from tools.schema import openapi


def document() -> dict[str, Any]:
    """What `/api/openapi.json` gives."""
    with warnings.catch_warnings():
        # The framework's third release wants its parameters marked otherwise; the lock file holds the second.
        warnings.simplefilter("ignore", DeprecationWarning)
        return openapi()
