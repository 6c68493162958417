/** Saying things: sending without waiting, again if it was lost; editing, recalling, reacting. */
import { keepUnsent } from '../cache/unsent';
import { Refusal, Unreachable } from '../connection/problems';
import type { NewMessage, Sent } from '../protocol/generated';
import { acknowledged, nextToSend, type Outbox, queued, refused, retried, withdrawn } from '../state/outbox';
import { type Desk, office, update } from './desk';
import type { History } from './history';

export type MessageBody = NewMessage['body'];

const AGAIN_AFTER_MS = 3000;
const MISSED_AFTER_MS = 3000;

export interface Messages {
  send(conversation: number, body: MessageBody, replyTo: number | null): void;
  resend(clientId: string): void;
  discard(clientId: string): void;
  /** Sends whatever waits; called when the connection is back. */
  resume(): void;
  edit(conversation: number, target: number, body: MessageBody): Promise<void>;
  recall(conversation: number, target: number): Promise<void>;
  react(conversation: number, target: number, emoji: string, on: boolean): Promise<void>;
}

export function messages(desk: Desk, log: History): Messages {
  const pumping = new Set<number>();

  function outbox(change: (outbox: Outbox) => Outbox): void {
    update(desk, (now) => ({ ...now, outbox: change(now.outbox) }));
    keepUnsent(desk.drawer, office(desk).outbox);
  }

  async function pump(conversation: number): Promise<void> {
    if (pumping.has(conversation)) return;
    pumping.add(conversation);
    try {
      for (;;) {
        const next = nextToSend(office(desk).outbox, conversation);
        if (!next || desk.store.getState().link !== 'live') return;
        const params = { conversation, client_id: next.clientId, body: next.body, reply_to: next.replyTo };
        const sent = await desk.socket.ask<Sent>('message.send', params);
        acknowledge(conversation, next.clientId, sent);
      }
    } catch (error) {
      failed(conversation, error);
    } finally {
      pumping.delete(conversation);
    }
  }

  function failed(conversation: number, error: unknown): void {
    // Lost on the way: it stays in the outbox, and goes out again when the link is back.
    if (!(error instanceof Refusal)) return;
    if (error.status === 429) {
      setTimeout(() => void pump(conversation), (error.retryAfter ?? 0) * 1000 || AGAIN_AFTER_MS);
      return;
    }
    const next = nextToSend(office(desk).outbox, conversation);
    if (next) {
      // Nobody could see the red mark of a message to a conversation that is mine no more.
      const isThere = office(desk).conversations.has(conversation);
      if (!isThere) desk.store.setState({ undelivered: next });
      outbox((now) =>
        isThere ? refused(now, next.clientId, error.code, error.message) : withdrawn(now, next.clientId),
      );
    }
    setTimeout(() => void pump(conversation), 0);
  }

  function acknowledge(conversation: number, clientId: string, sent: Sent): void {
    const head = office(desk).conversations.get(conversation)?.head.seq ?? 0;
    if (sent.seq <= head) {
      outbox((now) => withdrawn(now, clientId));
      return;
    }
    outbox((now) => acknowledged(now, clientId, sent.seq));
    setTimeout(() => {
      const waits = office(desk).outbox.some((one) => one.clientId === clientId);
      const now = office(desk).conversations.get(conversation)?.head.seq ?? 0;
      if (waits && now < sent.seq) log.fill({ conversation, after: now }).catch(() => undefined);
    }, MISSED_AFTER_MS);
  }

  return {
    send(conversation, body, replyTo) {
      const pending = {
        conversation,
        clientId: desk.newId(),
        body,
        replyTo,
        at: new Date(desk.now()).toISOString(),
        status: 'sending' as const,
        seq: null,
        refusal: null,
      };
      outbox((now) => queued(now, pending));
      void pump(conversation);
    },
    resend(clientId) {
      const pending = office(desk).outbox.find((one) => one.clientId === clientId);
      outbox((now) => retried(now, clientId));
      if (pending) void pump(pending.conversation);
    },
    discard(clientId) {
      outbox((now) => withdrawn(now, clientId));
    },
    resume() {
      for (const conversation of new Set(office(desk).outbox.map((one) => one.conversation)))
        void pump(conversation);
    },
    async edit(conversation, target, body) {
      const clientId = desk.newId();
      await twice(() => desk.socket.ask('message.edit', { conversation, target, client_id: clientId, body }));
    },
    async recall(conversation, target) {
      const clientId = desk.newId();
      await twice(() => desk.socket.ask('message.recall', { conversation, target, client_id: clientId }));
    },
    async react(conversation, target, emoji, on) {
      await desk.socket.ask('reaction.set', { conversation, target, emoji, on });
    },
  };
}

/** Asks a second time when the first answer was lost: the client id makes both the same act. */
async function twice<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
    return ask();
  }
}
