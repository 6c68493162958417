/** Oneself: settings, password, the places where one is signed in, going. */
import type {
  AddUser,
  ChangePassword,
  ChangeUser,
  Page,
  Session as SessionView,
  Settings,
  User,
} from '../protocol/generated';
import { peopleTold, settingsChanged } from '../state/office';
import { type Desk, office, update } from './desk';

export interface Account {
  set(change: Settings): Promise<void>;
  changePassword(wish: ChangePassword): Promise<void>;
  sessions(): Promise<SessionView[]>;
  end(session: number): Promise<void>;
  /** Ends this session and forgets what the device kept. */
  signOut(): Promise<void>;
}

export function account(desk: Desk): Account {
  const { rest } = desk;

  async function sessions(): Promise<SessionView[]> {
    const page = await rest.get<Page>(['me', 'sessions']);
    return page.items as SessionView[];
  }

  return {
    async set(change) {
      const before = office(desk).me.settings;
      const settings = { ...before, ...change };
      update(desk, (now) => settingsChanged(now, settings));
      try {
        await rest.send('PATCH', ['me'], { settings });
      } catch (error) {
        update(desk, (now) => settingsChanged(now, before));
        throw error;
      }
    },
    changePassword: (wish) => rest.send('PUT', ['me', 'password'], wish),
    sessions,
    end: (session) => rest.send('DELETE', ['me', 'sessions', session]),
    async signOut() {
      const current = (await sessions()).find((one) => one.current);
      desk.drawer.empty();
      if (current) await rest.send('DELETE', ['me', 'sessions', current.id]);
    },
  };
}

/** What only administrators may do. */
export interface Administration {
  people(words: string, cursor?: string): Promise<{ items: User[]; next: string | null }>;
  add(wish: AddUser): Promise<User>;
  change(user: number, wish: ChangeUser): Promise<void>;
}

export function administration(desk: Desk): Administration {
  return {
    async people(words, cursor) {
      const query = words.trim() === '' ? undefined : words.trim();
      const page = await desk.rest.get<Page>(['users'], { query, limit: 50, cursor });
      const items = page.items as User[];
      update(desk, (now) => peopleTold(now, items));
      return { items, next: page.next };
    },
    add: (wish) => desk.rest.send<User>('POST', ['admin', 'users'], wish),
    change: (user, wish) => desk.rest.send('PATCH', ['admin', 'users', user], wish),
  };
}
