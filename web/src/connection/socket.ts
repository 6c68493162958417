/**
 * The socket: one connection that comes back by itself, requests with answers, notifications.
 *
 * It knows nothing of what is said. Whoever owns it greets (`onOpen`) and listens (`onNotification`).
 * Requests made while it is down fail with `Unreachable` at once; what must not be lost waits in the
 * outbox and is asked again after the greeting.
 */
import * as frames from './frames';
import { pauseBefore } from './pauses';
import { Refusal, Unreachable } from './problems';

export type Link = 'connecting' | 'greeting' | 'live' | 'waiting' | 'ended';

export const SESSION_ENDED = 4401;
const ANSWER_WITHIN_MS = 20_000;
const PING_EVERY_MS = 25_000;
/** A ping asks for nothing but a sign of life, so silence says more than with other requests. */
const PING_WITHIN_MS = 6000;
const OPEN_WITHIN_MS = 15_000;

export interface SocketListener {
  /** The socket is open: say `hello` and whatever follows from its answer; the link is live afterwards. */
  onOpen(): Promise<void>;
  onNotification(method: string, params: unknown): void;
  onLink(link: Link): void;
  /** The socket closed with `code`; true means: do not come back. */
  onClosed(code: number): Promise<boolean>;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
  deadline: ReturnType<typeof setTimeout>;
}

export class Socket {
  private socket: WebSocket | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private attempt = 0;
  private pause: ReturnType<typeof setTimeout> | null = null;
  private heartbeat: ReturnType<typeof setInterval> | null = null;
  private opening: ReturnType<typeof setTimeout> | null = null;
  private notBefore = 0;
  private link: Link = 'waiting';
  private readonly url: string;
  private readonly listener: SocketListener;

  constructor(url: string, listener: SocketListener) {
    this.url = url;
    this.listener = listener;
  }

  start(): void {
    if (this.link === 'ended') return;
    this.open();
  }

  /** Closes for good. */
  end(): void {
    this.become('ended');
    if (this.pause) clearTimeout(this.pause);
    this.socket?.close(1000);
    this.drop();
  }

  /** The network or the person is back: try now rather than when the pause is over. */
  hurry(): void {
    // A machine that slept may hold a socket that is long gone.
    if (this.link === 'live') this.ping();
    if (this.link !== 'waiting') return;
    if (this.pause) clearTimeout(this.pause);
    this.attempt = 0;
    this.open();
  }

  /** The network is gone: a socket would go on standing for minutes and swallow what is written into it. */
  giveUp(): void {
    if (this.socket) this.lost(this.socket);
  }

  /** The answer to a request. Raises Refusal when the server says no, Unreachable when it says nothing. */
  ask<T>(method: string, params: unknown, withinMs = ANSWER_WITHIN_MS): Promise<T> {
    const socket = this.socket;
    if (!socket || socket.readyState !== WebSocket.OPEN) return Promise.reject(new Unreachable());
    const id = this.nextId++;
    return new Promise<T>((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.waiting.delete(id);
        reject(new Unreachable());
        // A server that does not answer is as good as none: start afresh.
        this.lost(socket);
      }, withinMs);
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject, deadline });
      socket.send(frames.request(id, method, params));
    });
  }

  /** Says something that needs no answer; lost when there is no connection. */
  tell(method: string, params: unknown): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(frames.notification(method, params));
  }

  private open(): void {
    this.become('connecting');
    const socket = new WebSocket(this.url);
    this.socket = socket;
    this.opening = setTimeout(() => this.lost(socket), OPEN_WITHIN_MS);
    socket.onopen = () => {
      if (socket !== this.socket) return;
      this.opened();
      this.become('greeting');
      this.greet(socket);
    };
    socket.onmessage = (message) => {
      if (socket === this.socket && typeof message.data === 'string') this.hear(message.data);
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.closed(event.code);
    };
  }

  private greet(socket: WebSocket): void {
    this.listener.onOpen().then(
      () => {
        if (socket !== this.socket || socket.readyState !== WebSocket.OPEN) return;
        this.attempt = 0;
        this.become('live');
        this.heartbeat = setInterval(() => this.ping(), PING_EVERY_MS);
      },
      () => this.lost(socket),
    );
  }

  private ping(): void {
    this.ask('ping', {}, PING_WITHIN_MS).catch(() => undefined);
  }

  private opened(): void {
    if (this.opening) clearTimeout(this.opening);
    this.opening = null;
  }

  private hear(data: string): void {
    const frame = frames.read(data);
    if (!frame) return;
    if (frame.kind === 'notification') {
      if (frame.method === 'goodbye') this.farewell(frame.params);
      else this.listener.onNotification(frame.method, frame.params);
      return;
    }
    const waiting = frame.id === null ? undefined : this.waiting.get(frame.id);
    if (!waiting || frame.id === null) return;
    this.waiting.delete(frame.id);
    clearTimeout(waiting.deadline);
    if (frame.kind === 'result') waiting.resolve(frame.result);
    else waiting.reject(refusalOf(frame.error));
  }

  private farewell(params: unknown): void {
    const wait = (params as { retry_after_ms?: unknown }).retry_after_ms;
    if (typeof wait === 'number') this.notBefore = Date.now() + wait;
  }

  private lost(socket: WebSocket): void {
    if (socket !== this.socket) return;
    socket.onclose = null;
    socket.close();
    this.closed(1006);
  }

  private closed(code: number): void {
    this.drop();
    if (this.link === 'ended') return;
    this.become('waiting');
    this.listener.onClosed(code).then(
      (isOver) => {
        if (this.link !== 'waiting') return;
        if (isOver) this.end();
        else this.comeBack();
      },
      () => this.comeBack(),
    );
  }

  private comeBack(): void {
    const told = this.notBefore - Date.now();
    this.notBefore = 0;
    const wait = Math.max(pauseBefore(this.attempt, Math.random()), told);
    this.attempt += 1;
    if (this.pause) clearTimeout(this.pause);
    this.pause = setTimeout(() => {
      if (this.link === 'waiting') this.open();
    }, wait);
  }

  private drop(): void {
    this.socket = null;
    this.opened();
    if (this.heartbeat) clearInterval(this.heartbeat);
    this.heartbeat = null;
    for (const waiting of this.waiting.values()) {
      clearTimeout(waiting.deadline);
      waiting.reject(new Unreachable());
    }
    this.waiting.clear();
  }

  private become(link: Link): void {
    if (this.link === link || this.link === 'ended') return;
    this.link = link;
    this.listener.onLink(link);
  }
}

function refusalOf(error: frames.RpcError): Refusal {
  return new Refusal({
    code: error.data?.code ?? `rpc.${error.code}`,
    title: error.message,
    status: error.data?.status ?? 400,
    params: error.data?.params ?? {},
  });
}
