/** How many have read a message of mine; a click tells who. */
import { below, type Place } from '../../design/Menu';
import { useSay } from '../../platform/words';
import type { Conversation } from '../../protocol/generated';
import { useOffice } from '../../session/hooks';
import type { LogEvent } from '../../state/events';
import { readersKey } from '../../state/hints';

interface ReadStatusProps {
  event: LogEvent;
  conversation: Conversation;
  onOpen(place: Place): void;
}

export function ReadStatus({ event, conversation, onOpen }: ReadStatusProps) {
  const say = useSay();
  const read = useOffice((office) => office.readers.get(readersKey(event.conversation, event.seq)));
  // Who joined later does not count; that is known only when the members are.
  const others = useOffice((office) => {
    const members = office.members.get(event.conversation);
    if (!members) return conversation.members_count - 1;
    return members.filter((one) => one.user_id !== event.sender && one.joined_seq < event.seq).length;
  });
  if (read === undefined || others < 1) return null;
  const unread = Math.max(0, others - read);

  if (conversation.kind === 'direct') {
    return (
      <p className="st" data-testid="read-status" data-read={read}>
        {read > 0 ? say('message.read') : <b>{say('message.unread')}</b>}
      </p>
    );
  }
  return (
    <p className="st">
      <button
        type="button"
        tabIndex={-1}
        data-testid="read-status"
        data-read={read}
        onClick={(click) => onOpen(below(click.currentTarget))}
      >
        {unread === 0 && say('message.readAll')}
        {unread > 0 && read > 0 && (
          <>
            <b>{say('message.readBy', { count: read })}</b> ·{' '}
          </>
        )}
        {unread > 0 && say('message.unreadBy', { count: unread })}
      </button>
    </p>
  );
}
