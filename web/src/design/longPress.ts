/** A finger that rests: the way to a menu on screens without a pointer, where not every browser gives `contextmenu`. */
import { type MouseEvent, type PointerEvent, useEffect, useRef } from 'react';

const RESTS_MS = 450;
const STILL_PX = 10;

/** Handlers for whatever may be pressed long; `onRest` hears where. The click that follows is no click. */
export function useLongPress(onRest: (x: number, y: number) => void) {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const from = useRef({ x: 0, y: 0 });
  const hasRested = useRef(false);

  function stop(): void {
    if (timer.current) clearTimeout(timer.current);
    timer.current = null;
  }
  useEffect(
    () => () => {
      if (timer.current) clearTimeout(timer.current);
    },
    [],
  );

  return {
    onPointerDown(event: PointerEvent) {
      stop();
      hasRested.current = false;
      if (event.pointerType !== 'touch' || !event.isPrimary) return;
      const { clientX: x, clientY: y } = event;
      from.current = { x, y };
      timer.current = setTimeout(() => {
        hasRested.current = true;
        onRest(x, y);
      }, RESTS_MS);
    },
    onPointerMove(event: PointerEvent) {
      const { x, y } = from.current;
      if (Math.abs(event.clientX - x) > STILL_PX || Math.abs(event.clientY - y) > STILL_PX) stop();
    },
    onPointerUp: stop,
    onPointerCancel: stop,
    onClickCapture(event: MouseEvent) {
      if (!hasRested.current) return;
      hasRested.current = false;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
