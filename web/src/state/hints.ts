/** Hints that are never stored: who is there, who types, how many have read. */
import type { Presence } from '../protocol/generated';

export type Status = Presence['status'];

export interface TypingHint {
  readonly conversation: number;
  readonly user: number;
  /** Until when it is good, in milliseconds since 1970. */
  readonly until: number;
}

/** A hint is good for six seconds, and is renewed every three. */
export const TYPING_LASTS_MS = 6000;
export const TYPING_EVERY_MS = 3000;

export function typed(
  hints: readonly TypingHint[],
  conversation: number,
  user: number,
  now: number,
): readonly TypingHint[] {
  const others = hints.filter(
    (one) => one.until > now && !(one.conversation === conversation && one.user === user),
  );
  return [...others, { conversation, user, until: now + TYPING_LASTS_MS }];
}

/** Whoever sent a message has stopped typing it. */
export function fellSilent(
  hints: readonly TypingHint[],
  conversation: number,
  user: number | null,
): readonly TypingHint[] {
  const left = hints.filter((one) => !(one.conversation === conversation && one.user === user));
  return left.length === hints.length ? hints : left;
}

export function stillTyping(hints: readonly TypingHint[], now: number): readonly TypingHint[] {
  const left = hints.filter((one) => one.until > now);
  return left.length === hints.length ? hints : left;
}

export function readersKey(conversation: number, seq: number): string {
  return `${conversation}:${seq}`;
}
