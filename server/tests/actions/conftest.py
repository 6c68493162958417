"""The suites of this folder run on SQLite and on PostgreSQL."""

from tests.store.opened import fresh, kind, store, templates

__all__ = ["fresh", "kind", "store", "templates"]
