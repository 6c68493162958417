/** Messages on their way: kept until the log shows them, in the order in which they were written. */
import type { NewMessage } from '../protocol/generated';
import type { LogEvent } from './events';

export interface Pending {
  readonly conversation: number;
  readonly clientId: string;
  readonly body: NewMessage['body'];
  readonly replyTo: number | null;
  /** When it was written, RFC 3339. */
  readonly at: string;
  /** `sending` until the server answers; `refused` with the code that it gave. */
  readonly status: 'sending' | 'refused';
  /** Where the server put it, once it said so and until the event itself is here. */
  readonly seq: number | null;
  readonly refusal: { readonly code: string; readonly title: string } | null;
}

export type Outbox = readonly Pending[];

export function queued(outbox: Outbox, pending: Pending): Outbox {
  return [...outbox, pending];
}

/** The outbox after the server acknowledged `clientId` at `seq`; the event itself is still to come. */
export function acknowledged(outbox: Outbox, clientId: string, seq: number): Outbox {
  return changed(outbox, clientId, { seq, refusal: null });
}

export function refused(outbox: Outbox, clientId: string, code: string, title: string): Outbox {
  return changed(outbox, clientId, { status: 'refused', refusal: { code, title } });
}

/** One more try, under the same client id, so that it can never stand twice. */
export function retried(outbox: Outbox, clientId: string): Outbox {
  return changed(outbox, clientId, { status: 'sending', refusal: null });
}

export function withdrawn(outbox: Outbox, clientId: string): Outbox {
  return outbox.filter((one) => one.clientId !== clientId);
}

/** The outbox without those that `events` of `me` show to be in the log. */
export function arrived(outbox: Outbox, events: readonly LogEvent[], me: number): Outbox {
  if (outbox.length === 0) return outbox;
  const here = new Set(
    events.filter((one) => one.sender === me && one.kind === 'message').map((one) => one.client_id),
  );
  const left = outbox.filter((one) => !here.has(one.clientId));
  return left.length === outbox.length ? outbox : left;
}

/** The outbox without those whose place the heads have passed: their events are in the log. */
export function passed(outbox: Outbox, headOf: (conversation: number) => number): Outbox {
  const left = outbox.filter((one) => one.seq === null || one.seq > headOf(one.conversation));
  return left.length === outbox.length ? outbox : left;
}

/** What was kept on the device, to be sent again: whatever became of it, the client id makes it one message. */
export function restored(kept: readonly Pending[]): Outbox {
  return kept.map((one) => ({ ...one, seq: null }));
}

/** What is to be sent next in `conversation`: one at a time, so that the order is the writer's. */
export function nextToSend(outbox: Outbox, conversation: number): Pending | undefined {
  return outbox.find(
    (one) => one.conversation === conversation && one.status === 'sending' && one.seq === null,
  );
}

function changed(outbox: Outbox, clientId: string, change: Partial<Pending>): Outbox {
  return outbox.map((one) => (one.clientId === clientId ? { ...one, ...change } : one));
}
