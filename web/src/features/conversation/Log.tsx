/**
 * The log of the open conversation: stays at the newest unless one scrolls up, asks for older pages on
 * the way up, tells how far one has read, jumps to what is quoted.
 */
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Virtualizer, type VirtualizerHandle } from 'virtua';
import { Badge } from '../../design/controls';
import { Icon } from '../../design/Icon';
import { Empty, Failure, LogSkeleton } from '../../design/states';
import { isLooking, useIsLooking } from '../../platform/attention';
import { useSay } from '../../platform/words';
import type { Conversation } from '../../protocol/generated';
import { useOffice, useSession } from '../../session/hooks';
import { isSelf } from '../../session/sentences';
import { lastSeq } from '../../state/log';
import { type Item, placeOf, seqAbove, seqOf } from './items';
import { Line } from './Line';
import { useLogView } from './logView';
import type { MessageWishes } from './Message';
import './log.css';

const NEAR_PX = 240;
const STUCK_PX = 24;
const FLASH_MS = 1600;
/** Placing a list goes on until it has stood still for some frames, or for at most so many. */
const CALM_FRAMES = 3;
const MOST_FRAMES = 30;

export function Log({ conversation, wishes }: { conversation: Conversation; wishes: MessageWishes }) {
  const say = useSay();
  const session = useSession();
  const { id } = conversation;
  const me = useOffice((office) => office.me.id);
  const looks = useIsLooking();
  const view = useLogView(conversation);
  const { run, items, isNewest, anchor, epoch, older, newer, jump } = view;
  const [flash, setFlash] = useState<number | null>(null);
  const [isAtEnd, setAtEnd] = useState(true);

  const box = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  /** Whether one stands at the newest end and is to stay there. */
  const stuck = useRef(true);
  const lastTop = useRef(0);
  const placed = useRef(-1);
  const firstLine = useRef<{ key: string; index: number } | null>(null);

  const look = useCallback(() => {
    const handle = list.current;
    // While the list is being placed, what flits by is not read.
    if (!handle || !run || items.length === 0 || placed.current !== epoch) return;
    const bottom = handle.scrollOffset + handle.viewportSize;
    const atEnd = bottom >= handle.scrollSize - STUCK_PX;
    const hasGoneUp = handle.scrollOffset < lastTop.current;
    lastTop.current = handle.scrollOffset;
    if (stuck.current && !atEnd && !hasGoneUp) {
      // Nobody scrolled: lines turned out taller than they were thought.
      toEnd(box.current);
      return;
    }
    stuck.current = atEnd && isNewest;
    setAtEnd(atEnd);
    if (handle.scrollOffset < NEAR_PX) older();
    if (bottom > handle.scrollSize - NEAR_PX) newer();

    const last = handle.findItemIndex(bottom - 8);
    const seen = atEnd ? lastSeq(run) : seqAbove(items, last);
    if (isLooking() && seen !== null) session.cursors.read(id, seen);
    const mine = items
      .slice(handle.findItemIndex(handle.scrollOffset), last + 1)
      .flatMap((item) => (item.kind === 'message' && item.event.sender === me ? [item.event.seq] : []));
    if (mine.length > 0) session.hints.watchReaders(id, mine);
  }, [run, items, isNewest, epoch, older, newer, session, id, me]);
  const latestLook = useRef(look);
  latestLook.current = look;

  // Placed where one came for, and kept at the end for whoever stands there. Lines are measured only when
  // they are drawn, and move those below them, so it is placed again in each frame until nothing moves.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || items.length === 0 || (placed.current === epoch && !stuck.current)) return undefined;
    const target = placed.current === epoch ? null : placeOf(items, anchor);
    stuck.current = target === null;
    let frame = 0;
    let calm = 0;
    let left = MOST_FRAMES;
    let before = '';
    const place = () => {
      if (target) list.current?.scrollToIndex(target.index, { align: target.align });
      else toEnd(element);
      const now = `${element.scrollTop} ${element.scrollHeight}`;
      calm = now === before ? calm + 1 : 0;
      before = now;
      left -= 1;
      if (calm < CALM_FRAMES && left > 0) {
        frame = requestAnimationFrame(place);
        return;
      }
      placed.current = epoch;
      latestLook.current();
    };
    place();
    return () => cancelAnimationFrame(frame);
  }, [items, epoch, anchor]);

  // Reading goes on when lines come and when one looks again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: looking again is an occasion
  useEffect(() => {
    const frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, [look, looks]);

  // A composer that grows takes room from below, and a line may grow when it is drawn or its picture comes;
  // whoever stands at the end stays there.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each epoch has a list of its own
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => {
      if (stuck.current) toEnd(element);
    });
    observer.observe(element);
    if (element.lastElementChild) observer.observe(element.lastElementChild);
    return () => observer.disconnect();
  }, [epoch]);

  useEffect(() => {
    if (flash === null) return undefined;
    const timer = setTimeout(() => setFlash(null), FLASH_MS);
    return () => clearTimeout(timer);
  }, [flash]);

  const goTo = useCallback(
    (seq: number) => {
      void jump(seq).then(() => setFlash(seq));
    },
    [jump],
  );

  // Lines that come before the first keep the rest where it is.
  const before = firstLine.current;
  const isPrepended = before !== null && items.findIndex((item) => item.key === before.key) > before.index;
  useLayoutEffect(() => {
    const index = items.findIndex((item) => seqOf(item) !== null);
    const key = items[index]?.key;
    firstLine.current = key === undefined ? null : { key, index };
  }, [items]);

  const isReadable = conversation.head.seq >= conversation.first;
  const isEmpty = !items.some(
    (item) => item.kind === 'message' || item.kind === 'pending' || item.kind === 'recalled',
  );
  return (
    <div className="log-box">
      <div
        ref={box}
        className="log"
        role="log"
        aria-label={say('talk.log')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling log must be reachable by keyboard
        tabIndex={0}
        onKeyDown={walk}
        data-testid="log"
      >
        <div className="log-space">
          {!run && isReadable && items.length === 0 ? (
            view.failed ? (
              <Failure title={say('talk.failed')} hint={say('talk.failedHint')} />
            ) : (
              <LogSkeleton label={say('common.loading')} />
            )
          ) : (
            isEmpty && (
              <Empty
                icon="chat"
                title={say('talk.emptyTitle')}
                hint={say(isSelf(conversation, me) ? 'talk.selfHint' : 'talk.emptyHint')}
              />
            )
          )}
        </div>
        <Virtualizer
          key={epoch}
          ref={list}
          scrollRef={box}
          data={items}
          shift={isPrepended}
          itemSize={64}
          onScroll={look}
          onScrollEnd={look}
        >
          {(item: Item) => (
            <div key={item.key} className={`line${item.kind === 'message' && !item.leads ? ' tight' : ''}`}>
              <Line
                item={item}
                conversation={conversation}
                me={me}
                isFlashing={flash !== null && seqOf(item) === flash}
                wishes={wishes}
                onJump={goTo}
              />
            </div>
          )}
        </Virtualizer>
      </div>
      {run && !(isAtEnd && isNewest) && (
        <button
          type="button"
          className="to-newest"
          onClick={() => {
            view.toNewest();
            // The button goes; whoever came here by keyboard stays in the log.
            box.current?.focus({ preventScroll: true });
          }}
          data-testid="to-newest"
          aria-label={say('talk.toNewest')}
        >
          <Icon name="down" size={18} />
          <Badge count={conversation.unread} />
        </button>
      )}
    </div>
  );
}

function toEnd(element: HTMLElement | null): void {
  if (element) element.scrollTop = element.scrollHeight;
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
