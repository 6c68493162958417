/**
 * Everything that one signed-in person's client knows, and what news makes of it.
 *
 * Plain functions: news in, the next office out. The same object means that nothing changed.
 */
import type {
  Conversation,
  Cursor,
  Events,
  HelloView,
  Me,
  Member,
  Settings,
  State,
  User,
  Event as WireEvent,
} from '../protocol/generated';
import { after, described } from './conversations';
import { mentionsAfter, unread } from './cursors';
import { complete, type LogEvent } from './events';
import { fellSilent, type Status, type TypingHint } from './hints';
import { EMPTY_LOG, heldAt, insert, type Log, trimmed } from './log';
import { arrived, type Outbox, passed } from './outbox';

export interface Office {
  readonly me: Me;
  readonly version: number;
  /** Whether the first `hello` was answered. */
  readonly greeted: boolean;
  readonly conversations: ReadonlyMap<number, Conversation>;
  readonly logs: ReadonlyMap<number, Log>;
  readonly members: ReadonlyMap<number, readonly Member[]>;
  readonly people: ReadonlyMap<number, User>;
  readonly outbox: Outbox;
  readonly presence: ReadonlyMap<number, Status>;
  readonly readers: ReadonlyMap<string, number>;
  readonly typing: readonly TypingHint[];
}

/** What is missing before an event can be taken: everything after `after`, or the conversation itself. */
export interface Gap {
  readonly conversation: number;
  readonly after: number | null;
}

/** How many events of a conversation that nobody looks at are kept. */
export const KEPT_IN_THE_BACKGROUND = 200;

export function newOffice(me: Me, outbox: Outbox = []): Office {
  return {
    me,
    version: 0,
    greeted: false,
    conversations: new Map(),
    logs: new Map(),
    members: new Map(),
    people: new Map(),
    outbox,
    presence: new Map(),
    readers: new Map(),
    typing: [],
  };
}

/** The answer to `hello`. */
export function helloHeard(office: Office, hello: HelloView): Office {
  const base = hello.reset
    ? { ...office, conversations: new Map(), logs: new Map(), members: new Map() }
    : office;
  const now = conversationsTold(base, hello.conversations, hello.removed);
  const outbox = passed(now.outbox, (id) => now.conversations.get(id)?.head.seq ?? 0);
  return { ...now, outbox, me: hello.user, version: hello.version, greeted: true };
}

/** Personal state that changed, here or on another device. */
export function stateHeard(office: Office, state: State): Office {
  const now = conversationsTold(office, state.conversations, state.removed);
  const me = state.settings ? { ...office.me, settings: state.settings } : office.me;
  return { ...now, me, version: Math.max(office.version, state.version) };
}

/** Conversations as the server describes them now, and those that are mine no more. */
export function conversationsTold(
  office: Office,
  said: readonly Conversation[],
  removed: readonly number[] = [],
): Office {
  if (said.length === 0 && removed.length === 0) return office;
  const conversations = new Map(office.conversations);
  for (const one of said) {
    const log = office.logs.get(one.id) ?? EMPTY_LOG;
    conversations.set(one.id, described(one, conversations.get(one.id), log, office.me.id));
  }
  return said.reduce(withNewest, without({ ...office, conversations }, removed));
}

/**
 * `said` brings its newest message along. Where that is all that is missing of a log that is held, or all
 * there is to read, nothing has to be asked for.
 */
function withNewest(office: Office, said: Conversation): Office {
  const { last, head } = said;
  const held = office.conversations.get(said.id);
  if (!held || !last || last.seq !== head.seq) return office;
  const followed = office.logs.get(said.id)?.followed ?? said.first - 1;
  return followed + 1 === head.seq ? taken(office, held, [complete(last)], head.seq) : office;
}

function without(office: Office, removed: readonly number[]): Office {
  if (removed.length === 0) return office;
  const conversations = new Map(office.conversations);
  const logs = new Map(office.logs);
  const members = new Map(office.members);
  for (const id of removed) {
    conversations.delete(id);
    logs.delete(id);
    members.delete(id);
  }
  return { ...office, conversations, logs, members };
}

/** One pushed event. A gap means: not taken, ask the log first (the event comes again with it). */
export function eventHeard(office: Office, wire: WireEvent): { office: Office; gap: Gap | null } {
  const event = complete(wire);
  const conversation = office.conversations.get(event.conversation);
  if (!conversation) {
    // The news of my own going may come after the answer to it.
    const gap = isGoing(event, office.me.id) ? null : { conversation: event.conversation, after: null };
    return { office, gap };
  }
  const held = followedTo(office, conversation);
  if (event.seq > held + 1) return { office, gap: { conversation: event.conversation, after: held } };
  return { office: taken(office, conversation, [event], event.seq), gap: null };
}

function isGoing(event: LogEvent, user: number): boolean {
  return event.kind === 'member_left' && event.body?.type === 'members' && event.body.user_ids.includes(user);
}

/**
 * Up to where the events of `conversation` are known without a hole.
 *
 * Its head may lie further: the server describes conversations also when a push was lost.
 */
export function followedTo(office: Office, conversation: Conversation): number {
  return office.logs.get(conversation.id)?.followed ?? conversation.head.seq;
}

/** A page of the log, read when the head stood at `page.head`. */
export function pageRead(office: Office, conversation: number, page: Events): Office {
  const held = office.conversations.get(conversation);
  if (!held || page.items.length === 0) return office;
  return taken(office, held, page.items.map(complete), page.head.seq);
}

