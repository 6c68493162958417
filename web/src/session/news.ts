/** The one door by which news enters: what the socket says, into the office. */
import type { Presence, ReadCount, State, TypingView, Event as WireEvent } from '../protocol/generated';
import { readersKey, typed } from '../state/hints';
import { eventHeard, stateHeard } from '../state/office';
import { type Desk, office, update } from './desk';
import type { History } from './history';

export interface Consequences {
  /** The server stopped pushing; it goes on after a new `hello`. */
  greetAgain(): void;
  /** The open conversation may have moved past what is held of it. */
  catchUp(): void;
}

export function hear(desk: Desk, log: History, method: string, params: unknown, then: Consequences): void {
  switch (method) {
    case 'event': {
      const { office: now, gap } = eventHeard(office(desk), params as WireEvent);
      update(desk, () => now);
      // Lost or not, whatever is missing stands in the log.
      if (gap) log.fill(gap).catch(() => undefined);
      return;
    }
    case 'state':
      update(desk, (now) => stateHeard(now, params as State));
      then.catchUp();
      return;
    case 'presence': {
      const { user, status } = params as Presence;
      update(desk, (now) => ({ ...now, presence: new Map(now.presence).set(user, status) }));
      return;
    }
    case 'readers': {
      const { conversation, seq, read } = params as ReadCount;
      update(desk, (now) => ({
        ...now,
        readers: new Map(now.readers).set(readersKey(conversation, seq), read),
      }));
      return;
    }
    case 'typing': {
      const { conversation, user } = params as TypingView;
      if (user === office(desk).me.id) return;
      update(desk, (now) => ({ ...now, typing: typed(now.typing, conversation, user, desk.now()) }));
      return;
    }
    case 'lagging':
      then.greetAgain();
      return;
    default:
    // A newer server says more than this client knows; it is not for us.
  }
}
