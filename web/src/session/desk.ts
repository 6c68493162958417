/** What every wish works with: the store of what is known, and the two roads to the server. */
import type { StoreApi } from 'zustand/vanilla';
import type { Draft } from '../cache/drafts';
import type { Drawer } from '../cache/drawer';
import type { Rest } from '../connection/rest';
import type { Link, Socket } from '../connection/socket';
import type { Office } from '../state/office';
import type { Pending } from '../state/outbox';

export interface Known {
  readonly office: Office;
  readonly link: Link;
  /** The conversation that stands open, whose log is kept whole and up to date. */
  readonly open: number | null;
  /** What was written to a conversation that is mine no more: somebody has to say so. */
  readonly undelivered: Pending | null;
  readonly drafts: Readonly<Record<string, Draft>>;
}

export interface Desk {
  readonly store: StoreApi<Known>;
  readonly rest: Rest;
  readonly socket: Socket;
  readonly drawer: Drawer;
  /** Milliseconds since 1970. */
  now(): number;
  newId(): string;
}

export function office(desk: Desk): Office {
  return desk.store.getState().office;
}

/** Replaces the office by what `change` makes of it. */
export function update(desk: Desk, change: (office: Office) => Office): void {
  const before = desk.store.getState().office;
  const now = change(before);
  if (now !== before) desk.store.setState({ office: now });
}
