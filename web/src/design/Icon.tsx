/** Line icons of one family: 20 px, stroke 1.6, drawn for this product. */
import type { ReactElement } from 'react';

const PATHS = {
  chat: <path d="M4 6a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H10l-5 4v-4a1 1 0 0 1-1-1z" />,
  people: (
    <>
      <circle cx="9" cy="8" r="3.5" />
      <path d="M2.5 20c.6-4 3.3-6 6.5-6s5.9 2 6.5 6M16 4.800a3.5 3.5 0 0 1 0 6.500M18 14.500c2 .8 3.2 2.7 3.5 5.5" />
    </>
  ),
  person: (
    <>
      <circle cx="12" cy="8" r="3.5" />
      <path d="M5 20c.8-4 3.6-6 7-6s6.2 2 7 6" />
    </>
  ),
  gear: (
    <>
      <circle cx="12" cy="12" r="3" />
      <path d="M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.600l2.2 2.200M16.2 16.200l2.2 2.200M5.6 18.400l2.2-2.200M16.2 7.800l2.2-2.2" />
    </>
  ),
  shield: <path d="M12 3l7 3v5.500c0 4.5-3 7.7-7 9.5-4-1.8-7-5-7-9.500V6z" />,
  search: (
    <>
      <circle cx="11" cy="11" r="6" />
      <path d="m20 20-4.5-4.5" />
    </>
  ),
  plus: <path d="M12 5v14M5 12h14" />,
  more: (
    <>
      <circle cx="5" cy="12" r="1" />
      <circle cx="12" cy="12" r="1" />
      <circle cx="19" cy="12" r="1" />
    </>
  ),
  back: <path d="m14 6-6 6 6 6" />,
  down: <path d="m6 10 6 6 6-6" />,
  close: <path d="m6 6 12 12M18 6 6 18" />,
  check: <path d="m5 12.5 4.5 4.500L19 7.5" />,
  smile: (
    <>
      <circle cx="12" cy="12" r="8" />
      <path d="M9 10h.01M15 10h.01M8.5 14c1 1.5 2.2 2 3.5 2s2.5-.5 3.5-2" />
    </>
  ),
  at: (
    <>
      <circle cx="12" cy="12" r="4" />
      <path d="M16 8v5a2.5 2.5 0 0 0 5 0v-1a9 9 0 1 0-4 7.5" />
    </>
  ),
  code: <path d="m8 8-4 4 4 4M16 8l4 4-4 4" />,
  eye: (
    <>
      <path d="M2.5 12c2-4 5.5-6.5 9.5-6.500s7.5 2.5 9.5 6.500c-2 4-5.5 6.5-9.5 6.500S4.5 16 2.5 12z" />
      <circle cx="12" cy="12" r="2.5" />
    </>
  ),
  quote: <path d="M9 14 4 9l5-5M4 9h9a7 7 0 0 1 7 7v3" />,
  edit: <path d="M4 20h4L19 9l-4-4L4 16zM13.5 6.500l4 4" />,
  recall: <path d="M4 9h10a5 5 0 0 1 0 10H8M4 9l4-4M4 9l4 4" />,
  copy: (
    <>
      <rect x="9" y="9" width="11" height="11" rx="2" />
      <path d="M15 9V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h3" />
    </>
  ),
  muted: <path d="M6 9a6 6 0 0 1 9-5M18 10v4l2 3H8M4 17l2-3v-3M10 20a2 2 0 0 0 4 0M4 4l16 16" />,
  pin: <path d="M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v6" />,
  clock: (
    <>
      <circle cx="12" cy="12" r="8" />
      <path d="M12 8v4l2.5 2" />
    </>
  ),
  alert: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 7.500v5.500M12 16h.01" />
    </>
  ),
  sidebar: (
    <>
      <rect x="3.5" y="5" width="17" height="14" rx="2.5" />
      <path d="M15 5v14" />
    </>
  ),
  crown: <path d="M4 8l4 4 4-6 4 6 4-4-1.5 10h-13z" />,
  leave: <path d="M14 5H7a2 2 0 0 0-2 2v10a2 2 0 0 0 2 2h7M11 12h9M17 9l3 3-3 3" />,
  device: (
    <>
      <rect x="3.5" y="5" width="17" height="11" rx="2" />
      <path d="M9 20h6M12 16v4" />
    </>
  ),
  globe: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M3.5 12h17M12 3.500c2.5 2.5 3.5 5.5 3.5 8.500s-1 6-3.5 8.500c-2.5-2.5-3.5-5.5-3.5-8.500s1-6 3.5-8.500z" />
    </>
  ),
  key: (
    <>
      <circle cx="8" cy="15" r="4" />
      <path d="m11 12 8-8M16 7l2.5 2.5" />
    </>
  ),
} satisfies Record<string, ReactElement>;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20, className }: { name: IconName; size?: number; className?: string }) {
  return (
    <svg
      className={className}
      viewBox="0 0 24 24"
      aria-hidden="true"
      style={{ width: `${size / 100}rem`, height: `${size / 100}rem` }}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {PATHS[name]}
    </svg>
  );
}
