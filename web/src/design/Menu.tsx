/** A menu at a place: arrows move, Enter chooses, Escape and a click elsewhere close. */
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { Icon, type IconName } from './Icon';
import './Menu.css';

export interface MenuItem {
  readonly key: string;
  readonly label: string;
  readonly icon?: IconName;
  readonly danger?: boolean;
  /** A line above it. */
  readonly apart?: boolean;
  onChoose(): void;
}

export interface Place {
  readonly x: number;
  readonly y: number;
  /** Where its lower edge belongs when there is no room below; `y` when left out. */
  readonly above?: number;
}

/** Where a menu belongs that `element` opens: below it, or above it, aligned with its left edge. */
export function below(element: Element): Place {
  const box = element.getBoundingClientRect();
  return { x: box.left, y: box.bottom + 4, above: box.top - 4 };
}

export function Menu({
  place,
  items,
  label,
  onClose,
}: {
  place: Place;
  items: readonly MenuItem[];
  label: string;
  onClose(): void;
}) {
  function move(event: KeyboardEvent<HTMLDivElement>): void {
    const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="menuitem"]')];
    const now = buttons.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    buttons[(to + buttons.length) % buttons.length]?.focus();
  }
  return (
    <Popup place={place} onClose={onClose} className="menu" role="menu" label={label} onKeyDown={move}>
      {items.map((item) => (
        <div key={item.key} role="none">
          {item.apart && <hr />}
          <button
            type="button"
            role="menuitem"
            tabIndex={-1}
            data-testid={`menu-${item.key}`}
            className={item.danger ? 'danger' : ''}
            onClick={() => {
              onClose();
              item.onChoose();
            }}
          >
            {item.icon && <Icon name={item.icon} size={18} />}
            {item.label}
          </button>
        </div>
      ))}
    </Popup>
  );
}

interface PopupProps {
  place: Place;
  label: string;
  className: string;
  role?: 'menu' | 'dialog';
  children: ReactNode;
  onClose(): void;
  onKeyDown?(event: KeyboardEvent<HTMLDivElement>): void;
}

/** Something small that hangs over the page at a place, kept inside the window. */
export function Popup({
  place,
  label,
  className,
  role = 'dialog',
  children,
  onClose,
  onKeyDown,
}: PopupProps) {
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<Place | null>(null);

  useLayoutEffect(() => {
    const size = box.current?.getBoundingClientRect();
    if (!size) return;
    const x = Math.max(8, Math.min(place.x, window.innerWidth - size.width - 8));
    const lowest = window.innerHeight - size.height - 8;
    const higher = (place.above ?? place.y) - size.height;
    const y = place.y <= lowest ? place.y : higher >= 8 ? higher : Math.max(8, lowest);
    setAt({ x, y });
  }, [place]);

  // It is measured and placed before it is painted, and takes the focus where it then is.
  const isPlaced = at !== null;
  useLayoutEffect(() => {
    if (!isPlaced) return undefined;
    const before = document.activeElement as HTMLElement | null;
    box.current?.querySelector<HTMLElement>('[role="menuitem"], button, input')?.focus();
    return () => before?.focus?.();
  }, [isPlaced]);

  useEffect(() => {
    const outside = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) onClose();
    };
    // Wherever the focus went meanwhile, Escape closes what hangs over the page first.
    const leave = (event: globalThis.KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      event.preventDefault();
      onClose();
    };
    document.addEventListener('pointerdown', outside, true);
    document.addEventListener('keydown', leave, true);
    window.addEventListener('blur', onClose);
    return () => {
      document.removeEventListener('pointerdown', outside, true);
      document.removeEventListener('keydown', leave, true);
      window.removeEventListener('blur', onClose);
    };
  }, [onClose]);

  return createPortal(
    // biome-ignore lint/a11y/noStaticElementInteractions: its role comes from whoever opens it
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: a menu or a dialog, both have a name
    <div
      ref={box}
      className={className}
      role={role}
      aria-label={label}
      style={{ left: at?.x ?? place.x, top: at?.y ?? place.y }}
      onKeyDown={(event) => {
        if (event.key === 'Tab' && role === 'menu') onClose();
        else onKeyDown?.(event);
      }}
    >
      {children}
    </div>,
    // Inside an open dialog the page below is inert, so the popup must live in the dialog.
    document.querySelector('dialog[open]') ?? document.body,
  );
}
