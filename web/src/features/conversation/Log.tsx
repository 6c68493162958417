/**
 * The log of the open conversation: stays at the newest unless one scrolls up, reads older pages on the
 * way up, tells how far one has read, jumps to what is quoted.
 */
import {
  type KeyboardEvent,
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { Badge } from '../../design/controls';
import { Icon } from '../../design/Icon';
import { Empty, Failure, LogSkeleton } from '../../design/states';
import { useIsLooking } from '../../platform/attention';
import { useSay } from '../../platform/words';
import type { Conversation } from '../../protocol/generated';
import { useKnown, useOffice, usePeople, useSession } from '../../session/hooks';
import { isSelf, peopleIn } from '../../session/sentences';
import { EMPTY_LOG, firstSeq, lastSeq, runAt, tail } from '../../state/log';
import { type Item, itemsOf, seqOf } from './items';
import { Line } from './Line';
import type { MessageWishes } from './Message';
import './log.css';

const NEAR_PX = 240;
const STUCK_PX = 24;
const FLASH_MS = 1600;

export interface LogHandle {
  jump(seq: number): void;
  newest(): void;
}

export function Log({
  conversation,
  wishes,
  ref,
}: {
  conversation: Conversation;
  wishes: MessageWishes;
  ref?: Ref<LogHandle>;
}) {
  const say = useSay();
  const session = useSession();
  const id = conversation.id;
  const me = useOffice((office) => office.me.id);
  const log = useOffice((office) => office.logs.get(id)) ?? EMPTY_LOG;
  const outbox = useOffice((office) => office.outbox);
  const isLive = useKnown((known) => known.link === 'live');
  const isLooking = useIsLooking();

  // Where one came in: what is unread then is marked as new, and shown first.
  const [newAfter, setNewAfter] = useState(conversation.unread > 0 ? conversation.cursor.seq : null);
  const [anchor, setAnchor] = useState<number | null>(newAfter);
  const [failed, setFailed] = useState(false);
  const [flash, setFlash] = useState<number | null>(null);
  const [isStuck, setStuck] = useState(true);
  const [epoch, setEpoch] = useState(0);

  const newest = tail(log);
  const run = (anchor === null ? undefined : runAt(log, anchor)) ?? newest;
  const isNewest = run !== undefined && run === newest && lastSeq(run) >= conversation.head.seq;

  const items = useMemo(
    () =>
      run
        ? itemsOf({
            run,
            me,
            first: conversation.first,
            newAfter,
            pending: run === newest ? outbox.filter((one) => one.conversation === id) : [],
          })
        : [],
    [run, newest, me, conversation.first, newAfter, outbox, id],
  );
  usePeople(
    useMemo(
      () => [...new Set(items.flatMap((item) => ('event' in item ? peopleIn(item.event) : [])))],
      [items],
    ),
  );

  const view = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const stuck = useRef(true);
  const loading = useRef(false);
  const placed = useRef(-1);
  const prepending = useRef(false);

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

  // The newest part, or the surroundings of the first unread; again whenever the link comes back.
  // biome-ignore lint/correctness/useExhaustiveDependencies: entering and coming back are the only occasions
  useEffect(() => {
    if (!isLive) return;
    void load(async () => {
      await session.history.latest(id);
      const now = session.store.getState().office.logs.get(id) ?? EMPTY_LOG;
      if (newAfter !== null && !runAt(now, newAfter + 1)) await session.history.around(id, newAfter + 1);
    });
  }, [session, id, isLive]);

  const readOn = useCallback(() => {
    const handle = list.current;
    if (!handle || !run || items.length === 0) return;
    const bottom = handle.scrollOffset + handle.viewportSize;
    const atEnd = bottom >= handle.scrollSize - STUCK_PX;
    stuck.current = atEnd && run === newest;
    setStuck(stuck.current);

    if (handle.scrollOffset < NEAR_PX && firstSeq(run) > conversation.first) {
      void load(async () => {
        prepending.current = true;
        await session.history.older(id, firstSeq(run));
      });
    } else if (run !== newest && bottom > handle.scrollSize - NEAR_PX) {
      void load(() => session.history.newer(id, lastSeq(run)));
    }

    const last = items[handle.findItemIndex(bottom - 8)];
    const seen = atEnd ? lastSeq(run) : lastSeen(items, last);
    if (document.hasFocus() && document.visibilityState === 'visible' && seen !== null)
      session.cursors.read(id, seen);
    watchReaders(items, handle, bottom);

    function watchReaders(all: readonly Item[], at: VirtualizerHandle, end: number): void {
      const from = at.findItemIndex(at.scrollOffset);
      const to = at.findItemIndex(end);
      const mine = all
        .slice(from, to + 1)
        .flatMap((item) => (item.kind === 'message' && item.event.sender === me ? [item.event.seq] : []));
      if (mine.length > 0) session.hints.watchReaders(id, mine);
    }
  }, [run, newest, items, conversation.first, id, session, load, me]);

  // Where to stand when the lines are first there, and at the end whenever one stood there.
  const initial = items.findIndex((item) =>
    anchor !== null && anchor === newAfter ? item.kind === 'new' : seqOf(item) === anchor,
  );
  useLayoutEffect(() => {
    prepending.current = false;
    const handle = list.current;
    if (!handle || items.length === 0) return;
    if (placed.current !== epoch) {
      placed.current = epoch;
      if (initial >= 0) {
        stuck.current = false;
        handle.scrollToIndex(initial, { align: anchor === newAfter ? 'start' : 'center' });
      } else handle.scrollToIndex(items.length - 1, { align: 'end' });
    } else if (stuck.current) handle.scrollToIndex(items.length - 1, { align: 'end' });
  }, [items, epoch, initial, anchor, newAfter]);

  // Reading goes on when lines come, when one looks again, and when the window changes.
  // biome-ignore lint/correctness/useExhaustiveDependencies: these are the occasions
  useEffect(() => {
    const frame = requestAnimationFrame(readOn);
    return () => cancelAnimationFrame(frame);
  }, [readOn, isLooking]);

  useEffect(() => {
    const element = view.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      const end = list.current;
      if (end && stuck.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

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
      setAnchor(null);
      stuck.current = true;
      setEpoch((now) => now + 1);
    }
    writtenBefore.current = written;
  }, [written]);

  useEffect(() => {
    if (flash === null) return undefined;
    const timer = setTimeout(() => setFlash(null), FLASH_MS);
    return () => clearTimeout(timer);
  }, [flash]);

  const jump = useCallback(
    (seq: number) => {
      void load(async () => {
        await session.history.around(id, seq);
        stuck.current = false;
        setAnchor(seq);
        setFlash(seq);
        setEpoch((now) => now + 1);
      });
    },
    [session, id, load],
  );
  const toNewest = useCallback(() => {
    setAnchor(null);
    stuck.current = true;
    setEpoch((now) => now + 1);
  }, []);
  useImperativeHandle(ref, () => ({ jump, newest: toNewest }), [jump, toNewest]);

  if (!run) {
    if (failed) return <Failure title={say('talk.failed')} hint={say('talk.failedHint')} />;
    if (conversation.head.seq >= conversation.first) return <LogSkeleton label={say('common.loading')} />;
  }
  const isEmpty = !items.some(
    (item) => item.kind === 'message' || item.kind === 'pending' || item.kind === 'recalled',
  );

  return (
    <div className="log-box">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling log must be reachable by keyboard */}
      <div
        ref={view}
        className="log"
        role="log"
        aria-label={say('talk.log')}
        tabIndex={0}
        onKeyDown={walk}
        data-testid="log"
      >
        <div className="log-space">
          {isEmpty && (
            <Empty
              icon="chat"
              title={say('talk.emptyTitle')}
              hint={say(isSelf(conversation, me) ? 'talk.selfHint' : 'talk.emptyHint')}
            />
          )}
        </div>
        <Virtualizer
          key={`${id}-${anchor === null ? 'newest' : epoch}`}
          ref={list}
          scrollRef={view}
          data={items}
          shift={prepending.current}
          itemSize={64}
          onScroll={readOn}
          onScrollEnd={readOn}
        >
          {(item: Item) => (
            <div key={item.key} className={`line${item.kind === 'message' && !item.leads ? ' tight' : ''}`}>
              <Line
                item={item}
                conversation={conversation}
                me={me}
                isFlashing={flash !== null && seqOf(item) === flash}
                wishes={wishes}
                onJump={jump}
              />
            </div>
          )}
        </Virtualizer>
      </div>
      {(!isStuck || !isNewest) && run && (
        <button
          type="button"
          className="to-newest"
          onClick={toNewest}
          data-testid="to-newest"
          aria-label={say('talk.toNewest')}
        >
          <Icon name="down" size={18} />
          {conversation.unread > 0 ? <Badge count={conversation.unread} /> : null}
        </button>
      )}
    </div>
  );
}

/** The newest seq at or above `last`. */
function lastSeen(items: readonly Item[], last: Item | undefined): number | null {
  if (!last) return null;
  for (let index = items.indexOf(last); index >= 0; index--) {
    const seq = seqOf(items[index]);
    if (seq !== null) return seq;
  }
  return null;
}

/** Arrows walk from message to message. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const target = event.target as HTMLElement;
  if (target !== event.currentTarget && !target.matches('article')) return;
  const messages = [...event.currentTarget.querySelectorAll<HTMLElement>('article')];
  const now = messages.indexOf(document.activeElement as HTMLElement);
  const to = now < 0 ? messages.length - 1 : now + (event.key === 'ArrowDown' ? 1 : -1);
  event.preventDefault();
  messages[to]?.focus();
}
