/** The head of the open conversation: who or what it is, and whether they are there. */
import { Avatar } from '../../design/Avatar';
import { IconButton } from '../../design/controls';
import { EmojiText } from '../../design/prose/Emoji';
import { useSay } from '../../platform/words';
import type { Conversation } from '../../protocol/generated';
import { useOffice, usePerson, usePresence } from '../../session/hooks';
import { isSelf, titleOf } from '../../session/sentences';
import './head.css';

interface HeadProps {
  conversation: Conversation;
  isInfoOpen: boolean;
  onBack(): void;
  onInfo(): void;
}

export function ConversationHead({ conversation, isInfoOpen, onBack, onInfo }: HeadProps) {
  const say = useSay();
  const me = useOffice((office) => office.me.id);
  const people = useOffice((office) => office.people);
  const members = useOffice((office) => office.members.get(conversation.id));
  const peer = usePerson(conversation.peer);
  const isGroup = conversation.kind === 'group';
  const watched = isGroup
    ? (members ?? []).map((one) => one.user_id)
    : conversation.peer !== null && conversation.peer !== me
      ? [conversation.peer]
      : [];
  const presence = usePresence(watched);

  const online = watched.filter((id) => id === me || presence.get(id) === 'online').length;
  const title = titleOf(conversation, me, people, say);
  let sub = '';
  if (isGroup) {
    sub = say('talk.members', { count: conversation.members_count });
    if (members && online > 0) sub += ` · ${say('talk.online', { count: online })}`;
  } else if (!isSelf(conversation, me)) {
    sub = peer?.disabled ? say('talk.disabledPeer') : say(online > 0 ? 'talk.isOnline' : 'talk.isOffline');
  }

  return (
    <header className="head">
      <IconButton
        icon="back"
        label={say('common.back')}
        className="only-phone"
        onClick={onBack}
        data-testid="back"
      />
      {!isGroup && (
        <Avatar
          id={conversation.peer ?? 0}
          name={isSelf(conversation, me) ? say('common.me') : title}
          small
          online={online > 0}
        />
      )}
      <div className="head-text">
        <h1 className="ell" data-testid="conversation-title" title={title}>
          <EmojiText text={title} />
        </h1>
        {sub && (
          <div className="sub ell" data-testid="conversation-sub">
            {sub}
          </div>
        )}
      </div>
      <IconButton
        icon="sidebar"
        label={say('talk.info')}
        aria-pressed={isInfoOpen}
        onClick={onInfo}
        data-testid="conversation-info"
      />
    </header>
  );
}
