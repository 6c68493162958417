/** Messages that the server has not acknowledged: kept on the device, so that closing the page loses none. */
import type { Drawer } from './drawer';

const NAME = 'unsent';

/** What is kept, checked for its shape: an older client may have written it. */
export function unsent<T extends { clientId: string; conversation: number }>(drawer: Drawer): T[] {
  const kept = drawer.get<unknown>(NAME);
  if (!Array.isArray(kept)) return [];
  return kept.filter(
    (one): one is T =>
      typeof one?.clientId === 'string' && typeof one?.conversation === 'number' && !!one?.body,
  );
}

export function keepUnsent(drawer: Drawer, messages: readonly unknown[]): void {
  if (messages.length === 0) drawer.remove(NAME);
  else drawer.set(NAME, messages);
}