function taken(office: Office, before: Conversation, events: readonly LogEvent[], asOf: number): Office {
  const log = office.logs.get(before.id) ?? EMPTY_LOG;
  let conversation: Conversation | null = before;
  for (const event of events) {
    if (!conversation) break;
    if (event.seq !== conversation.head.seq + 1) continue;
    const target = event.target === null ? undefined : targetOf(log, events, event.target);
    conversation = after(conversation, event, office.me.id, target);
  }
  if (!conversation) return without(office, [before.id]);

  const grown = insert(log, events, asOf);
  if (grown !== log) conversation = withLastFrom(grown, conversation);
  const outbox = arrived(office.outbox, events, office.me.id);
  if (conversation === before && grown === log && outbox === office.outbox) return office;
  const last = events[events.length - 1];
  return {
    ...office,
    conversations:
      conversation === before
        ? office.conversations
        : new Map(office.conversations).set(before.id, conversation),
    logs: grown === log ? office.logs : new Map(office.logs).set(before.id, grown),
    members: conversation === before ? office.members : membersAfter(office.members, events),
    outbox,
    typing: last?.kind === 'message' ? fellSilent(office.typing, before.id, last.sender) : office.typing,
  };
}

/** The log knows best how the newest message stands: it minds the order in which things were read. */
function withLastFrom(log: Log, conversation: Conversation): Conversation {
  const held = conversation.last && heldAt(log, conversation.last.seq);
  // A log that lags behind the description knows less than it.
  return !held || log.followed < conversation.head.seq || held === conversation.last
    ? conversation
    : { ...conversation, last: held };
}

/** Drops what is held of a log that can no longer be followed; it is read anew. */
export function logDropped(office: Office, conversation: number): Office {
  if (!office.logs.has(conversation)) return office;
  const logs = new Map(office.logs);
  logs.delete(conversation);
  return { ...office, logs };
}

function targetOf(log: Log, events: readonly LogEvent[], seq: number): LogEvent | undefined {
  return heldAt(log, seq) ?? events.find((one) => one.seq === seq);
}

function membersAfter(members: Office['members'], events: readonly LogEvent[]): Office['members'] {
  let now = members;
  for (const event of events) {
    const held = now.get(event.conversation);
    const body = event.body;
    if (!held || !body) continue;
    let list = held;
    if (event.kind === 'member_joined' && body.type === 'members') {
      const joined = body.user_ids.filter((id) => !held.some((one) => one.user_id === id));
      list = [
        ...held,
        ...joined.map((id) => ({ user_id: id, role: 'member' as const, joined_seq: event.seq })),
      ];
    } else if (event.kind === 'member_left' && body.type === 'members') {
      list = held.filter((one) => !body.user_ids.includes(one.user_id));
    } else if (event.kind === 'role_changed' && body.type === 'role') {
      list = held.map((one) => (one.user_id === body.user_id ? { ...one, role: body.role } : one));
    }
    if (list !== held) now = new Map(now).set(event.conversation, list);
  }
  return now;
}

/** The server's answer to a cursor: it counts, we believe. */
export function cursorAnswered(office: Office, conversation: number, answer: Cursor): Office {
  const held = office.conversations.get(conversation);
  if (!held) return office;
  const isNewer = answer.seq > held.cursor.seq;
  const cursor = isNewer ? { seq: answer.seq, ordinal: answer.ordinal } : held.cursor;
  // The server may have counted messages whose pushes are still to come; what the log holds is counted here.
  const log = office.logs.get(conversation) ?? EMPTY_LOG;
  const mentions = mentionsAfter(log, held.head.seq, office.me.id, answer.seq) ?? answer.mentions;
  const read = {
    ...held,
    cursor,
    cursor_nth: isNewer ? answer.nth : held.cursor_nth,
    mentions: answer.seq >= held.cursor.seq ? mentions : held.mentions,
    my: { ...held.my, unread_mark: false },
  };
  return put(office, { ...read, unread: unread(read) });
}

export function put(office: Office, conversation: Conversation): Office {
  return { ...office, conversations: new Map(office.conversations).set(conversation.id, conversation) };
}

export function peopleTold(office: Office, users: readonly User[]): Office {
  if (users.length === 0) return office;
  const people = new Map(office.people);
  for (const user of users) people.set(user.id, user);
  return { ...office, people };
}

export function membersTold(office: Office, conversation: number, members: readonly Member[]): Office {
  return { ...office, members: new Map(office.members).set(conversation, members) };
}

export function settingsChanged(office: Office, settings: Settings): Office {
  return { ...office, me: { ...office.me, settings } };
}

/**
 * Shortens the logs of conversations that nobody looks at, so that a long day does not fill the memory,
 * and drops those that fell behind: they are read anew when somebody looks.
 */
export function tidied(office: Office, open: number | null): Office {
  let logs: Map<number, Log> | undefined;
  for (const [id, log] of office.logs) {
    if (id === open) continue;
    const isBehind = log.followed < (office.conversations.get(id)?.head.seq ?? 0);
    const short = isBehind ? EMPTY_LOG : trimmed(log, KEPT_IN_THE_BACKGROUND);
    if (short === log) continue;
    logs ??= new Map(office.logs);
    if (isBehind) logs.delete(id);
    else logs.set(id, short);
  }
  return logs ? { ...office, logs } : office;
}

/** The `heads` of `hello`: up to where this client has followed each conversation. */
export function heads(office: Office): Record<string, number> {
  return Object.fromEntries([...office.conversations.values()].map((one) => [String(one.id), one.head.seq]));
}
