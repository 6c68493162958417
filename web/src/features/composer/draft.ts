/** From what is written to the body that is sent. */
import type { NewMessage, User } from '../../protocol/generated';
import type { LogEvent } from '../../state/events';

/** Somebody spoken to; id 0 is everybody. */
export interface Mention {
  readonly id: number;
  readonly name: string;
}

export const EVERYBODY = 0;
const MOST_MENTIONS = 500;

/** The body that `text` makes; `language` null means text in Markdown, otherwise code. */
export function bodyOf(
  text: string,
  mentions: readonly Mention[],
  language: string | null,
): NewMessage['body'] {
  if (language !== null) return { type: 'code', text: text.replace(/\s+$/, ''), language };
  const said = text.trim();
  // A name that was written and taken out again speaks to nobody.
  const meant = mentions.filter((one) => said.includes(`@${one.name}`));
  return {
    type: 'text',
    text: said,
    mentions: meant
      .filter((one) => one.id !== EVERYBODY)
      .map((one) => one.id)
      .slice(0, MOST_MENTIONS),
    mention_all: meant.some((one) => one.id === EVERYBODY),
  };
}

/** What everybody is called, in whichever language the writer used. */
export const EVERYBODY_NAMES = ['所有人', 'everyone'];

/** Those to whom a message that is to be changed speaks already. */
export function mentionsOf(body: LogEvent['body'], people: ReadonlyMap<number, User>): Mention[] {
  if (body?.type !== 'text') return [];
  const named = (body.mentions ?? []).flatMap((id) => {
    const name = people.get(id)?.display_name;
    return name ? [{ id, name }] : [];
  });
  const all = body.mention_all ? EVERYBODY_NAMES.filter((name) => body.text.includes(`@${name}`)) : [];
  return [...named, ...all.map((name) => ({ id: EVERYBODY, name }))];
}

/** The name that is being written at the caret after an `@`, and where it begins. */
export function mentionAt(text: string, caret: number): { words: string; from: number } | null {
  const match = /(^|[\s\u3000-\u303f\uff00-\uffef\u4e00-\u9fff])@([^\s@]{0,20})$/.exec(text.slice(0, caret));
  if (!match) return null;
  const words = match[2] ?? '';
  return { words, from: caret - words.length - 1 };
}
