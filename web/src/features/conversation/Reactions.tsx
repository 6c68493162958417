/** The emoji on a message, with how many set them; a click sets or takes back one's own. */
import { Emoji } from '../../design/prose/Emoji';
import { pieces } from '../../design/prose/emoji';
import { useSay } from '../../platform/words';
import { useOffice, usePeople } from '../../session/hooks';
import { nameOf } from '../../session/sentences';
import type { LogEvent } from '../../state/events';

interface ReactionsProps {
  event: LogEvent;
  me: number;
  canSet: boolean;
  onReact(emoji: string, on: boolean): void;
}

const NAMED = 20;

export function Reactions({ event, me, canSet, onReact }: ReactionsProps) {
  if (event.reactions.length === 0) return null;
  return <ReactionRow event={event} me={me} canSet={canSet} onReact={onReact} />;
}

function ReactionRow({ event, me, canSet, onReact }: ReactionsProps) {
  const say = useSay();
  const people = useOffice((office) => office.people);
  usePeople([...new Set(event.reactions.flatMap((one) => one.users.slice(0, NAMED)))]);
  return (
    <div className="re">
      {event.reactions.map(({ emoji, users }) => {
        const isMine = users.includes(me);
        const names = users
          .slice(0, NAMED)
          .map((id) => nameOf(people, id, say))
          .join('、');
        const label = say('message.reactedBy', { names, emoji });
        return (
          <button
            key={emoji}
            type="button"
            title={label}
            aria-label={label}
            aria-pressed={isMine}
            disabled={!canSet}
            data-testid="reaction"
            data-emoji={emoji}
            onClick={() => onReact(emoji, !isMine)}
          >
            {'emoji' in (pieces(emoji)[0] ?? {}) ? <Emoji emoji={emoji} /> : emoji}
            <b>{users.length}</b>
          </button>
        );
      })}
    </div>
  );
}
