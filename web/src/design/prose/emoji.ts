/** Emoji in text: where they stand, and which picture of ours shows them. */

export type Piece = { readonly text: string } | { readonly emoji: string; readonly file: string };

// Signs that are pictures by themselves or are asked to be (U+FE0F), with skin, joined, flags, keycaps.
const ONE =
  '(?:\\p{Emoji_Presentation}\\uFE0F?|\\p{Extended_Pictographic}(?:\\uFE0F|(?=\\p{Emoji_Modifier}|\\u200D)))\\p{Emoji_Modifier}?';
const EMOJI = new RegExp(
  `\\p{Regional_Indicator}{2}|[#*0-9]\\uFE0F?\\u20E3|${ONE}(?:\\u200D(?:${ONE}|\\p{Extended_Pictographic}|[\\u2640\\u2642\\u2695]\\uFE0F?))*`,
  'gu',
);
const SKIN = /[\u{1F3FB}-\u{1F3FF}]/gu;

/** `text` cut at its emoji. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(EMOJI)) {
    const emoji = match[0];
    const at = match.index ?? 0;
    if (at > from) found.push({ text: text.slice(from, at) });
    found.push({ emoji, file: fileOf(emoji) });
    from = at + emoji.length;
  }
  if (from < text.length || found.length === 0) found.push({ text: text.slice(from) });
  return found;
}

/** Whether `text` is nothing but at most `most` emoji: then they may be large. */
export function isOnlyEmoji(text: string, most = 3): boolean {
  const parts = pieces(text).filter((piece) => !('text' in piece) || piece.text.trim() !== '');
  return parts.length > 0 && parts.length <= most && parts.every((piece) => 'emoji' in piece);
}

/** The file that shows `emoji`, without the colour of a skin: the set that we serve has the plain ones. */
export function fileOf(emoji: string): string {
  const plain = emoji.replace(SKIN, '');
  const joined = plain.includes('\u200D') ? plain : plain.replace(/\uFE0F/g, '');
  const name = Array.from(joined, (sign) => (sign.codePointAt(0) ?? 0).toString(16)).join('-');
  return `/assets/emoji-15/${name}.svg`;
}
