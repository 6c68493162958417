/** Who has read a message and who has not, by name. */
import { useEffect, useState } from 'react';
import { Avatar } from '../../design/Avatar';
import { type Place, Popup } from '../../design/Menu';
import { EmojiText } from '../../design/prose/Emoji';
import { ListSkeleton } from '../../design/states';
import { shortMoment } from '../../platform/times';
import { useSpeech } from '../../platform/words';
import type { Readers } from '../../protocol/generated';
import { usePeople, useSession } from '../../session/hooks';
import { nameOf } from '../../session/sentences';
import type { LogEvent } from '../../state/events';

const SHOWN = 300;

export function ReadersPopup({ event, place, onClose }: { event: LogEvent; place: Place; onClose(): void }) {
  const { say, language } = useSpeech();
  const session = useSession();
  const [readers, setReaders] = useState<Readers | null>(null);
  const [problem, setProblem] = useState(false);
  const [tab, setTab] = useState<'read' | 'unread'>('read');

  useEffect(() => {
    session.hints.readers(event.conversation, event.seq).then(setReaders, () => setProblem(true));
  }, [session, event.conversation, event.seq]);

  const rows: { user: number; at: string | null }[] = !readers
    ? []
    : tab === 'read'
      ? readers.read.slice(0, SHOWN)
      : readers.unread.slice(0, SHOWN).map((user) => ({ user, at: null }));
  const people = usePeople(rows.map((one) => one.user));
  const words = { today: say('common.today'), yesterday: say('common.yesterday') };

  return (
    <Popup place={place} label={say('message.readers')} className="menu readers" onClose={onClose}>
      <div className="tabs" role="tablist">
        {(['read', 'unread'] as const).map((key) => (
          <button
            key={key}
            type="button"
            role="tab"
            aria-selected={tab === key}
            className={tab === key ? 'on' : ''}
            data-testid={`readers-${key}`}
            onClick={() => setTab(key)}
          >
            {say(key === 'read' ? 'message.readTab' : 'message.unreadTab', {
              count: readers?.[key].length ?? 0,
            })}
          </button>
        ))}
      </div>
      {problem && <p className="readers-note">{say('problems.unreachable')}</p>}
      {!readers && !problem && <ListSkeleton rows={2} label={say('common.loading')} />}
      {readers && rows.length === 0 && (
        <p className="readers-note">{say(tab === 'read' ? 'message.noReaders' : 'message.allRead')}</p>
      )}
      <ul data-testid="readers-list">
        {rows.map(({ user, at }) => (
          <li key={user} data-user={user}>
            <Avatar id={user} name={nameOf(people, user, say)} small />
            <span className="ell">
              <EmojiText text={nameOf(people, user, say)} />
            </span>
            {at && <time>{shortMoment(at, language, words)}</time>}
          </li>
        ))}
      </ul>
    </Popup>
  );
}
