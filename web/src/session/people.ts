/** Getting to know people: by id when a name is missing, by words when somebody looks for them. */
import type { Page, User } from '../protocol/generated';
import { peopleTold } from '../state/office';
import { type Desk, office, update } from './desk';

const AT_ONCE = 200;
const GATHER_MS = 20;

export interface People {
  /** These people are about to be shown: asks for those not known yet, many at once. */
  need(users: Iterable<number>): void;
  search(words: string, limit?: number): Promise<User[]>;
}

export function people(desk: Desk): People {
  const wanted = new Set<number>();
  const asked = new Set<number>();
  let timer: ReturnType<typeof setTimeout> | null = null;

  async function ask(): Promise<void> {
    timer = null;
    const ids = [...wanted].slice(0, AT_ONCE);
    for (const id of ids) {
      wanted.delete(id);
      asked.add(id);
    }
    if (wanted.size > 0) timer = setTimeout(() => void ask(), GATHER_MS);
    try {
      const page = await desk.rest.get<Page>(['users'], { ids: ids.join(','), limit: AT_ONCE });
      update(desk, (now) => peopleTold(now, page.items as User[]));
    } catch {
      // Shown by their number until somebody asks again.
      for (const id of ids) asked.delete(id);
    }
  }

  return {
    need(users) {
      for (const id of users) {
        if (id > 0 && !asked.has(id) && !office(desk).people.has(id)) wanted.add(id);
      }
      if (wanted.size > 0) timer ??= setTimeout(() => void ask(), GATHER_MS);
    },
    async search(words, limit = 50) {
      const query = words.trim() === '' ? {} : { query: words.trim() };
      const page = await desk.rest.get<Page>(['users'], { ...query, limit });
      const found = page.items as User[];
      update(desk, (now) => peopleTold(now, found));
      return found;
    },
  };
}
