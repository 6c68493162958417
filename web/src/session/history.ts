/** Reading the log: the newest part, older and newer pages, the surroundings of a place, what was missed. */
import { Refusal } from '../connection/problems';
import type { Conversation, Events } from '../protocol/generated';
import { EMPTY_LOG, firstSeq, lastSeq, runAt, tail } from '../state/log';
import { conversationsTold, type Gap, logDropped, pageRead } from '../state/office';
import { type Desk, office, update } from './desk';

export const PAGE = 50;
const LONG_PAGE = 200;
/** A longer hole is not filled; the conversation starts again at its newest page. */
const FILL_AT_MOST = 1000;

export interface History {
  /** Makes the newest part of the log present, without a hole up to the head. */
  latest(conversation: number): Promise<void>;
  /** The page before the run that holds `seq`; false at the beginning of what one may read. */
  older(conversation: number, seq: number): Promise<boolean>;
  newer(conversation: number, seq: number): Promise<void>;
  around(conversation: number, seq: number): Promise<void>;
  /** Asks for what is missing; one question at a time for each conversation. */
  fill(gap: Gap): Promise<void>;
  /** Asks how a conversation stands, or learns that it is not ours to see. */
  refresh(conversation: number): Promise<void>;
}

export function history(desk: Desk): History {
  const filling = new Map<number, Promise<void>>();

  async function page(conversation: number, where: Record<string, number>): Promise<Events> {
    const answer = await desk.socket.ask<Events>('events.list', { conversation, ...where });
    update(desk, (now) => pageRead(now, conversation, answer));
    return answer;
  }

  function log(conversation: number) {
    return office(desk).logs.get(conversation) ?? EMPTY_LOG;
  }

  async function refresh(conversation: number): Promise<void> {
    try {
      const told = await desk.rest.get<Conversation>(['conversations', conversation]);
      update(desk, (now) => conversationsTold(now, [told]));
    } catch (error) {
      if (!(error instanceof Refusal) || (error.status !== 404 && error.status !== 403)) throw error;
      update(desk, (now) => conversationsTold(now, [], [conversation]));
    }
  }

  async function latest(conversation: number): Promise<void> {
    const known = office(desk).conversations.get(conversation);
    if (!known) return;
    const { runs, followed } = log(conversation);
    const missing = known.head.seq - followed;
    if (runs.length > 0 && missing > 0 && missing <= LONG_PAGE) {
      await page(conversation, { after: followed, limit: LONG_PAGE });
      return;
    }
    if (runs.length > 0 && missing > 0) update(desk, (now) => logDropped(now, conversation));
    const newest = tail(log(conversation));
    const isHeld = newest !== undefined && lastSeq(newest) >= known.head.seq;
    if (!isHeld && known.head.seq >= known.first)
      await page(conversation, { before: known.head.seq + 1, limit: PAGE });
  }

  async function fillNow(gap: Gap): Promise<void> {
    if (gap.after === null) {
      await refresh(gap.conversation);
      return;
    }
    let after = gap.after;
    for (let filled = 0; filled < FILL_AT_MOST; filled += LONG_PAGE) {
      const answer = await page(gap.conversation, { after, limit: LONG_PAGE });
      const last = answer.items[answer.items.length - 1];
      if (!last || last.seq >= answer.head.seq) return;
      after = last.seq;
    }
    update(desk, (now) => logDropped(now, gap.conversation));
    await refresh(gap.conversation);
    if (desk.store.getState().open === gap.conversation) await latest(gap.conversation);
  }

  return {
    latest,
    refresh,
    async older(conversation, seq) {
      const run = runAt(log(conversation), seq);
      const first = office(desk).conversations.get(conversation)?.first ?? 1;
      const from = run ? firstSeq(run) : seq;
      if (from <= first) return false;
      const answer = await page(conversation, { before: from, limit: PAGE });
      return (answer.items[0]?.seq ?? first) > first;
    },
    async newer(conversation, seq) {
      const run = runAt(log(conversation), seq);
      await page(conversation, { after: run ? lastSeq(run) : seq, limit: PAGE });
    },
    async around(conversation, seq) {
      if (!runAt(log(conversation), seq)) await page(conversation, { around: seq, limit: PAGE });
    },
    fill(gap) {
      const running = filling.get(gap.conversation);
      if (running) return running;
      const work = fillNow(gap).finally(() => filling.delete(gap.conversation));
      filling.set(gap.conversation, work);
      return work;
    },
  };
}
