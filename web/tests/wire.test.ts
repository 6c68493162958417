/** The wire's types are what the published schema says, and the words are there in every language. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { QUICK } from '../src/design/EmojiGrid';
import { fileOf, isOnlyEmoji, pieces } from '../src/design/prose/emoji';
import { speaker } from '../src/platform/words';
import { en } from '../src/platform/words/en';
import { zhCN } from '../src/platform/words/zh-CN';
import { typesOf } from '../tools/wire-types.mjs';

const here = (path: string) => new URL(path, import.meta.url);

test('generated.ts is what the schema makes', () => {
  const schema = JSON.parse(readFileSync(here('../../protocol/schema.json'), 'utf8')) as object;
  expect(readFileSync(here('../src/protocol/generated.ts'), 'utf8')).toBe(typesOf(schema));
});

describe('words', () => {
  test('both languages ask for the same facts', () => {
    for (const [group, words] of Object.entries(zhCN)) {
      for (const [key, text] of Object.entries(words)) {
        const other = (en as unknown as Record<string, Record<string, string>>)[group]?.[key] ?? '';
        const facts = (of: string) => [...of.matchAll(/{{(\w+)}}/g)].map((match) => match[1]).sort();
        expect(facts(other), `${group}.${key}`).toEqual(facts(text));
        expect(other.trim(), `${group}.${key}`).not.toBe('');
      }
    }
  });

  test('facts are filled in as they are, and a language can be changed', () => {
    const now = speaker('zh-CN');
    expect(now.current().say('talk.members', { count: 26 })).toBe('26 人');
    expect(now.current().say('members.leaveTitle', { title: '<b>$t(x)' })).toBe('退出“<b>$t(x)”？');
    let told = 0;
    now.subscribe(() => {
      told += 1;
    });
    now.speak('en');
    expect(told).toBe(1);
    expect(now.current().say('talk.members', { count: 1 })).toBe('1 members');
  });
});

describe('emoji', () => {
  const set = (file: string) => here(`../node_modules/@twemoji/svg/${file.split('/').pop()}`);

  test.each(['👍', '❤️', '👨‍👩‍👧', '🇨🇳', '1️⃣', '☝️', '🏳️‍🌈', '👍🏽', '⚠️', '🀄', '❤️‍🔥'])(
    '%s is one picture of our set',
    (emoji) => {
      expect(pieces(`a${emoji}b`)).toEqual([{ text: 'a' }, { emoji, file: fileOf(emoji) }, { text: 'b' }]);
      expect(existsSync(set(fileOf(emoji)))).toBe(true);
    },
  );

  test('digits, signs and words are text', () => {
    for (const text of ['123 #*', '©®™', '中文 abc', '→ ±2%', '收到'])
      expect(pieces(text)).toEqual([{ text }]);
  });

  test('every emoji that is offered is there', () => {
    const grid = readFileSync(here('../src/design/EmojiGrid.tsx'), 'utf8');
    const offered = [...(grid.match(/'[^']*'/g) ?? []), ...QUICK]
      .flatMap((row) => pieces(row))
      .filter((piece) => 'emoji' in piece);
    expect(offered.length).toBeGreaterThan(90);
    for (const piece of offered)
      expect(existsSync(set('file' in piece ? piece.file : '')), JSON.stringify(piece)).toBe(true);
  });

  test('a message of a few emoji alone is large', () => {
    expect(isOnlyEmoji('👍')).toBe(true);
    expect(isOnlyEmoji(' 👍 🎉 ')).toBe(true);
    expect(isOnlyEmoji('👍👍👍👍')).toBe(false);
    expect(isOnlyEmoji('👍 ok')).toBe(false);
    expect(isOnlyEmoji('')).toBe(false);
  });
});
