/** Telling how far one has read: at once here, a moment later to the server. */
import type { Cursor } from '../protocol/generated';
import { readUpTo } from '../state/cursors';
import { EMPTY_LOG } from '../state/log';
import { cursorAnswered, put } from '../state/office';
import { type Desk, office, update } from './desk';

const GATHER_MS = 200;

export interface Cursors {
  /** The person has seen everything up to `seq`. */
  read(conversation: number, seq: number): void;
  /** Tells again what was lost with the connection. */
  resume(): void;
}

export function cursors(desk: Desk): Cursors {
  const due = new Map<number, number>();
  let timer: ReturnType<typeof setTimeout> | null = null;

  function flush(): void {
    timer = null;
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
      timer ??= setTimeout(flush, GATHER_MS);
    },
    resume: flush,
  };
}
