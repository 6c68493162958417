/** Reading: what is unread, by arithmetic over running numbers, so that nothing can drift. */
import type { Conversation } from '../protocol/generated';
import { speaksTo } from './events';
import { type Log, lastSeq, runAt } from './log';

/** How many messages by others stand after the cursor. */
export function unread(of: Pick<Conversation, 'head' | 'cursor' | 'nth' | 'cursor_nth'>): number {
  return Math.max(0, of.head.ordinal - of.cursor.ordinal - (of.nth - of.cursor_nth));
}

/**
 * `conversation` read up to `seq`; unchanged when that lies before the cursor.
 *
 * undefined when the log does not hold everything from `seq` on, so that only the server can count.
 */
export function readUpTo(
  conversation: Conversation,
  log: Log,
  me: number,
  seq: number,
): Conversation | undefined {
  if (seq <= conversation.cursor.seq) return conversation;
  const run = runAt(log, seq);
  const last = run?.[run.length - 1];
  if (!run || !last || last.event.seq < conversation.head.seq) return undefined;
  let ordinal = 0;
  let mine = 0;
  for (const { event } of run) {
    if (event.seq === seq) ordinal = event.ordinal;
    if (event.seq > seq && event.kind === 'message' && event.sender === me) mine += 1;
  }
  const read = {
    ...conversation,
    cursor: { seq, ordinal },
    cursor_nth: conversation.nth - mine,
    mentions: mentionsAfter(log, conversation.head.seq, me, seq) ?? conversation.mentions,
    my: { ...conversation.my, unread_mark: false },
  };
  return { ...read, unread: unread(read) };
}

/** How many messages after `seq` and up to `head` speak to `me`; undefined when the log does not hold them all. */
export function mentionsAfter(log: Log, head: number, me: number, seq: number): number | undefined {
  if (seq >= head) return 0;
  const run = runAt(log, seq + 1);
  if (!run || lastSeq(run) < head) return undefined;
  return run.filter(({ event }) => event.seq > seq && event.seq <= head && speaksTo(event, me)).length;
}

/** What stands on a conversation's badge, and what of it the whole client counts. */
export interface Badge {
  readonly count: number;
  readonly mentions: number;
  readonly marked: boolean;
  readonly muted: boolean;
}

export function badge(of: Conversation): Badge {
  return { count: of.unread, mentions: of.mentions, marked: of.my.unread_mark, muted: of.my.muted };
}

/** The number on the rail and in the title: what is unread and not muted; a mention counts even when muted. */
export function total(conversations: Iterable<Conversation>): number {
  let sum = 0;
  for (const one of conversations) sum += one.my.muted ? one.mentions : one.unread;
  return sum;
}
