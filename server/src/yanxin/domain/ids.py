"""The numbers that things are known by, as types of their own."""

from typing import NewType

UserId = NewType("UserId", int)
ConversationId = NewType("ConversationId", int)
SessionId = NewType("SessionId", int)
DepartmentId = NewType("DepartmentId", int)

Seq = NewType("Seq", int)
"""An event's place in its conversation: 1, 2, 3 … with no holes; 0 is before the first."""

Ordinal = NewType("Ordinal", int)
"""How many events of kind `message` a conversation holds up to and including a place."""

Millis = NewType("Millis", int)
"""A moment: whole milliseconds since 1970-01-01T00:00:00Z."""

MAX_ID = 2**53 - 1
"""The largest number that JavaScript keeps exactly; no id, seq or version goes beyond it."""
