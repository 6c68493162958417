/** Telling how far one has read: at once here and to the server, then gathered while one reads on. */
import type { Cursor } from '../protocol/generated';
import { readUpTo } from '../state/cursors';
import { EMPTY_LOG } from '../state/log';
import { cursorAnswered, put } from '../state/office';
import { type Desk, office, update } from './desk';

const GATHER_MS = 200;

export interface Cursors {
  /** The person has seen everything up to `seq`. */
  read(conversation: number, seq: number): void;
  /** Tells now what is gathered, and again what was lost with the connection. */
  tell(): void;
}

export function cursors(desk: Desk): Cursors {
  const due = new Map<number, number>();
  let timer: ReturnType<typeof setTimeout> | null = null;

  function tell(): void {
    if (desk.store.getState().link !== 'live') return;
    for (const [conversation, seq] of [...due]) {
      due.delete(conversation);
      desk.socket.ask<Cursor>('cursor.set', { conversation, seq }).then(
        (answer) => update(desk, (now) => cursorAnswered(now, conversation, answer)),
        () => {
          // Lost with the connection; the next reading or the next greeting tells it again.
          if (desk.store.getState().link !== 'live')
            due.set(conversation, Math.max(seq, due.get(conversation) ?? 0));
        },
      );
    }
  }

  return {
    read(conversation, seq) {
      const held = office(desk).conversations.get(conversation);
      if (!held || (seq <= held.cursor.seq && !held.my.unread_mark)) return;
      const log = office(desk).logs.get(conversation) ?? EMPTY_LOG;
      const now = readUpTo(held, log, office(desk).me.id, seq);
      if (now && now !== held) update(desk, (before) => put(before, now));
      due.set(conversation, Math.max(seq, due.get(conversation) ?? 0));
      if (timer) return;
      // The first at once: a page may be gone a moment after one has read it.
      tell();
      timer = setTimeout(() => {
        timer = null;
        tell();
      }, GATHER_MS);
    },
    tell,
  };
}
