/** Whether the person is looking: the page is visible and has the focus. */
import { useSyncExternalStore } from 'react';

export function isLooking(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

export function onAttention(listener: () => void): () => void {
  window.addEventListener('focus', listener);
  window.addEventListener('blur', listener);
  document.addEventListener('visibilitychange', listener);
  return () => {
    window.removeEventListener('focus', listener);
    window.removeEventListener('blur', listener);
    document.removeEventListener('visibilitychange', listener);
  };
}

export function useIsLooking(): boolean {
  return useSyncExternalStore(onAttention, isLooking);
}
