/** The list of conversations: find, filter, choose, and what may be done with each. */
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { VList } from 'virtua';
import { Button, IconButton } from '../../design/controls';
import { Icon } from '../../design/Icon';
import { Menu, type MenuItem, type Place } from '../../design/Menu';
import { Empty, ListSkeleton } from '../../design/states';
import { useSay } from '../../platform/words';
import type { Conversation } from '../../protocol/generated';
import { useTellFailure } from '../../session/failures';
import { useKnown, useOffice, usePeople, usePresence, useSession } from '../../session/hooks';
import { titleOf } from '../../session/sentences';
import { inOrder } from '../../state/conversations';
import { Row } from './Row';
import './inbox.css';

type Filter = 'all' | 'unread' | 'mentions' | 'direct';

const KEEPS: Readonly<Record<Filter, (one: Conversation) => boolean>> = {
  all: () => true,
  unread: (one) => one.unread > 0 || one.my.unread_mark,
  mentions: (one) => one.mentions > 0,
  direct: (one) => one.kind === 'direct',
};

/** Presence is watched for the first rows only; nobody looks further down. */
const WATCHED_ROWS = 60;

export function Inbox({
  open,
  onOpen,
  onBegin,
}: {
  open: number | null;
  onOpen(id: number): void;
  onBegin(): void;
}) {
  const say = useSay();
  const session = useSession();
  const conversations = useOffice((office) => office.conversations);
  const isGreeted = useOffice((office) => office.greeted);
  const me = useOffice((office) => office.me.id);
  const drafts = useKnown((known) => known.drafts);
  const [filter, setFilter] = useState<Filter>('all');
  const [words, setWords] = useState('');
  const [menu, setMenu] = useState<{ place: Place; id: number } | null>(null);
  const find = useRef<HTMLInputElement>(null);

  const ordered = useMemo(() => inOrder(conversations.values()), [conversations]);
  const peers = ordered
    .flatMap((one) => [one.peer, one.last?.sender])
    .filter((id): id is number => typeof id === 'number');
  const people = usePeople([...new Set(peers)].slice(0, 200));
  const watched = ordered
    .slice(0, WATCHED_ROWS)
    .flatMap((one) => (one.peer && one.peer !== me ? [one.peer] : []));
  const presence = usePresence(watched);

  const wanted = words.trim().toLowerCase();
  const rows = ordered.filter(
    (one) =>
      (KEEPS[filter](one) || one.id === open) && titleOf(one, me, people, say).toLowerCase().includes(wanted),
  );
  const unreadCount = ordered.filter(KEEPS.unread).length;
  const mentionCount = ordered.filter(KEEPS.mentions).length;

  useEffect(() => {
    const focus = (event: globalThis.KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'k') return;
      event.preventDefault();
      find.current?.focus();
      find.current?.select();
    };
    window.addEventListener('keydown', focus);
    return () => window.removeEventListener('keydown', focus);
  }, []);

  const failed = useTellFailure();

  function itemsFor(id: number): MenuItem[] {
    const one = conversations.get(id);
    if (!one) return [];
    const { my } = one;
    const set = (change: Parameters<typeof session.conversations.change>[1]) => () =>
      void session.conversations.change(id, change).catch(failed);
    const isUnread = one.unread > 0 || my.unread_mark;
    return [
      {
        key: 'pin',
        icon: 'pin',
        label: say(my.pinned ? 'inbox.unpin' : 'inbox.pin'),
        onChoose: set({ pinned: !my.pinned }),
      },
      {
        key: 'mute',
        icon: 'muted',
        label: say(my.muted ? 'inbox.unmute' : 'inbox.mute'),
        onChoose: set({ muted: !my.muted }),
      },
      isUnread
        ? {
            key: 'mark-read',
            icon: 'check',
            label: say('inbox.markRead'),
            onChoose: () => session.cursors.read(id, one.head.seq),
          }
        : {
            key: 'mark-unread',
            icon: 'chat',
            label: say('inbox.markUnread'),
            onChoose: set({ unread_mark: true }),
          },
      {
        key: 'hide',
        icon: 'close',
        apart: true,
        label: say('inbox.hide'),
        onChoose: () => {
          if (open === id) onOpen(0);
          set({ hidden: true })();
        },
      },
    ];
  }

  return (
    <div className="inbox" data-testid="inbox">
      <div className="inbox-head">
        <label className="find">
          <Icon name="search" size={16} />
          <span className="hush">{say('inbox.search')}</span>
          <input
            ref={find}
            type="search"
            placeholder={say('inbox.search')}
            value={words}
            data-testid="inbox-search"
            onChange={(event) => setWords(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setWords('');
              if (event.key === 'Enter' && rows[0]) onOpen(rows[0].id);
            }}
          />
          <kbd>Ctrl K</kbd>
        </label>
        <IconButton
          icon="plus"
          label={say('inbox.create')}
          onClick={onBegin}
          data-testid="new-conversation"
        />
      </div>
      <div className="tabs" role="tablist" aria-label={say('inbox.label')}>
        {(
          [
            ['all', say('inbox.all'), 0],
            ['unread', say('inbox.unread'), unreadCount],
            ['mentions', say('inbox.mentions'), mentionCount],
            ['direct', say('inbox.direct'), 0],
          ] as const
        ).map(([key, label, count]) => (
          <button
            key={key}
            type="button"
            role="tab"
            aria-selected={filter === key}
            className={filter === key ? 'on' : ''}
            onClick={() => setFilter(key)}
          >
            {label}
            {count > 0 && ` ${count}`}
          </button>
        ))}
      </div>
      {!isGreeted && conversations.size === 0 ? (
        <ListSkeleton rows={8} label={say('common.loading')} />
      ) : rows.length === 0 ? (
        ordered.length === 0 ? (
          <Empty icon="chat" title={say('inbox.emptyTitle')} hint={say('inbox.emptyHint')}>
            <Button primary onClick={onBegin}>
              {say('inbox.create')}
            </Button>
          </Empty>
        ) : (
          <Empty icon="search" title={say('inbox.emptyFilter')} hint={say('inbox.emptyFilterHint')} />
        )
      ) : (
        <VList className="rows" data={rows} onKeyDown={walk} data-testid="conversation-list">
          {(one) => (
            <Row
              key={one.id}
              conversation={one}
              me={me}
              people={people}
              isOpen={one.id === open}
              isOnline={one.peer !== null && presence.get(one.peer) === 'online'}
              draft={one.id === open ? '' : (drafts[one.id]?.text ?? '')}
              onOpen={onOpen}
              onMenu={(place) => setMenu({ place, id: one.id })}
            />
          )}
        </VList>
      )}
      {menu && (
        <Menu
          place={menu.place}
          items={itemsFor(menu.id)}
          label={say('inbox.menu')}
          onClose={() => setMenu(null)}
        />
      )}
    </div>
  );
}

/** Arrows walk from row to row. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('a.row')];
  const now = rows.indexOf(document.activeElement as HTMLElement);
  if (now < 0) return;
  event.preventDefault();
  rows[now + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
}
