/** Finding people and choosing some: search above, the chosen as chips, results below. */
import { useEffect, useState } from 'react';
import { Avatar } from '../../design/Avatar';
import { Icon } from '../../design/Icon';
import { EmojiText } from '../../design/prose/Emoji';
import { Empty, ListSkeleton } from '../../design/states';
import { useSay } from '../../platform/words';
import type { User } from '../../protocol/generated';
import { useOffice, useSession } from '../../session/hooks';
import './people.css';

const AFTER_MS = 150;

/** What the server finds for `words`; null while it looks. */
export function useFound(words: string, limit = 50): readonly User[] | null {
  const session = useSession();
  const [found, setFound] = useState<readonly User[] | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(
      () => {
        session.people.search(words, limit).then(
          (users) => {
            if (isCurrent) setFound(users);
          },
          () => {
            if (isCurrent) setFound((now) => now ?? []);
          },
        );
      },
      words === '' ? 0 : AFTER_MS,
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [session, words, limit]);
  return found;
}

interface PeoplePickerProps {
  chosen: readonly User[];
  /** People who cannot be chosen, because they are there already. */
  without: ReadonlySet<number>;
  onChange(chosen: readonly User[]): void;
}

export function PeoplePicker({ chosen, without, onChange }: PeoplePickerProps) {
  const say = useSay();
  const me = useOffice((office) => office.me.id);
  const [words, setWords] = useState('');
  const found = useFound(words);
  const rows = found?.filter((user) => user.id !== me && !user.disabled && !without.has(user.id)) ?? null;

  function toggle(user: User): void {
    const has = chosen.some((one) => one.id === user.id);
    onChange(has ? chosen.filter((one) => one.id !== user.id) : [...chosen, user]);
  }

  return (
    <div className="picker">
      <input
        className="field"
        type="search"
        placeholder={say('begin.search')}
        aria-label={say('begin.search')}
        value={words}
        // biome-ignore lint/a11y/noAutofocus: one opens this to search
        autoFocus
        data-testid="people-search"
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          if (rows?.[0]) {
            toggle(rows[0]);
            setWords('');
          }
        }}
      />
      {chosen.length > 0 && (
        <div className="chips">
          {chosen.map((user) => (
            <button
              key={user.id}
              type="button"
              aria-label={`${say('common.remove')} ${user.display_name}`}
              onClick={() => toggle(user)}
            >
              <span className="ell">
                <EmojiText text={user.display_name} />
              </span>
              <Icon name="close" size={12} />
            </button>
          ))}
        </div>
      )}
      <div className="picker-rows">
        {rows === null && <ListSkeleton rows={4} label={say('common.loading')} />}
        {rows?.length === 0 && (
          <Empty icon="search" title={say('begin.nobody')} hint={say('begin.nobodyHint')} />
        )}
        {rows?.map((user) => {
          const isChosen = chosen.some((one) => one.id === user.id);
          return (
            // biome-ignore lint/a11y/useSemanticElements: a whole row that is chosen, not a box
            <button
              key={user.id}
              type="button"
              className="person"
              role="checkbox"
              aria-checked={isChosen}
              data-testid="person"
              data-user={user.id}
              data-username={user.username}
              onClick={() => toggle(user)}
            >
              <span className={`box${isChosen ? ' on' : ''}`}>
                {isChosen && <Icon name="check" size={14} />}
              </span>
              <Avatar id={user.id} name={user.display_name} small />
              <span className="ell">
                <EmojiText text={user.display_name} />
              </span>
              <small className="ell">{user.username}</small>
            </button>
          );
        })}
      </div>
    </div>
  );
}
