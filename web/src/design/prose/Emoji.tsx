/** Emoji as pictures from our own server: many desktops here have no font that shows them. */
import { useState } from 'react';
import { fileOf, pieces } from './emoji';
import './prose.css';

export function Emoji({ emoji, file = fileOf(emoji) }: { emoji: string; file?: string }) {
  const [isMissing, setMissing] = useState(false);
  if (isMissing) return <span>{emoji}</span>;
  return (
    <img
      className="emoji"
      src={file}
      alt={emoji}
      title={emoji}
      draggable={false}
      onError={() => setMissing(true)}
    />
  );
}

/** Text with its emoji as pictures. */
export function EmojiText({ text }: { text: string }) {
  const parts = pieces(text);
  if (parts.length === 1 && parts[0] && 'text' in parts[0]) return <>{parts[0].text}</>;
  return (
    <>
      {parts.map((piece, index) =>
        'text' in piece ? (
          piece.text
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text have no other identity
          <Emoji key={index} emoji={piece.emoji} file={piece.file} />
        ),
      )}
    </>
  );
}
