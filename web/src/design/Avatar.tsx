/** Who or what something is from: initials on a colour of their own. */
import { EmojiText } from './prose/Emoji';
import { pieces } from './prose/emoji';
import './Avatar.css';

// Each keeps a contrast of at least 4.5 under white letters.
const COLOURS = [
  '#3a78b5',
  '#b45a3c',
  '#47795f',
  '#8f5fa3',
  '#9a6a14',
  '#6e54a0',
  '#b83d36',
  '#3d7f86',
  '#5c6b7c',
  '#a1476f',
];

export function colourOf(id: number): string {
  return COLOURS[Math.abs(Math.trunc(id) * 7) % COLOURS.length] ?? '#5c6b7c';
}

/** Two signs of a Chinese name (the given name), else the first letters; the picture of a name of pictures only. */
export function initialsOf(name: string): string {
  const parts = pieces(name);
  const clean = parts
    .map((part) => ('text' in part ? part.text : ' '))
    .join('')
    .trim();
  const picture = parts.find((part) => 'emoji' in part);
  if (clean === '') return picture && 'emoji' in picture ? picture.emoji : '?';
  const signs = Array.from(clean);
  if (/[\u3400-\u9fff]/.test(signs[0] ?? '')) return signs.slice(0, 3).slice(-2).join('');
  const words = clean.split(/\s+/);
  return words
    .slice(0, 2)
    .map((word) => Array.from(word)[0] ?? '')
    .join('')
    .toUpperCase();
}

interface AvatarProps {
  id: number;
  name: string;
  small?: boolean;
  online?: boolean;
  gone?: boolean;
}

export function Avatar({ id, name, small, online, gone }: AvatarProps) {
  return (
    <span
      className={`av${small ? ' s' : ''}${gone ? ' gone' : ''}`}
      style={{ background: colourOf(id) }}
      aria-hidden="true"
    >
      <EmojiText text={initialsOf(name)} />
      {online && <i className="presence" />}
    </span>
  );
}

export function GroupAvatar({ id, small }: { id: number; small?: boolean }) {
  return (
    <span className={`av group${small ? ' s' : ''}`} aria-hidden="true">
      {[0, 3, 5, 8].map((step) => (
        <b key={step} style={{ background: colourOf(id + step) }} />
      ))}
    </span>
  );
}
