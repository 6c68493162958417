"""Messages: what may be said, changed and taken back, by whom and until when."""

from __future__ import annotations

from yanxin.domain.bodies import Code, MessageBody, Text
from yanxin.domain.events import Event, Kind, Standing
from yanxin.domain.ids import Millis, Seq
from yanxin.domain.memberships import Membership
from yanxin.domain.names import BLANKS
from yanxin.domain.refusals import Refused

MAX_CHARACTERS = 20_000
MAX_MENTIONS = 500
MAX_EDITS = 100
MAX_EMOJI = 50
MAX_REACTIONS_EACH = 200
RECALL_WITHIN_MS = 2 * 60 * 1000


def check(body: MessageBody) -> None:
    """Raises Refused if nobody may send `body`: empty, too long, or speaking to too many."""
    if not body.text.strip():
        raise Refused("message.empty")
    if len(body.text) > MAX_CHARACTERS:
        raise Refused("message.too_long", limit=MAX_CHARACTERS)
    if "\x00" in body.text:
        raise Refused("message.bad_character")
    if isinstance(body, Text) and len(body.mentions) > MAX_MENTIONS:
        raise Refused("message.too_many_mentions", limit=MAX_MENTIONS)


def check_emoji(emoji: str) -> None:
    """Raises Refused unless `emoji` can stand as a reaction: a short word or sign, nothing invisible."""
    signs = emoji.replace("\u200d", "").replace("\ufe0f", "")  # what joins signs or colours them is none itself
    if not signs or any(each.isspace() or not each.isprintable() or each in BLANKS for each in signs):
        raise Refused("reaction.bad_emoji")


def require_message(event: Event | None, member: Membership) -> Event:
    """`event`, if it is a message that `member` may see; raises Refused as if there were none otherwise."""
    if event is None or event.kind != Kind.MESSAGE or event.seq < member.first:
        raise Refused("message.not_found")
    return event


def require_editable(event: Event, standing: Standing, member: Membership, edits: int) -> None:
    """Raises Refused unless `member` may edit the message `event`: one's own, not recalled."""
    if event.sender != member.user:
        raise Refused("message.not_yours")
    if standing.recalled_at is not None:
        raise Refused("message.recalled")
    if edits >= MAX_EDITS:
        raise Refused("message.too_many_edits", limit=MAX_EDITS)


def require_recallable(event: Event, member: Membership, *, is_group: bool, now: Millis) -> None:
    """Raises Refused unless `member` may recall `event`: one's own within two minutes, an owner any time."""
    if is_group and member.role == "owner":
        return
    if event.sender != member.user:
        raise Refused("message.not_yours")
    if now - event.at > RECALL_WITHIN_MS:
        raise Refused("message.too_late", limit_seconds=RECALL_WITHIN_MS // 1000)


def is_for(body: MessageBody | Code | object, *, user: int, sender: int) -> bool:
    """Whether `body`, sent by `sender`, speaks to `user`; nobody is mentioned by themselves."""
    return isinstance(body, Text) and user != sender and (body.mention_all or user in body.mentions)


def require_reply(event: Event | None, member: Membership) -> Seq:
    """The seq to quote; raises Refused if there is no message that `member` may see there."""
    return require_message(event, member).seq
