/** Messages on their way: in order, never twice, never lost without a word. */
import { expect, test } from 'vitest';
import { drafts, keepDraft, NO_DRAFT } from '../src/cache/drafts';
import { Drawer } from '../src/cache/drawer';
import { keepUnsent, unsent } from '../src/cache/unsent';
import { bodyOf, EVERYBODY, mentionAt } from '../src/features/composer/draft';
import { complete } from '../src/state/events';
import {
  acknowledged,
  arrived,
  nextToSend,
  type Outbox,
  type Pending,
  queued,
  refused,
  retried,
  withdrawn,
} from '../src/state/outbox';

function pending(clientId: string, conversation = 1): Pending {
  return {
    conversation,
    clientId,
    body: { type: 'text', text: clientId },
    replyTo: null,
    at: '2026-11-24T02:00:00.000Z',
    status: 'sending',
    seq: null,
    refusal: null,
  };
}

const two: Outbox = queued(queued([], pending('a')), pending('b'));

test('one at a time, in the order in which they were written', () => {
  expect(nextToSend(two, 1)?.clientId).toBe('a');
  expect(nextToSend(acknowledged(two, 'a', 5), 1)?.clientId).toBe('b');
  expect(nextToSend(two, 2)).toBeUndefined();
});

test('a refused message stands in nobody’s way, and goes out again under the same id', () => {
  const now = refused(two, 'a', 'conversation.dismissed', 'dismissed');
  expect(nextToSend(now, 1)?.clientId).toBe('b');
  const again = retried(now, 'a');
  expect(nextToSend(again, 1)).toMatchObject({ clientId: 'a', refusal: null });
});

test('what the log shows is on its way no more; what others sent under the same id is not mine', () => {
  const event = (sender: number) =>
    complete({
      conversation: 1,
      seq: 7,
      ordinal: 3,
      kind: 'message',
      sender,
      client_id: 'a',
      body: { type: 'text', text: 'a' },
    });
  expect(arrived(two, [event(7)], 7).map((one) => one.clientId)).toEqual(['b']);
  expect(arrived(two, [event(8)], 7)).toBe(two);
  expect(withdrawn(two, 'b').map((one) => one.clientId)).toEqual(['a']);
});

class Shelf implements Storage {
  [name: string]: unknown;
  get length() {
    return Object.keys(this).length;
  }
  clear() {
    for (const key of Object.keys(this)) delete this[key];
  }
  getItem(key: string) {
    return (this[key] as string | undefined) ?? null;
  }
  key(index: number) {
    return Object.keys(this)[index] ?? null;
  }
  removeItem(key: string) {
    delete this[key];
  }
  setItem(key: string, value: string) {
    this[key] = value;
  }
}

test('unsent messages and drafts outlive the page, and go when one signs out', () => {
  const shelf = new Shelf();
  keepUnsent(new Drawer(7, shelf), two);
  keepDraft(new Drawer(7, shelf), 1, { ...NO_DRAFT, text: 'half' });
  keepDraft(new Drawer(8, shelf), 1, { ...NO_DRAFT, text: 'theirs' });

  const later = new Drawer(7, shelf);
  expect(unsent<Pending>(later)).toEqual(two);
  expect(drafts(later)[1]?.text).toBe('half');
  later.empty();
  expect(unsent(new Drawer(7, shelf))).toEqual([]);
  expect(drafts(new Drawer(7, shelf))).toEqual({});
  expect(drafts(new Drawer(8, shelf))[1]?.text).toBe('theirs');
});

test('a device that keeps nothing, or kept nonsense, still works', () => {
  const full = new Shelf();
  full.setItem = () => {
    throw new Error('full');
  };
  const drawer = new Drawer(7, full);
  keepUnsent(drawer, two);
  expect(unsent(drawer)).toEqual(two);

  const odd = new Shelf();
  odd.setItem('yanxin:7:unsent', '{"not":"a list"}');
  odd.setItem('yanxin:7:drafts', '}{');
  expect(unsent(new Drawer(7, odd))).toEqual([]);
  expect(drafts(new Drawer(7, odd))).toEqual({});
  expect(unsent(new Drawer(7, null))).toEqual([]);
});

test('an empty draft is none', () => {
  const drawer = new Drawer(7, null);
  keepDraft(drawer, 1, { ...NO_DRAFT, text: 'x' });
  expect(keepDraft(drawer, 1, { ...NO_DRAFT, text: '  ' })).toEqual({});
});

test('whoever is still named in the text is spoken to', () => {
  const chosen = [
    { id: 9, name: '张三' },
    { id: 10, name: '李四' },
    { id: EVERYBODY, name: '所有人' },
  ];
  expect(bodyOf(' @张三 在吗 ', chosen, null)).toEqual({
    type: 'text',
    text: '@张三 在吗',
    mentions: [9],
    mention_all: false,
  });
  expect(bodyOf('@所有人 停电', chosen, null)).toMatchObject({ mentions: [], mention_all: true });
  expect(bodyOf('  if x:\n    y\n', chosen, 'python')).toEqual({
    type: 'code',
    text: '  if x:\n    y',
    language: 'python',
  });
});

test('an @ after a space or a Chinese sign begins a mention, one in an address does not', () => {
  expect(mentionAt('你好@li', 5)).toEqual({ words: 'li', from: 2 });
  expect(mentionAt('@', 1)).toEqual({ words: '', from: 0 });
  expect(mentionAt('a@b', 3)).toBeNull();
  expect(mentionAt('@li x', 5)).toBeNull();
});
