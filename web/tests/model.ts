/**
 * A server in a page, to hold the client's fold against: it keeps every event as it was written and
 * answers as the real one does, by looking at the whole log each time. Nothing here is shared with
 * the code under test but the wire's types.
 */
import type { Conversation, Event, Events, ReactionCount } from '../src/protocol/generated';

export const HERE = 5;

interface Written {
  seq: number;
  ordinal: number;
  nth: number | null;
  kind: string;
  sender: number;
  target: number | null;
  clientId: string | null;
  body: Event['body'];
}

export class Model {
  readonly log: Written[] = [];
  private readonly cursor = { seq: 0 };
  private members = new Set<number>();
  private title = 'one';
  private readonly me: number;

  constructor(me: number, people: readonly number[]) {
    this.me = me;
    this.write('member_joined', people[0] ?? me, { body: { type: 'members', user_ids: [...people] } });
    this.members = new Set(people);
  }

  get head(): number {
    return this.log.length;
  }

  write(
    kind: string,
    sender: number,
    more: { target?: number; body?: Event['body']; clientId?: string },
  ): void {
    const isMessage = kind === 'message';
    const mine = this.log.filter((one) => one.kind === 'message' && one.sender === sender).length;
    this.log.push({
      seq: this.head + 1,
      ordinal: this.log.filter((one) => one.kind === 'message').length + (isMessage ? 1 : 0),
      nth: isMessage ? mine + 1 : null,
      kind,
      sender,
      target: more.target ?? null,
      clientId: more.clientId ?? null,
      body: more.body ?? null,
    });
    if (kind === 'renamed' && more.body?.type === 'title') this.title = more.body.title;
    if (kind === 'member_joined' && more.body?.type === 'members')
      for (const id of more.body.user_ids) this.members.add(id);
    if (kind === 'member_left' && more.body?.type === 'members')
      for (const id of more.body.user_ids) this.members.delete(id);
  }

  isMember(user: number): boolean {
    return this.members.has(user);
  }

  messages(): Written[] {
    return this.log.filter((one) => one.kind === 'message' && !this.isRecalled(one.seq, this.head));
  }

  isRecalled(seq: number, head: number): boolean {
    return this.about(seq, head).some((one) => one.kind === 'recall');
  }

  read(seq: number): void {
    this.cursor.seq = Math.max(this.cursor.seq, seq);
  }

  /** The event at `seq` as it stood when the head was at `head`. */
  event(seq: number, head = this.head): Event {
    const one = this.log[seq - 1];
    if (!one) throw new Error(`no event ${seq}`);
    const event: Event = {
      conversation: HERE,
      seq,
      ordinal: one.ordinal,
      kind: one.kind,
      nth: one.nth,
      at: moment(seq),
      sender: one.sender,
      client_id: one.clientId,
      target: one.target,
      reply_to: null,
      edited_at: null,
      recalled_at: null,
      body: one.body ?? null,
      reactions: [],
    };
    if (one.kind === 'message') {
      const later = this.about(seq, head);
      const edits = later.filter((other) => other.kind === 'edit');
      const edit = edits[edits.length - 1];
      const recall = later.find((other) => other.kind === 'recall');
      if (edit) {
        event.body = edit.body ?? null;
        event.edited_at = moment(edit.seq);
      }
      if (recall) {
        event.body = null;
        event.recalled_at = moment(recall.seq);
      }
      event.reactions = reactionsOf(later);
    }
    if (one.kind === 'edit' && one.target !== null) {
      const later = this.about(one.target, head).filter((other) => other.seq > seq);
      if (later.some((other) => other.kind === 'edit' || other.kind === 'recall')) event.body = null;
    }
    return event;
  }

  page(from: number, to: number): Events {
    const seqs: number[] = [];
    for (let seq = Math.max(1, from); seq <= Math.min(to, this.head); seq++) seqs.push(seq);
    return {
      items: seqs.map((seq) => this.event(seq)),
      head: { seq: this.head, ordinal: this.log[this.head - 1]?.ordinal ?? 0 },
    };
  }

  conversation(): Conversation {
    const messages = this.log.filter((one) => one.kind === 'message');
    const last = messages[messages.length - 1];
    const mine = messages.filter((one) => one.sender === this.me);
    const unread = messages.filter((one) => one.seq > this.cursor.seq && one.sender !== this.me);
    return {
      id: HERE,
      kind: 'group',
      title: this.title,
      peer: null,
      head: { seq: this.head, ordinal: messages.length },
      first: 1,
      cursor: { seq: this.cursor.seq, ordinal: messages.filter((one) => one.seq <= this.cursor.seq).length },
      nth: mine.length,
      cursor_nth: mine.filter((one) => one.seq <= this.cursor.seq).length,
      unread: unread.length,
      mentions: unread.filter((one) => this.mentionsMe(one.seq)).length,
      last: last ? this.event(last.seq) : null,
      members_count: this.members.size,
      my: { role: 'member', muted: false, pinned: false, hidden: false, unread_mark: false },
      created_at: moment(0),
      dismissed_at: null,
    };
  }

  private mentionsMe(seq: number): boolean {
    const body = this.event(seq).body;
    return body?.type === 'text' && (!!body.mention_all || (body.mentions ?? []).includes(this.me));
  }

  private about(seq: number, head: number): Written[] {
    return this.log.filter((one) => one.target === seq && one.seq <= head);
  }
}

function reactionsOf(later: readonly Written[]): ReactionCount[] {
  const held: ReactionCount[] = [];
  for (const { sender, body } of later) {
    if (body?.type !== 'reaction') continue;
    const index = held.findIndex((one) => one.emoji === body.emoji);
    const users = (held[index]?.users ?? []).filter((user) => user !== sender);
    const wasOn = (held[index]?.users.length ?? 0) > users.length;
    if (body.on && !wasOn) {
      if (index >= 0) held[index] = { emoji: body.emoji, users: [...users, sender] };
      else held.push({ emoji: body.emoji, users: [sender] });
    } else if (!body.on && wasOn) {
      if (users.length === 0) held.splice(index, 1);
      else held[index] = { emoji: body.emoji, users };
    }
  }
  return held;
}

function moment(seq: number): string {
  return new Date(Date.UTC(2026, 10, 24, 2, 0, seq)).toISOString();
}
