/** Watching: who is there, how many have read, who types. Each call of the wire replaces what is watched. */
import type { PagePresence, PageReadCount, Readers as ReadersView } from '../protocol/generated';
import { readersKey, TYPING_EVERY_MS } from '../state/hints';
import { type Desk, office, update } from './desk';

const GATHER_MS = 100;
const MOST_PEOPLE = 1000;
const MOST_MESSAGES = 200;

export interface Hints {
  /** Watches whether `users` are there until the returned function is called. */
  watchPeople(users: readonly number[]): () => void;
  /** Watches how many have read these messages, in place of those watched before. */
  watchReaders(conversation: number, seqs: readonly number[]): void;
  readers(conversation: number, seq: number): Promise<ReadersView>;
  typing(conversation: number): void;
  /** Watches again after the connection was lost. */
  resume(): void;
}

export function hints(desk: Desk): Hints {
  const watches = new Map<symbol, readonly number[]>();
  let readersWatched: { conversation: number; seqs: readonly number[] } | null = null;
  let peopleTimer: ReturnType<typeof setTimeout> | null = null;
  let readersTimer: ReturnType<typeof setTimeout> | null = null;
  let typedAt = 0;
  let typedIn = 0;
  let lastPeople = '';

  function isLive(): boolean {
    return desk.store.getState().link === 'live';
  }

  function askPeople(): void {
    peopleTimer = null;
    if (!isLive()) return;
    const me = office(desk).me.id;
    const users = [...new Set([...watches.values()].flat())].filter((id) => id !== me).slice(0, MOST_PEOPLE);
    const key = users.join(',');
    if (key === lastPeople) return;
    lastPeople = key;
    desk.socket.ask<PagePresence>('presence.watch', { users }).then(
      (answer) =>
        update(desk, (now) => ({
          ...now,
          presence: new Map(answer.items.map((one) => [one.user, one.status])),
        })),
      () => {
        lastPeople = '';
      },
    );
  }

  function askReaders(): void {
    readersTimer = null;
    if (!isLive() || !readersWatched) return;
    desk.socket.ask<PageReadCount>('readers.watch', readersWatched).then(
      (answer) =>
        update(desk, (now) => {
          const readers = new Map(now.readers);
          for (const one of answer.items) readers.set(readersKey(one.conversation, one.seq), one.read);
          return { ...now, readers };
        }),
      () => undefined,
    );
  }

  return {
    watchPeople(users) {
      const watch = Symbol('watch');
      watches.set(watch, users);
      peopleTimer ??= setTimeout(askPeople, GATHER_MS);
      return () => {
        watches.delete(watch);
        peopleTimer ??= setTimeout(askPeople, GATHER_MS);
      };
    },
    watchReaders(conversation, seqs) {
      readersWatched = { conversation, seqs: seqs.slice(-MOST_MESSAGES) };
      readersTimer ??= setTimeout(askReaders, GATHER_MS);
    },
    readers: (conversation, seq) =>
      desk.rest.get<ReadersView>(['conversations', conversation, 'messages', seq, 'readers']),
    typing(conversation) {
      if (!isLive() || office(desk).me.settings.show_typing === false) return;
      if (typedIn === conversation && desk.now() - typedAt < TYPING_EVERY_MS) return;
      typedIn = conversation;
      typedAt = desk.now();
      desk.socket.tell('typing', { conversation });
    },
    resume() {
      lastPeople = '';
      askPeople();
      askReaders();
    },
  };
}
