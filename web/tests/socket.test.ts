/** The socket against a real one: comes back by itself, answers its requests, hears its notifications. */
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket as NodeSocket, WebSocketServer } from 'ws';
import { LONGEST_MS, pauseBefore } from '../src/connection/pauses';
import { Refusal, Unreachable } from '../src/connection/problems';
import { type Link, Socket, type SocketListener } from '../src/connection/socket';

let server: WebSocketServer;
let url: string;
const open: Socket[] = [];

beforeEach(async () => {
  (globalThis as { WebSocket: unknown }).WebSocket = NodeSocket;
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const socket of open.splice(0)) socket.end();
  for (const client of server.clients) client.terminate();
  await new Promise((resolve) => server.close(resolve));
});

/** A socket that greets with `hello`, and what it heard, each to be waited for. */
function client(overrides: Partial<SocketListener> = {}) {
  const links: Link[] = [];
  const heard: [string, unknown][] = [];
  const codes: number[] = [];
  const waiters: { when(): boolean; done(): void }[] = [];
  const told = () => {
    for (const one of waiters.filter((each) => each.when())) one.done();
  };
  const socket = new Socket(url, {
    onOpen: async () => {
      await socket.ask('hello', {});
    },
    onNotification(method, params) {
      heard.push([method, params]);
      told();
    },
    onLink(link) {
      links.push(link);
      told();
    },
    async onClosed(code) {
      codes.push(code);
      return false;
    },
    ...overrides,
  });
  open.push(socket);
  const until = (when: () => boolean) =>
    when() ? Promise.resolve() : new Promise<void>((done) => waiters.push({ when, done }));
  return { socket, links, heard, codes, until, live: () => until(() => links[links.length - 1] === 'live') };
}

/** Answers every request by `answer`; gives what came. */
function serve(answer: (method: string, params: unknown) => object) {
  const came: string[] = [];
  server.on('connection', (peer) => {
    peer.on('message', (data) => {
      const { id, method, params } = JSON.parse(String(data)) as {
        id?: number;
        method: string;
        params: unknown;
      };
      came.push(method);
      if (id !== undefined) peer.send(JSON.stringify({ jsonrpc: '2.0', id, ...answer(method, params) }));
    });
  });
  return came;
}

test('greets first, then is live and answers', async () => {
  const came = serve((method) => ({ result: { said: method } }));
  const { socket, live, links } = client();
  socket.start();
  await live();

  expect(await socket.ask('ping', {})).toEqual({ said: 'ping' });
  expect(came).toEqual(['hello', 'ping']);
  expect(links).toEqual(['connecting', 'greeting', 'live']);
});

test('an error of ours becomes a refusal with its code', async () => {
  serve((method) =>
    method === 'hello'
      ? { result: {} }
      : {
          error: {
            code: -32000,
            message: '不行',
            data: { code: 'message.too_late', status: 409, params: { limit_seconds: 120 } },
          },
        },
  );
  const { socket, live } = client();
  socket.start();
  await live();

  const refusal = await socket.ask('message.recall', {}).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({
    code: 'message.too_late',
    status: 409,
    params: { limit_seconds: 120 },
    message: '不行',
  });
});

test('notifications are heard, strange frames are not minded', async () => {
  serve(() => ({ result: {} }));
  server.on('connection', (peer) => {
    peer.on('message', () => {
      for (const strange of ['', 'null', '[]', '{}', '{"id":"x","result":1}', 'not json']) peer.send(strange);
      peer.send(JSON.stringify({ jsonrpc: '2.0', method: 'event', params: { seq: 1 } }));
    });
  });
  const { socket, heard, until } = client();
  socket.start();
  await until(() => heard.length > 0);
  expect(heard[0]).toEqual(['event', { seq: 1 }]);
});

test('a lost connection comes back, and what waited for an answer is told', async () => {
  const came = serve((method) => ({ result: { said: method } }));
  const { socket, live, links, until } = client();
  socket.start();
  await live();
  server.removeAllListeners('connection');
  for (const peer of server.clients) peer.removeAllListeners('message');
  const waiting = socket.ask('message.send', {}).catch((error: unknown) => error);
  for (const peer of server.clients) peer.terminate();

  expect(await waiting).toBeInstanceOf(Unreachable);
  const again = serve((method) => ({ result: { said: method } }));
  await until(() => links.includes('waiting'));
  socket.hurry();
  await live();
  expect(came).toEqual(['hello']);
  expect(again).toEqual(['hello']);
});

test('a network that is gone ends a socket that would go on standing', async () => {
  serve((method) => (method === 'message.send' ? {} : { result: {} }));
  const { socket, live, links } = client();
  socket.start();
  await live();
  const waiting = socket.ask('message.send', {}).catch((error: unknown) => error);
  socket.giveUp();
  expect(links[links.length - 1]).toBe('waiting');
  expect(await waiting).toBeInstanceOf(Unreachable);

  socket.hurry();
  await live();
});

test('whoever comes back finds out whether the socket still answers', async () => {
  let isDeaf = false;
  server.on('connection', (peer) => {
    peer.on('message', (data) => {
      const { id } = JSON.parse(String(data)) as { id: number };
      if (!isDeaf) peer.send(JSON.stringify({ jsonrpc: '2.0', id, result: {} }));
    });
  });
  const { socket, live, links, until } = client();
  socket.start();
  await live();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    isDeaf = true;
    socket.hurry();
    vi.advanceTimersByTime(5999);
    expect(links).not.toContain('waiting');
    vi.advanceTimersByTime(1);
    expect(links).toContain('waiting');
  } finally {
    vi.useRealTimers();
  }
  isDeaf = false;
  socket.hurry();
  await until(() => links.filter((link) => link === 'live').length === 2);
});

test('without a connection a request fails at once', async () => {
  const { socket } = client();
  await expect(socket.ask('ping', {})).rejects.toBeInstanceOf(Unreachable);
});

test('whoever is told to stay away does', async () => {
  server.on('connection', (peer) => peer.close(4401, 'ended'));
  const codes: number[] = [];
  const { socket, links, until } = client({
    async onClosed(code) {
      codes.push(code);
      return code === 4401;
    },
  });
  socket.start();
  await until(() => links.includes('ended'));
  expect(codes).toEqual([4401]);
  socket.hurry();
  expect(links[links.length - 1]).toBe('ended');
});

test('a greeting that is refused is tried again later, not taken for live', async () => {
  serve(() => ({ error: { code: -32000, message: 'busy', data: { code: 'server.busy', status: 503 } } }));
  const { socket, links, until } = client();
  socket.start();
  await until(() => links.includes('waiting'));
  expect(links).not.toContain('live');
});

test('pauses grow to ten seconds and are spread', () => {
  expect(pauseBefore(0, 1)).toBe(250);
  expect(pauseBefore(0, 0)).toBe(125);
  expect(pauseBefore(3, 1)).toBe(2000);
  for (const attempt of [6, 20, 1000]) {
    expect(pauseBefore(attempt, 1)).toBe(LONGEST_MS);
    expect(pauseBefore(attempt, 0)).toBe(LONGEST_MS / 2);
  }
});
