"""The tables, once for both databases. Times are milliseconds since 1970, sealed columns say so."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the key is spelled INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

installation = Table(
    "installation",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("username", String(64), nullable=False),
    Column("username_key", String(128), nullable=False, unique=True),
    Column("display_name", String(100), nullable=False),
    Column("searched", Text, nullable=False),  # what a search looks into: names, pinyin, initials
    Column("password_hash", String(200)),
    Column("is_admin", Boolean, nullable=False),
    Column("disabled_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("settings", Text),
)

departments = Table(
    "departments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("parent_id", Id, ForeignKey("departments.id")),
    Column("order", Integer, nullable=False),
)

department_users = Table(
    "department_users",
    metadata,
    Column("department_id", Id, ForeignKey("departments.id"), primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True, index=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False, index=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("device", String(100), nullable=False),
    Column("address", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("direct_key", String(40), unique=True),
    Column("title", LargeBinary),  # sealed
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Id, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("last_message", BigInteger, nullable=False),
    Column("last_mention", BigInteger, nullable=False),
    Column("members_count", Integer, nullable=False),
    Column("moved_at", BigInteger, nullable=False),
    Column("dismissed_at", BigInteger),
)

memberships = Table(
    "memberships",
    metadata,
    Column("user", Id, primary_key=True),
    Column("conversation", Id, primary_key=True),
    Column("role", String(10), nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("joined", BigInteger, nullable=False),
    Column("left", BigInteger),
    Column("nth", BigInteger, nullable=False),
    Column("said", BigInteger, nullable=False),
    Column("cursor", BigInteger, nullable=False),
    Column("cursor_ordinal", BigInteger, nullable=False),
    Column("cursor_nth", BigInteger, nullable=False),
    Column("cursor_at", BigInteger, nullable=False),
    Column("muted", Boolean, nullable=False),
    Column("pinned", Boolean, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("unread_mark", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Index("ix_memberships_conversation", "conversation"),
    sqlite_with_rowid=False,
)

events = Table(
    "events",
    metadata,
    Column("conversation", Id, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("ordinal", BigInteger, nullable=False),
    Column("nth", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("sender", Id, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("client_id", String(64)),
    Column("target", BigInteger),
    Column("reply_to", BigInteger),
    Column("body", LargeBinary),  # sealed
    UniqueConstraint("sender", "client_id"),
    sqlite_with_rowid=False,
)
# What speaks of an earlier event, found by that event; and one person's own messages in a
# conversation, found by place. Both are partial, so a plain message pays for the second only.
Index(
    "ix_events_target",
    events.c.conversation,
    events.c.target,
    sqlite_where=events.c.target.is_not(None),
    postgresql_where=events.c.target.is_not(None),
)
Index("ix_events_sender", events.c.conversation, events.c.sender, events.c.seq)

mentions = Table(
    "mentions",
    metadata,
    # 0 stands for everybody: one row for an @all, never one a member.
    Column("user", Id, primary_key=True, autoincrement=False),
    Column("conversation", Id, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("sender", Id, nullable=False),
    Index("ix_mentions_conversation_seq", "conversation", "seq"),
    sqlite_with_rowid=False,
)
EVERYBODY = 0

data_keys = Table(
    "data_keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation", Id, nullable=False),
    Column("month", Integer, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("conversation", "month"),
)
