/** The examples that the server's tests read too: events in, the same picture out. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Conversation, Event } from '../src/protocol/generated';
import { complete } from '../src/state/events';
import { EMPTY_LOG, tail } from '../src/state/log';
import { conversationsTold, eventHeard, type Office, pageRead } from '../src/state/office';
import { me, officeOf } from './office';

interface Example {
  name: string;
  about: string;
  me: number;
  before: { conversation: Conversation; log: Event[] };
  events: Event[];
  after: { conversation: Conversation; log: Event[] } | null;
  gap: { after: number } | null;
}

const folder = new URL('../../protocol/examples/', import.meta.url);
const examples = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Example)
  .filter((example) => 'before' in example && 'events' in example);

function begin({ me: id, before }: Example): Office {
  const known = conversationsTold(officeOf(me(id)), [before.conversation]);
  return pageRead(known, before.conversation.id, { items: before.log, head: before.conversation.head });
}

function shown(office: Office, id: number) {
  const conversation = office.conversations.get(id);
  if (!conversation) return null;
  return {
    conversation: { ...conversation, last: conversation.last && complete(conversation.last) },
    log: (tail(office.logs.get(id) ?? EMPTY_LOG) ?? []).map((held) => held.event),
  };
}

describe('every example of the protocol', () => {
  test.each(examples.map((one) => [one.name, one] as const))('%s', (_, example) => {
    let office = begin(example);
    let gap: { after: number | null } | null = null;
    for (const event of example.events) {
      const heard = eventHeard(office, event);
      office = heard.office;
      if (heard.gap) gap = { after: heard.gap.after };
    }

    const id = example.before.conversation.id;
    const { after } = example;
    expect(shown(office, id)).toEqual(
      after && {
        conversation: {
          ...after.conversation,
          last: after.conversation.last && complete(after.conversation.last),
        },
        log: after.log.map(complete),
      },
    );
    expect(gap).toEqual(example.gap);
  });

  test('there is one for every kind of event', () => {
    const kinds = new Set(examples.flatMap((one) => one.events.map((event) => event.kind)));
    for (const kind of [
      'message',
      'edit',
      'recall',
      'reaction',
      'member_joined',
      'member_left',
      'renamed',
      'role_changed',
      'dismissed',
      'hidden',
    ]) {
      expect(kinds).toContain(kind);
    }
  });
});
