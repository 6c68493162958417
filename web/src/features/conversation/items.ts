/** What the log shows, line by line: days, messages in groups, lines about what happened, what is on its way. */
import { dayOf } from '../../platform/times';
import type { LogEvent } from '../../state/events';
import type { Run } from '../../state/log';
import type { Pending } from '../../state/outbox';

export type Item =
  | { readonly kind: 'beginning'; readonly key: string }
  | { readonly kind: 'day'; readonly key: string; readonly at: string }
  | { readonly kind: 'new'; readonly key: string }
  | { readonly kind: 'system'; readonly key: string; readonly event: LogEvent }
  | { readonly kind: 'recalled'; readonly key: string; readonly event: LogEvent }
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly event: LogEvent;
      /** The first of several by one person: with face and name. */
      readonly leads: boolean;
      /** The last of several: with what the readers did. */
      readonly ends: boolean;
    }
  | { readonly kind: 'pending'; readonly key: string; readonly pending: Pending; readonly leads: boolean };

const GROUP_WITHIN_MS = 5 * 60 * 1000;
const TOLD = new Set(['member_joined', 'member_left', 'renamed', 'role_changed', 'dismissed']);

export interface Told {
  readonly run: Run;
  readonly me: number;
  /** The first seq that the reader may see. */
  readonly first: number;
  /** The line "new messages" stands before the first message by others after this seq. */
  readonly newAfter: number | null;
  /** What waits to be sent; only at the newest end of the log. */
  readonly pending: readonly Pending[];
}

export function itemsOf({ run, me, first, newAfter, pending }: Told): Item[] {
  const items: Item[] = [];
  if ((run[0]?.event.seq ?? 0) <= first) items.push({ kind: 'beginning', key: 'beginning' });

  let day = '';
  let isNewShown = newAfter === null;
  let last: { sender: number | null; at: number } | null = null;
  const visible = run
    .map((held) => held.event)
    .filter((event) => event.kind === 'message' || TOLD.has(event.kind));

  for (const event of visible) {
    const at = event.at ?? '';
    if (at !== '' && dayOf(at) !== day) {
      day = dayOf(at);
      items.push({ kind: 'day', key: `day-${day}`, at });
      last = null;
    }
    if (
      !isNewShown &&
      newAfter !== null &&
      event.kind === 'message' &&
      event.seq > newAfter &&
      event.sender !== me
    ) {
      isNewShown = true;
      items.push({ kind: 'new', key: 'new' });
      last = null;
    }
    if (event.kind !== 'message') {
      items.push({ kind: 'system', key: `e${event.seq}`, event });
      last = null;
    } else if (event.recalled_at !== null) {
      items.push({ kind: 'recalled', key: keyOf(event), event });
      last = null;
    } else {
      const moment = Date.parse(at);
      const leads = !last || last.sender !== event.sender || moment - last.at > GROUP_WITHIN_MS;
      if (!leads) settle(items);
      items.push({ kind: 'message', key: keyOf(event), event, leads, ends: true });
      last = { sender: event.sender, at: moment };
    }
  }

  for (const one of pending) {
    const leads = last?.sender !== me;
    items.push({ kind: 'pending', key: `m${me}-${one.clientId}`, pending: one, leads });
    last = { sender: me, at: Date.parse(one.at) };
  }
  return items;
}

/** The message before is not the last of its group any more. */
function settle(items: Item[]): void {
  const before = items[items.length - 1];
  if (before?.kind === 'message') items[items.length - 1] = { ...before, ends: false };
}

/** The same for a message on its way and for the event that it becomes, so that nothing flickers. */
function keyOf(event: LogEvent): string {
  return event.client_id !== null ? `m${event.sender}-${event.client_id}` : `e${event.seq}`;
}

export function seqOf(item: Item | undefined): number | null {
  return item && 'event' in item ? item.event.seq : null;
}

/** The newest seq among the lines up to `index`. */
export function seqAbove(items: readonly Item[], index: number): number | null {
  for (let at = index; at >= 0; at--) {
    const seq = seqOf(items[at]);
    if (seq !== null) return seq;
  }
  return null;
}

/** Where to stand for `anchor`: at the line above what is new, or with the message in the middle. */
export function placeOf(
  items: readonly Item[],
  anchor: number | null,
): { readonly index: number; readonly align: 'start' | 'center' } | null {
  if (anchor === null) return null;
  const index = items.findIndex((item) => (seqOf(item) ?? 0) >= anchor);
  if (index < 0) return null;
  const line = items.findIndex((item) => item.kind === 'new');
  const isNew = line >= 0 && line <= index && index - line <= 2;
  return isNew ? { index: line, align: 'start' } : { index, align: 'center' };
}
