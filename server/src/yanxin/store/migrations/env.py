"""Alembic asks for this file; migrations are run by `yanxin.store.migrations.migrate`."""
