/** Which part of the log is shown, and how more of it comes. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useIsLooking } from '../../platform/attention';
import type { Conversation } from '../../protocol/generated';
import { useKnown, useOffice, usePeople, useSession } from '../../session/hooks';
import { peopleIn } from '../../session/sentences';
import { EMPTY_LOG, firstSeq, lastSeq, type Run, runAt, tail } from '../../state/log';
import { type Item, itemsOf } from './items';

export interface LogView {
  readonly run: Run | undefined;
  readonly items: readonly Item[];
  /** Whether the run goes up to the head. */
  readonly isNewest: boolean;
  /** The place one came for; null means the newest. */
  readonly anchor: number | null;
  /** Raised whenever one goes somewhere else, so that the list is placed anew. */
  readonly epoch: number;
  readonly failed: boolean;
  older(): void;
  newer(): void;
  /** Goes to `seq`; resolves when it is there. */
  jump(seq: number): Promise<void>;
  toNewest(): void;
}

export function useLogView(conversation: Conversation): LogView {
  const session = useSession();
  const { id, first } = conversation;
  const me = useOffice((office) => office.me.id);
  const log = useOffice((office) => office.logs.get(id)) ?? EMPTY_LOG;
  const outbox = useOffice((office) => office.outbox);
  const isLive = useKnown((known) => known.link === 'live');
  const isLooking = useIsLooking();

  // Where one came in: what is unread then is marked as new, and shown first.
  const [newAfter, setNewAfter] = useState(conversation.unread > 0 ? conversation.cursor.seq : null);
  const [anchor, setAnchor] = useState(newAfter === null ? null : newAfter + 1);
  const [epoch, setEpoch] = useState(0);
  const [failed, setFailed] = useState(false);
  const loading = useRef(false);

  const newest = tail(log);
  // Never the newest for want of the one that is meant: what is shown counts as read.
  const run = anchor === null ? newest : runAt(log, anchor);
  const isNewest = run !== undefined && run === newest && lastSeq(run) >= conversation.head.seq;

  const pending = useMemo(
    () => (run === newest ? outbox.filter((one) => one.conversation === id) : []),
    [run, newest, outbox, id],
  );
  const items = useMemo(
    () => (run || pending.length > 0 ? itemsOf({ run: run ?? [], me, first, newAfter, pending }) : []),
    [run, me, first, newAfter, pending],
  );
  usePeople(
    useMemo(
      () => [...new Set(items.flatMap((item) => ('event' in item ? peopleIn(item.event) : [])))],
      [items],
    ),
  );

  const load = useCallback(async (work: () => Promise<unknown>) => {
    if (loading.current) return;
    loading.current = true;
    try {
      await work();
      setFailed(false);
    } catch {
      setFailed(true);
    } finally {
      loading.current = false;
    }
  }, []);

  const toNewest = useCallback(() => {
    setAnchor(null);
    setEpoch((now) => now + 1);
  }, []);

  // The newest part, or the surroundings of the first unread; again whenever the link comes back.
  // biome-ignore lint/correctness/useExhaustiveDependencies: entering and coming back are the only occasions
  useEffect(() => {
    if (!isLive) return;
    void load(async () => {
      await session.history.latest(id);
      if (anchor === null) return;
      await session.history.around(id, anchor);
      if (!runAt(session.store.getState().office.logs.get(id) ?? EMPTY_LOG, anchor)) toNewest();
    });
  }, [session, id, isLive]);

  // What comes while one looks away is new when one looks again.
  useEffect(() => {
    if (!isLooking && newAfter === null && conversation.unread > 0) setNewAfter(conversation.cursor.seq);
  }, [isLooking, newAfter, conversation.unread, conversation.cursor.seq]);

  // Whoever writes has seen what was new.
  const written = outbox.filter((one) => one.conversation === id).length;
  const writtenBefore = useRef(written);
  useEffect(() => {
    if (written > writtenBefore.current) {
      setNewAfter(null);
      toNewest();
    }
    writtenBefore.current = written;
  }, [written, toNewest]);

  const older = useCallback(() => {
    if (run && firstSeq(run) > first) void load(() => session.history.older(id, firstSeq(run)));
  }, [run, first, id, session, load]);
  const newer = useCallback(() => {
    if (run && !isNewest) void load(() => session.history.newer(id, lastSeq(run)));
  }, [run, isNewest, id, session, load]);
  const jump = useCallback(
    (seq: number) =>
      load(async () => {
        await session.history.around(id, seq);
        setAnchor(seq);
        setEpoch((now) => now + 1);
      }),
    [id, session, load],
  );

  return { run, items, isNewest, anchor, epoch, failed, older, newer, jump, toNewest };
}
