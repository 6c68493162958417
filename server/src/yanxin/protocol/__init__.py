"""The wire: what is said to clients and by them, as types; see `protocol/` for the published form."""

SCHEMA = 1
"""Raised whenever the wire learns something new; told in the answer to `hello`."""
