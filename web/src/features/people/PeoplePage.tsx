/** Everybody in the company: find somebody and begin to talk. */
import { useState } from 'react';
import { Avatar } from '../../design/Avatar';
import { Button } from '../../design/controls';
import { Icon } from '../../design/Icon';
import { Empty, ListSkeleton } from '../../design/states';
import { useSay } from '../../platform/words';
import { useTellFailure } from '../../session/failures';
import { usePresence, useSession } from '../../session/hooks';
import { useFound } from './PeoplePicker';
import '../../design/page.css';
import { EmojiText } from '../../design/prose/Emoji';
import './people.css';

export function PeoplePage({ onTalk }: { onTalk(conversation: number): void }) {
  const say = useSay();
  const failed = useTellFailure();
  const session = useSession();
  const [words, setWords] = useState('');
  const found = useFound(words, 200);
  const rows = found?.filter((user) => !user.disabled) ?? null;
  const presence = usePresence((rows ?? []).map((user) => user.id));

  return (
    <main className="page" data-testid="people-page">
      <header className="page-head">
        <h1>{say('people.title')}</h1>
        <label className="page-find">
          <Icon name="search" size={16} />
          <input
            type="search"
            aria-label={say('people.search')}
            placeholder={say('people.search')}
            value={words}
            onChange={(event) => setWords(event.target.value)}
            data-testid="people-search"
          />
        </label>
      </header>
      <div className="page-body">
        {rows === null && <ListSkeleton rows={8} label={say('common.loading')} />}
        {rows?.length === 0 && (
          <Empty icon="people" title={say('people.emptyTitle')} hint={say('people.emptyHint')} />
        )}
        <ul className="people-list">
          {rows?.map((user) => (
            <li key={user.id} data-testid="person" data-username={user.username}>
              <Avatar id={user.id} name={user.display_name} online={presence.get(user.id) === 'online'} />
              <span className="person-names">
                <b className="ell">
                  <EmojiText text={user.display_name} />
                </b>
                <small className="ell">{user.username}</small>
              </span>
              <Button
                data-testid="talk-to"
                onClick={() => session.conversations.direct(user.id).then(onTalk, failed)}
              >
                {say('people.talk')}
              </Button>
            </li>
          ))}
        </ul>
      </div>
    </main>
  );
}
