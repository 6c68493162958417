/** Beginning conversations and changing what they are to me. */
import type {
  AddMembers,
  ChangeConversation,
  ChangeMember,
  ChangeMy,
  Conversation,
  Member,
  NewConversation,
  Page,
} from '../protocol/generated';
import { conversationsTold, membersTold, put } from '../state/office';
import { type Desk, office, update } from './desk';

/** Beyond this size the members of a group are not read unasked. */
export const SMALL_GROUP = 500;

export interface Conversations {
  /** The direct conversation with somebody, made if there is none; with oneself too. */
  direct(user: number): Promise<number>;
  group(title: string | null, members: number[]): Promise<number>;
  rename(conversation: number, title: string): Promise<void>;
  change(conversation: number, my: ChangeMy): Promise<void>;
  dismiss(conversation: number): Promise<void>;
  members(conversation: number): Promise<void>;
  invite(conversation: number, users: number[]): Promise<void>;
  remove(conversation: number, user: number): Promise<void>;
  leave(conversation: number): Promise<void>;
  setRole(conversation: number, user: number, role: Member['role']): Promise<void>;
}

export function conversations(desk: Desk): Conversations {
  const { rest } = desk;

  async function begin(wish: NewConversation): Promise<number> {
    const made = await rest.send<Conversation>('POST', ['conversations'], wish);
    update(desk, (now) => conversationsTold(now, [made]));
    return made.id;
  }

  async function patch(conversation: number, wish: ChangeConversation): Promise<void> {
    const now = await rest.send<Conversation | null>('PATCH', ['conversations', conversation], wish);
    if (now) update(desk, (before) => conversationsTold(before, [now]));
  }

  async function members(conversation: number): Promise<void> {
    const all: Member[] = [];
    let cursor: string | undefined;
    do {
      const page: Page = await rest.get(['conversations', conversation, 'members'], { limit: 200, cursor });
      all.push(...(page.items as Member[]));
      cursor = page.next ?? undefined;
    } while (cursor);
    update(desk, (now) => membersTold(now, conversation, all));
  }

  return {
    direct: (user) => begin({ kind: 'direct', member_ids: user === office(desk).me.id ? [] : [user] }),
    group: (title, ids) => begin({ kind: 'group', member_ids: ids, title }),
    rename: (conversation, title) => patch(conversation, { title }),
    async change(conversation, my) {
      const held = office(desk).conversations.get(conversation);
      // Shown at once; put back if the server refuses.
      if (held) update(desk, (now) => put(now, { ...held, my: { ...held.my, ...my } }));
      try {
        await patch(conversation, { my });
      } catch (error) {
        const now = office(desk).conversations.get(conversation);
        if (held && now) update(desk, (before) => put(before, { ...now, my: held.my }));
        throw error;
      }
    },
    async dismiss(conversation) {
      await rest.send('DELETE', ['conversations', conversation]);
    },
    members,
    async invite(conversation, users) {
      const wish: AddMembers = { user_ids: users };
      await rest.send('POST', ['conversations', conversation, 'members'], wish);
    },
    async remove(conversation, user) {
      await rest.send('DELETE', ['conversations', conversation, 'members', user]);
    },
    async leave(conversation) {
      await rest.send('DELETE', ['conversations', conversation, 'members', office(desk).me.id]);
      update(desk, (now) => conversationsTold(now, [], [conversation]));
    },
    async setRole(conversation, user, role) {
      const wish: ChangeMember = { role };
      await rest.send('PATCH', ['conversations', conversation, 'members', user], wish);
    },
  };
}
