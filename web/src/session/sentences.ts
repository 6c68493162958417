/** What people, conversations and events are called in the reader's words. */
import { plain } from '../design/prose/markdown';
import type { Say } from '../platform/words';
import type { Conversation, User } from '../protocol/generated';
import { complete, type LogEvent } from '../state/events';
import type { Office } from '../state/office';

export type Names = Office['people'];

export function nameOf(people: Names, id: number | null, say: Say): string {
  if (id === null) return '';
  return people.get(id)?.display_name ?? say('common.unknownPerson', { id });
}

export function isSelf(conversation: Conversation, me: number): boolean {
  return conversation.kind === 'direct' && conversation.peer === me;
}

export function titleOf(conversation: Conversation, me: number, people: Names, say: Say): string {
  if (isSelf(conversation, me)) return say('inbox.self');
  if (conversation.kind === 'direct') return nameOf(people, conversation.peer, say);
  return conversation.title ?? `# ${conversation.id}`;
}

/** A group without a name is called by its members. */
export function titleFromNames(names: readonly string[], say: Say): string {
  const some = names.slice(0, 4).join('、');
  return (names.length > 4 ? `${some}${say('common.and')}` : some).slice(0, 100);
}

/** One line that stands for a message in lists and quotes. */
export function lineOf(event: LogEvent, say: Say): string {
  const body = event.body;
  if (body?.type === 'text') return plain(body.text);
  if (body?.type === 'code')
    return `${say('message.code')} ${body.text.split('\n', 1)[0] ?? ''}`.slice(0, 200);
  return say('message.unknown');
}

/** The line under a conversation's name. */
export function previewOf(conversation: Conversation, me: number, people: Names, say: Say): string {
  if (!conversation.last) return '';
  const last = complete(conversation.last);
  if (last.recalled_at !== null) return recallLine(last, me, people, say);
  const line = lineOf(last, say);
  if (conversation.kind === 'direct' || last.sender === me || last.sender === null) return line;
  return `${nameOf(people, last.sender, say)}：${line}`;
}

export function recallLine(message: LogEvent, me: number, people: Names, say: Say): string {
  if (message.sender === me) return say('message.recalledMine');
  return say('message.recalled', { name: nameOf(people, message.sender, say) });
}

/** The line in the log for what is not a message; null for what shows elsewhere. */
export function systemLine(event: LogEvent, me: number, people: Names, say: Say): string | null {
  const name = (id: number | null) => (id === me ? say('system.you') : nameOf(people, id, say));
  const who = name(event.sender);
  const body = event.body;
  switch (event.kind) {
    case 'member_joined':
    case 'member_left': {
      if (body?.type !== 'members') return null;
      const others = body.user_ids.filter((id) => id !== event.sender);
      const whom = listed(others.map(name), say);
      if (event.kind === 'member_joined') {
        if (others.length > 0) return say('system.joined', { who, whom });
        return event.seq === 1 ? say('system.created', { who }) : say('system.joinedSelf', { who });
      }
      return others.length > 0 ? say('system.removed', { who, whom }) : say('system.left', { who });
    }
    case 'renamed':
      return body?.type === 'title' ? say('system.renamed', { who, title: body.title }) : null;
    case 'role_changed':
      return body?.type === 'role' ? say(`system.${body.role}`, { whom: name(body.user_id) }) : null;
    case 'dismissed':
      return say('system.dismissed', { who });
    default:
      return null;
  }
}

/** The people whose names a line about `event` needs. */
export function peopleIn(event: LogEvent): number[] {
  const ids = event.sender === null ? [] : [event.sender];
  const body = event.body;
  if (body?.type === 'members') ids.push(...body.user_ids.slice(0, 10));
  if (body?.type === 'role') ids.push(body.user_id);
  if (body?.type === 'text') ids.push(...(body.mentions ?? []));
  return ids;
}

function listed(names: readonly string[], say: Say): string {
  const some = names.slice(0, 5).join('、');
  return names.length > 5 ? `${some} ${say('common.and')}` : some;
}

export function byName(a: User, b: User): number {
  return a.display_name.localeCompare(b.display_name, 'zh-CN');
}
