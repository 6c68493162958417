/** What the screen is like: narrow, dark, touched; and what the person prefers. */
import { useSyncExternalStore } from 'react';

export const PHONE = '(max-width: 640px)';
export const NARROW = '(max-width: 1100px)';
export const DARK = '(prefers-color-scheme: dark)';

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => window.matchMedia(query).matches,
  );
}

export type Theme = 'light' | 'dark';

export function useTheme(chosen: 'light' | 'dark' | 'system' | null | undefined): Theme {
  const isDark = useMedia(DARK);
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return isDark ? 'dark' : 'light';
}

/** Sets theme and size on the root; everything else follows from the tokens. */
export function dress(theme: Theme, fontSize: number): void {
  const root = document.documentElement;
  root.dataset.theme = theme;
  root.dataset.size = String(fontSize);
  document
    .querySelector('meta[name="theme-color"]')
    ?.setAttribute('content', theme === 'dark' ? '#11151a' : '#eef1f5');
}
