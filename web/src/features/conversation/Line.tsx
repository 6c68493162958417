/** One line of the log, whatever it is. */
import { memo } from 'react';
import { EmojiText } from '../../design/prose/Emoji';
import { dayHeading } from '../../platform/times';
import { useSpeech } from '../../platform/words';
import type { Conversation } from '../../protocol/generated';
import { useOffice } from '../../session/hooks';
import { recallLine, systemLine } from '../../session/sentences';
import type { LogEvent } from '../../state/events';
import type { Item } from './items';
import { Message, type MessageWishes } from './Message';
import { PendingMessage } from './PendingMessage';

interface LineProps {
  item: Item;
  conversation: Conversation;
  me: number;
  isFlashing: boolean;
  wishes: MessageWishes;
  onJump(seq: number): void;
}

export const Line = memo(function Line({ item, conversation, me, isFlashing, wishes, onJump }: LineProps) {
  const { say, language } = useSpeech();
  switch (item.kind) {
    case 'beginning':
      return <p className="note">{say('talk.beginning')}</p>;
    case 'day':
      return (
        <p className="note" data-testid="day">
          {dayHeading(item.at, language, { today: say('common.today'), yesterday: say('common.yesterday') })}
        </p>
      );
    case 'new':
      return (
        <p className="new-line" data-testid="new-messages">
          {say('talk.newMessages')}
        </p>
      );
    case 'system':
      return <SystemNote event={item.event} me={me} />;
    case 'recalled':
      return <RecallNote event={item.event} me={me} wishes={wishes} />;
    case 'pending':
      return <PendingMessage pending={item.pending} leads={item.leads} me={me} />;
    case 'message':
      return (
        <Message
          event={item.event}
          leads={item.leads}
          ends={item.ends}
          conversation={conversation}
          me={me}
          isFlashing={isFlashing}
          wishes={wishes}
          onJump={onJump}
        />
      );
  }
});

function SystemNote({ event, me }: { event: LogEvent; me: number }) {
  const { say } = useSpeech();
  const people = useOffice((office) => office.people);
  const line = systemLine(event, me, people, say);
  if (line === null) return null;
  return (
    <p className="note" data-testid="system-line" data-seq={event.seq}>
      <span>
        <EmojiText text={line} />
      </span>
    </p>
  );
}

function RecallNote({ event, me, wishes }: { event: LogEvent; me: number; wishes: MessageWishes }) {
  const { say } = useSpeech();
  const people = useOffice((office) => office.people);
  const again = wishes.recalledText(event.seq);
  return (
    <p className="note" data-testid="recalled-line" data-seq={event.seq}>
      <span>
        <EmojiText text={recallLine(event, me, people, say)} />
      </span>
      {again !== null && event.sender === me && (
        <button
          type="button"
          className="link-btn"
          data-testid="edit-again"
          onClick={() => wishes.writeAgain(again)}
        >
          {say('message.editAgain')}
        </button>
      )}
    </p>
  );
}
