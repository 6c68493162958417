/** Where in the client one is, as an address: `/c/42`, `/settings` … */
import { useSyncExternalStore } from 'react';

const CHANGED = 'yanxin:navigated';

export function navigate(path: string, options: { replace?: boolean } = {}): void {
  if (path === window.location.pathname + window.location.hash) return;
  if (options.replace) window.history.replaceState(null, '', path);
  else window.history.pushState(null, '', path);
  window.dispatchEvent(new Event(CHANGED));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(CHANGED, listener);
  };
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => window.location.pathname);
}

/** The conversation that a path speaks of. */
export function conversationIn(path: string): number | null {
  const match = /^\/c\/(\d{1,16})$/.exec(path);
  return match ? Number(match[1]) : null;
}
