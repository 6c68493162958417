/** How wide the list of conversations is; dragged or moved with the arrows, kept on the device. */
import { type KeyboardEvent, type PointerEvent, useCallback, useMemo, useRef, useState } from 'react';
import { browserStorage } from '../cache/drawer';

const KEY = 'yanxin:list-width';
const USUAL = 2.88;
const LEAST = 2.2;
const MOST = 4.2;

function kept(): number {
  const value = Number(browserStorage()?.getItem(KEY));
  return value >= LEAST && value <= MOST ? value : USUAL;
}

export function useListWidth() {
  const [rem, setRem] = useState(kept);
  const from = useRef<{ x: number; rem: number } | null>(null);

  const set = useCallback((next: number) => {
    const bounded = Math.min(MOST, Math.max(LEAST, next));
    setRem(bounded);
    try {
      browserStorage()?.setItem(KEY, bounded.toFixed(2));
    } catch {
      // Not kept: it is the usual width next time.
    }
  }, []);

  const handlers = useMemo(
    () => ({
      onPointerDown(event: PointerEvent<HTMLElement>) {
        from.current = { x: event.clientX, rem };
        event.currentTarget.setPointerCapture(event.pointerId);
      },
      onPointerMove(event: PointerEvent<HTMLElement>) {
        if (!from.current) return;
        const perRem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
        set(from.current.rem + (event.clientX - from.current.x) / perRem);
      },
      onPointerUp() {
        from.current = null;
      },
      onDoubleClick() {
        set(USUAL);
      },
      onKeyDown(event: KeyboardEvent) {
        if (event.key === 'ArrowLeft') set(rem - 0.16);
        if (event.key === 'ArrowRight') set(rem + 0.16);
      },
    }),
    [rem, set],
  );
  return { rem, handlers };
}
