/** A conversation as one person sees it, and what an event makes of it. */
import type { Conversation } from '../protocol/generated';
import { unread } from './cursors';
import { complete, type LogEvent, speaksTo } from './events';
import { type Log, lastSeq, tail } from './log';
import { told } from './standing';

/**
 * `conversation` after `event`, which must be the one that follows its head.
 *
 * `target` is the event that `event` speaks of as it stood before, if this device holds it.
 * null when this takes the conversation away from `me`.
 */
export function after(
  conversation: Conversation,
  event: LogEvent,
  me: number,
  target?: LogEvent,
): Conversation | null {
  const moved: Conversation = {
    ...conversation,
    head: { seq: event.seq, ordinal: event.ordinal },
    ...change(conversation, event, me, target),
  };
  if (event.kind === 'member_left' && members(event).includes(me)) return null;
  return { ...moved, unread: unread(moved) };
}

function change(
  conversation: Conversation,
  event: LogEvent,
  me: number,
  target: LogEvent | undefined,
): Partial<Conversation> {
  switch (event.kind) {
    case 'message':
      return {
        last: event,
        nth: event.sender === me ? (event.nth ?? conversation.nth + 1) : conversation.nth,
        // Another device may have read it already.
        mentions:
          conversation.mentions + (event.seq > conversation.cursor.seq && speaksTo(event, me) ? 1 : 0),
      };
    case 'edit':
    case 'recall':
    case 'reaction':
      return toldOf(conversation, event, me, target);
    case 'member_joined':
      return { members_count: conversation.members_count + members(event).length };
    case 'member_left':
      return { members_count: conversation.members_count - members(event).length };
    case 'renamed':
      return event.body?.type === 'title' ? { title: event.body.title } : {};
    case 'role_changed':
      return event.body?.type === 'role' && event.body.user_id === me
        ? { my: { ...conversation.my, role: event.body.role } }
        : {};
    case 'dismissed':
      return { dismissed_at: event.at };
    default:
      return {};
  }
}

function toldOf(
  conversation: Conversation,
  event: LogEvent,
  me: number,
  target: LogEvent | undefined,
): Partial<Conversation> {
  const last = conversation.last ? complete(conversation.last) : null;
  const before = last?.seq === event.target ? last : target;
  if (!before) return {};
  const now = told(before, event);
  const isUnread = before.seq > conversation.cursor.seq;
  const mentioned = isUnread ? Number(speaksTo(now, me)) - Number(speaksTo(before, me)) : 0;
  return {
    ...(last?.seq === event.target ? { last: now } : {}),
    mentions: Math.max(0, conversation.mentions + mentioned),
  };
}

function members(event: LogEvent): number[] {
  return event.body?.type === 'members' ? event.body.user_ids : [];
}

/**
 * `said`, a conversation as the server describes it, beside what is `held` of it here.
 *
 * It may have been described before the newest events that are held here were written; those are
 * told to it again.
 */
export function described(
  said: Conversation,
  held: Conversation | undefined,
  log: Log,
  me: number,
): Conversation {
  if (!held || held.head.seq <= said.head.seq) return said;
  const newest = tail(log);
  if (newest && lastSeq(newest) >= held.head.seq && newest[0] && newest[0].event.seq <= said.head.seq + 1) {
    let now: Conversation | null = said;
    for (const { event } of newest) {
      if (now && event.seq === now.head.seq + 1) now = after(now, event, me);
    }
    if (now) return now;
  }
  const kept = { ...said, head: held.head, nth: held.nth, last: held.last };
  return { ...kept, unread: unread(kept) };
}

/** Pinned first, then by the newest message; what is hidden and has nothing new is left out. */
export function inOrder(conversations: Iterable<Conversation>): Conversation[] {
  return [...conversations]
    .filter((one) => !one.my.hidden || one.unread > 0)
    .sort(
      (a, b) => Number(b.my.pinned) - Number(a.my.pinned) || compare(movedAt(b), movedAt(a)) || b.id - a.id,
    );
}

export function movedAt(conversation: Conversation): string {
  return conversation.last?.at ?? conversation.created_at;
}

function compare(a: string, b: string): number {
  // RFC 3339 in UTC with milliseconds sorts as text.
  return a < b ? -1 : a > b ? 1 : 0;
}
