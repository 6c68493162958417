/** A small server of one conversation (`Model`) over real HTTP and a real socket, that can be made to misbehave. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { HERE, Model } from './model';
import { me } from './office';

interface Call {
  id?: number;
  method: string;
  params: Record<string, unknown>;
}

export class SmallServer {
  readonly model: Model;
  readonly calls: Call[] = [];
  /** Whether the session is still good; afterwards everything is 401. */
  isSignedIn = true;
  /** Pushes are not sent. */
  isMute = false;
  /** Called before a request is answered; true means: not answered. */
  swallow: ((call: Call) => boolean) | null = null;
  /** Refuses what it returns a code for. */
  refuse: ((call: Call) => string | null) | null = null;
  private readonly waiting: { method: string; resolve(): void }[] = [];
  private readonly http: Server;
  private readonly sockets: WebSocketServer;
  private readonly me: number;

  constructor(user: number, people: readonly number[]) {
    this.me = user;
    this.model = new Model(user, people);
    this.http = createServer((request, response) => {
      const answer = this.rest(request.url ?? '');
      response.writeHead(answer ? 200 : 401, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(answer ?? { code: 'session.required', title: '', status: 401 }));
    });
    this.sockets = new WebSocketServer({ server: this.http });
    this.sockets.on('connection', (peer) => {
      peer.on('message', (data) => this.take(peer, JSON.parse(String(data)) as Call));
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.http.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.dropAll();
    this.sockets.close();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  dropAll(code?: number): void {
    for (const peer of this.sockets.clients) {
      if (code) peer.close(code);
      else peer.terminate();
    }
  }

  tell(method: string, params: unknown): void {
    for (const peer of this.sockets.clients) peer.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  /** Somebody else, or this person elsewhere, says something. */
  say(sender: number, text: string, clientId = `other-${this.model.head}`): void {
    this.model.write('message', sender, { clientId, body: { type: 'text', text } });
    this.push();
  }

  /** Resolves when `method` was called. */
  called(method: string): Promise<void> {
    if (this.calls.some((call) => call.method === method)) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ method, resolve }));
  }

  /** Resolves when nobody is connected any more. */
  async left(): Promise<void> {
    await Promise.all(
      [...this.sockets.clients].map((peer) => new Promise((done) => peer.once('close', done))),
    );
  }

  private push(): void {
    if (!this.isMute) this.tell('event', this.model.event(this.model.head));
  }

  private rest(url: string): unknown {
    if (!this.isSignedIn) return null;
    if (url.startsWith('/api/v1/me')) return me(this.me);
    if (url.startsWith(`/api/v1/conversations/${HERE}`)) return this.model.conversation();
    return { items: [], next: null };
  }

  private take(peer: WebSocket, call: Call): void {
    this.calls.push(call);
    for (const one of this.waiting.filter((each) => each.method === call.method)) one.resolve();
    const code = this.refuse?.(call);
    const said = code
      ? { error: { code: -32000, message: code, data: { code, status: 409, params: {} } } }
      : { result: this.answer(call) };
    if (this.swallow?.(call) || call.id === undefined) return;
    peer.send(JSON.stringify({ jsonrpc: '2.0', id: call.id, ...said }));
  }

  private answer({ method, params }: Call): unknown {
    const { model } = this;
    switch (method) {
      case 'hello': {
        const conversation = model.conversation();
        const held = (params.heads as Record<string, number>)[HERE];
        const isNews = held === undefined || held < conversation.head.seq;
        return {
          user: me(this.me),
          version: 1,
          schema: 1,
          reset: false,
          conversations: isNews ? [conversation] : [],
          removed: [],
          now: '2026-11-24T02:00:00.000Z',
        };
      }
      case 'events.list': {
        const limit = Number(params.limit ?? 50);
        if (typeof params.after === 'number') return model.page(params.after + 1, params.after + limit);
        const before = Number(params.before ?? model.head + 1);
        return model.page(before - limit, before - 1);
      }
      case 'message.send': {
        const clientId = String(params.client_id);
        const there = model.log.find((one) => one.clientId === clientId && one.sender === this.me);
        if (!there) {
          model.write('message', this.me, { clientId, body: params.body as never });
          this.push();
        }
        const { seq, ordinal } = there ?? model.event(model.head);
        return { seq, ordinal, at: '2026-11-24T02:00:00.000Z' };
      }
      case 'cursor.set': {
        model.read(Number(params.seq));
        const { cursor, cursor_nth, unread, mentions } = model.conversation();
        return { ...cursor, nth: cursor_nth, unread, mentions };
      }
      default:
        return { items: [] };
    }
  }
}
