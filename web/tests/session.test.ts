/** A whole session against a small real server that loses, refuses and goes away. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket as NodeSocket } from 'ws';
import { Drawer } from '../src/cache/drawer';
import { Rest } from '../src/connection/rest';
import type { Known } from '../src/session/desk';
import { openSession, type Session } from '../src/session/session';
import { tail } from '../src/state/log';
import { conversationsTold, eventHeard } from '../src/state/office';
import { HERE } from './model';
import { me } from './office';
import { SmallServer } from './server';

const ME = 1;
let server: SmallServer;
let host: string;
let ended: number;
let ids: number;
const sessions: Session[] = [];

beforeEach(async () => {
  (globalThis as { WebSocket: unknown }).WebSocket = NodeSocket;
  server = new SmallServer(ME, [1, 2, 3]);
  host = await server.start();
  ended = 0;
  ids = 0;
});

afterEach(async () => {
  for (const session of sessions.splice(0)) session.close();
  await server.stop();
});

function begin(drawer = new Drawer(ME, null)): Session {
  const session = openSession({
    me: me(ME),
    rest: new Rest(`http://${host}`),
    socketUrl: `ws://${host}/api/v1/socket`,
    drawer,
    device: 'test',
    now: () => Date.now(),
    newId: () => `mine-${++ids}`,
    onEnded: () => {
      ended += 1;
    },
  });
  sessions.push(session);
  return session;
}

/** Resolves as soon as what is known fits. */
function until(session: Session, fits: (known: Known) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = (known: Known) => {
      if (!fits(known)) return;
      stop();
      resolve();
    };
    const stop = session.store.subscribe(check);
    check(session.store.getState());
  });
}

const texts = ({ office }: Known) =>
  (tail(office.logs.get(HERE) ?? { runs: [], followed: 0 }) ?? []).flatMap(({ event }) =>
    event.body?.type === 'text' ? [event.body.text] : [],
  );
const has = (text: string) => (known: Known) => texts(known).includes(text);
const conversation = (session: Session) => session.store.getState().office.conversations.get(HERE);

async function opened(drawer?: Drawer): Promise<Session> {
  const session = begin(drawer);
  session.open(HERE);
  await until(
    session,
    (known) => known.link === 'live' && (known.office.logs.get(HERE)?.runs.length ?? 0) > 0,
  );
  return session;
}

test('what one writes shows at once, and once only when the log has it', async () => {
  const session = await opened();
  session.messages.send(HERE, { type: 'text', text: 'hello' }, null);
  expect(session.store.getState().office.outbox).toMatchObject([
    { status: 'sending', body: { text: 'hello' } },
  ]);

  await until(session, (known) => has('hello')(known) && known.office.outbox.length === 0);
  expect(conversation(session)).toMatchObject({ nth: 1, unread: 0 });
});

test('messages keep the order in which they were written', async () => {
  const session = await opened();
  const words = ['one', 'two', 'three', 'four', 'five'];
  for (const text of words) session.messages.send(HERE, { type: 'text', text }, null);
  await until(session, (known) => known.office.outbox.length === 0);
  expect(texts(session.store.getState())).toEqual(words);
});

test('an acknowledgement that was lost makes no second message', async () => {
  const session = await opened();
  let lost = 0;
  server.swallow = (call) => {
    if (call.method !== 'message.send' || lost > 0) return false;
    lost += 1;
    server.isMute = true;
    server.dropAll();
    return true;
  };
  session.messages.send(HERE, { type: 'text', text: 'once' }, null);
  await until(session, (known) => known.link === 'waiting');
  server.isMute = false;
  session.hurry();

  await until(
    session,
    (known) => known.link === 'live' && known.office.outbox.length === 0 && has('once')(known),
  );
  expect(lost).toBe(1);
  expect(server.model.log.filter((one) => one.kind === 'message')).toHaveLength(1);
});

test('a refused message has a red mark, and goes out when it is sent again', async () => {
  const session = await opened();
  server.refuse = (call) => (call.method === 'message.send' ? 'conversation.dismissed' : null);
  session.messages.send(HERE, { type: 'text', text: 'no' }, null);
  await until(session, ({ office }) => office.outbox[0]?.status === 'refused');
  expect(session.store.getState().office.outbox[0]?.refusal?.code).toBe('conversation.dismissed');

  server.refuse = null;
  session.messages.resend('mine-1');
  await until(session, (known) => known.office.outbox.length === 0 && has('no')(known));
});

test('a message to a conversation that is mine no more is not dropped without a word', async () => {
  const session = await opened();
  server.refuse = (call) => (call.method === 'message.send' ? 'conversation.not_found' : null);
  server.isMute = true;
  session.messages.send(HERE, { type: 'text', text: 'too late' }, null);
  session.store.setState(({ office }) => ({ office: conversationsTold(office, [], [HERE]) }));
  await until(session, (known) => known.undelivered !== null);
  expect(session.store.getState().undelivered?.body.text).toBe('too late');
  await until(session, ({ office }) => office.outbox.length === 0);
});

