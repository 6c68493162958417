/** An event of the log with every field present: what the wire leaves out is filled in once, here. */
import type { Event as WireEvent } from '../protocol/generated';

export type LogEvent = Required<WireEvent>;

export function complete(event: WireEvent): LogEvent {
  return {
    conversation: event.conversation,
    seq: event.seq,
    ordinal: event.ordinal,
    kind: event.kind,
    nth: event.nth ?? null,
    at: event.at ?? null,
    sender: event.sender ?? null,
    client_id: event.client_id ?? null,
    target: event.target ?? null,
    reply_to: event.reply_to ?? null,
    edited_at: event.edited_at ?? null,
    recalled_at: event.recalled_at ?? null,
    body: event.body ?? null,
    reactions: event.reactions ?? [],
  };
}

export function isMessage(event: { kind: string }): boolean {
  return event.kind === 'message';
}

/** Whether `event` speaks to `user`; nobody is mentioned by themselves. */
export function speaksTo(event: LogEvent, user: number): boolean {
  if (event.kind !== 'message' || event.sender === user || event.recalled_at !== null) return false;
  const body = event.body;
  if (body?.type !== 'text') return false;
  return (body.mention_all ?? false) || (body.mentions ?? []).includes(user);
}
