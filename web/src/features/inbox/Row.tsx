/** One conversation in the list. */
import type { MouseEvent } from 'react';
import { Avatar, GroupAvatar } from '../../design/Avatar';
import { Badge, IconButton } from '../../design/controls';
import { Icon } from '../../design/Icon';
import { useLongPress } from '../../design/longPress';
import { below, type Place } from '../../design/Menu';
import { EmojiText } from '../../design/prose/Emoji';
import { plain } from '../../design/prose/markdown';
import { shortMoment } from '../../platform/times';
import { useSpeech } from '../../platform/words';
import type { Conversation } from '../../protocol/generated';
import { useOffice } from '../../session/hooks';
import { isSelf, type Names, previewOf, titleOf } from '../../session/sentences';
import { movedAt } from '../../state/conversations';
import { badge } from '../../state/cursors';

interface RowProps {
  conversation: Conversation;
  me: number;
  people: Names;
  isOpen: boolean;
  isOnline: boolean;
  draft: string;
  onOpen(id: number): void;
  onMenu(place: Place): void;
}

export function Row({ conversation, me, people, isOpen, isOnline, draft, onOpen, onMenu }: RowProps) {
  const { say, language } = useSpeech();
  const refused = useOffice((office) =>
    office.outbox.find((one) => one.conversation === conversation.id && one.status === 'refused'),
  );
  const title = titleOf(conversation, me, people, say);
  const peer = conversation.peer === null ? undefined : people.get(conversation.peer);
  const { count, mentions, marked, muted } = badge(conversation);
  const moment = shortMoment(movedAt(conversation), language, {
    today: say('common.today'),
    yesterday: say('common.yesterday'),
  });
  function menu(event: MouseEvent): void {
    event.preventDefault();
    const isKeyboard = event.clientX === 0 && event.clientY === 0;
    onMenu(isKeyboard ? below(event.currentTarget) : { x: event.clientX, y: event.clientY });
  }

  const press = useLongPress((x, y) => onMenu({ x, y }));

  return (
    <div {...press} className={`row-box${isOpen ? ' on' : ''}${conversation.my.pinned ? ' pinned' : ''}`}>
      <a
        className="row"
        href={`/c/${conversation.id}`}
        aria-current={isOpen ? 'page' : undefined}
        data-testid="conversation-row"
        data-conversation={conversation.id}
        draggable={false}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          onOpen(conversation.id);
        }}
        onContextMenu={menu}
      >
        {conversation.kind === 'group' ? (
          <GroupAvatar id={conversation.id} />
        ) : (
          <Avatar
            id={conversation.peer ?? 0}
            name={isSelf(conversation, me) ? say('common.me') : title}
            online={isOnline}
            gone={peer?.disabled ?? false}
          />
        )}
        <span className="what">
          <span className="name">
            <span className="ell" data-testid="row-title">
              <EmojiText text={title} />
            </span>
            {conversation.my.pinned && <Icon name="pin" size={13} className="mark" />}
          </span>
          <span className="preview ell">
            {mentions > 0 && <em>{say('inbox.atMe')} </em>}
            {refused ? (
              <>
                <em>{say('inbox.refused')} </em>
                <EmojiText text={plain(refused.body.text)} />
              </>
            ) : draft.trim() !== '' ? (
              <>
                <em className="draft">{say('inbox.draft')} </em>
                <EmojiText text={draft} />
              </>
            ) : (
              <EmojiText text={previewOf(conversation, me, people, say)} />
            )}
          </span>
        </span>
        <span className="aside">
          <time>{moment}</time>
          <span className="signs">
            {muted && (
              <>
                <Icon name="muted" size={14} />
                <span className="hush">{say('inbox.muted')}</span>
              </>
            )}
            {count > 0 ? (
              <>
                <span data-testid="unread-badge" aria-hidden="true">
                  <Badge count={count} quiet={muted && mentions === 0} />
                </span>
                <span className="hush">{say('inbox.unreadCount', { count })}</span>
              </>
            ) : (
              marked && <span className={`badge dot${muted ? ' quiet' : ''}`} data-testid="unread-mark" />
            )}
          </span>
        </span>
      </a>
      <IconButton
        icon="more"
        size={16}
        className="row-more"
        label={say('inbox.menu')}
        data-testid="row-menu"
        tabIndex={-1}
        onClick={(event) => onMenu(below(event.currentTarget))}
      />
    </div>
  );
}