test('a message that a closed page left is sent when the page is opened again', async () => {
  const drawer = new Drawer(ME, null);
  const first = await opened(drawer);
  server.swallow = (call) => call.method === 'message.send';
  server.refuse = (call) => (call.method === 'message.send' ? 'swallowed' : null);
  first.messages.send(HERE, { type: 'text', text: 'left behind' }, null);
  await server.called('message.send');
  first.close();

  server.swallow = null;
  server.refuse = null;
  const second = await opened(drawer);
  await until(second, (known) => known.office.outbox.length === 0 && has('left behind')(known));
  expect(server.model.log.filter((one) => one.kind === 'message')).toHaveLength(1);
});

test('a push that was lost is found at the next one', async () => {
  const session = await opened();
  server.isMute = true;
  server.say(2, 'lost');
  server.isMute = false;
  server.say(2, 'heard');
  await until(session, has('heard'));
  expect(texts(session.store.getState())).toEqual(['lost', 'heard']);
  expect(conversation(session)?.unread).toBe(2);
});

test('what was said while one was away is there after coming back', async () => {
  const session = await opened();
  server.isMute = true;
  server.dropAll();
  for (let each = 0; each < 60; each++) server.say(2, `away ${each}`);
  server.isMute = false;
  await until(session, (known) => known.link === 'waiting');
  session.hurry();
  await until(session, has('away 59'));
  expect(texts(session.store.getState())).toHaveLength(60);
  expect(conversation(session)?.unread).toBe(60);
});

test('a single message that was missed comes with the greeting, and is not asked for', async () => {
  const session = await opened();
  const asked = () => server.calls.filter((call) => call.method === 'events.list').length;
  const before = asked();
  server.isMute = true;
  server.dropAll();
  server.say(2, 'only one');
  server.isMute = false;
  await until(session, (known) => known.link === 'waiting');
  session.hurry();
  await until(session, (known) => known.link === 'live' && has('only one')(known));
  expect(asked()).toBe(before);
  server.say(2, 'and on');
  await until(session, has('and on'));
  expect(asked()).toBe(before);
  expect(texts(session.store.getState())).toEqual(['only one', 'and on']);
});

test('after `lagging` it greets again on the same socket and misses nothing', async () => {
  const session = await opened();
  server.isMute = true;
  server.say(2, 'while lagging');
  server.tell('lagging', {});
  await until(session, has('while lagging'));
  expect(server.calls.filter((call) => call.method === 'hello')).toHaveLength(2);
  expect(session.store.getState().link).toBe('live');
});

test('reading shows at once and is told to the server', async () => {
  const session = await opened();
  server.say(2, 'a');
  server.say(3, 'b');
  await until(session, has('b'));
  session.cursors.read(HERE, server.model.head);
  expect(conversation(session)?.unread).toBe(0);
  await until(session, () => server.calls.some((call) => call.method === 'cursor.set'));
  server.tell('event', server.model.event(server.model.head));
  expect(server.model.conversation().unread).toBe(0);
});

test('the first reading is told in the same moment, the next are gathered, and none stays when the page goes', async () => {
  const session = await opened();
  const told = () => server.calls.flatMap((call) => (call.method === 'cursor.set' ? [call.params.seq] : []));
  for (const text of ['a', 'b', 'c']) server.say(2, text);
  await until(session, has('c'));
  const head = server.model.head;
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  try {
    for (const seq of [head - 2, head - 1, head]) session.cursors.read(HERE, seq);
    session.settle();
    session.close();
  } finally {
    vi.useRealTimers();
  }
  await server.left();
  expect(told()).toEqual([head - 2, head]);
});

test('the late news of my own going asks for nothing', async () => {
  const session = await opened();
  server.model.write('member_left', ME, { body: { type: 'members', user_ids: [ME] } });
  const going = server.model.event(server.model.head);
  session.store.setState(({ office }) => ({ office: conversationsTold(office, [], [HERE]) }));
  const heard = eventHeard(session.store.getState().office, going);
  expect(heard).toEqual({ office: session.store.getState().office, gap: null });
  const other = { ...going, body: { type: 'members', user_ids: [2] } } as typeof going;
  expect(eventHeard(heard.office, other).gap).toEqual({ conversation: HERE, after: null });
});

test('a session that ended elsewhere ends here, by code or by the first refused return', async () => {
  const session = await opened();
  server.dropAll(4401);
  await until(session, (known) => known.link === 'ended');
  expect(ended).toBe(1);

  const other = await opened();
  server.isSignedIn = false;
  server.dropAll();
  await until(other, (known) => known.link === 'ended');
  expect(ended).toBe(2);
});
