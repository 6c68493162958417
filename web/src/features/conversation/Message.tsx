/** One message: who, what, and what was made of it; what may be done with it appears on hover and focus. */
import { memo, useMemo, useState } from 'react';
import { Avatar } from '../../design/Avatar';
import { IconButton } from '../../design/controls';
import { useLongPress } from '../../design/longPress';
import { below, Menu, type MenuItem, type Place } from '../../design/Menu';
import { CodeBlock } from '../../design/prose/CodeBlock';
import { EmojiText } from '../../design/prose/Emoji';
import { isOnlyEmoji } from '../../design/prose/emoji';
import { Prose } from '../../design/prose/Prose';
import { clockTime, fullTime } from '../../platform/times';
import { useSpeech } from '../../platform/words';
import type { Conversation } from '../../protocol/generated';
import { useOffice } from '../../session/hooks';
import { nameOf } from '../../session/sentences';
import type { LogEvent } from '../../state/events';
import { useCodeWords } from './codeWords';
import { Quote } from './Quote';
import { ReactionPicker } from './ReactionPicker';
import { Reactions } from './Reactions';
import { ReadStatus } from './ReadStatus';

/** What one may wish of a message; done outside, where the composer and the dialogs are. */
export interface MessageWishes {
  reply(event: LogEvent): void;
  edit(event: LogEvent): void;
  recall(event: LogEvent): void;
  copy(text: string): void;
  react(event: LogEvent, emoji: string, on: boolean): void;
  readers(event: LogEvent, place: Place): void;
  /** The text of a message of mine that I recalled just now, null when it is not known here any more. */
  recalledText(seq: number): string | null;
  writeAgain(text: string): void;
}

interface MessageProps {
  event: LogEvent;
  leads: boolean;
  ends: boolean;
  conversation: Conversation;
  me: number;
  isFlashing: boolean;
  wishes: MessageWishes;
  onJump(seq: number): void;
}

const RECALL_WITHIN_MS = 2 * 60 * 1000;

export const Message = memo(function Message(props: MessageProps) {
  const { event, leads, ends, conversation, me, isFlashing, wishes, onJump } = props;
  const { say, language } = useSpeech();
  const people = useOffice((office) => office.people);
  const [menu, setMenu] = useState<Place | null>(null);
  const [picker, setPicker] = useState<Place | null>(null);
  const isMine = event.sender === me;
  const name = nameOf(people, event.sender, say);
  const at = event.at ?? '';
  const canWrite = conversation.dismissed_at === null;

  function items(): MenuItem[] {
    const body = event.body;
    const isOwner = conversation.kind === 'group' && conversation.my.role === 'owner';
    const canRecall = isOwner || (isMine && Date.now() - Date.parse(at) < RECALL_WITHIN_MS);
    const list: MenuItem[] = [];
    if (canWrite) {
      list.push({
        key: 'reply',
        icon: 'quote',
        label: say('message.reply'),
        onChoose: () => wishes.reply(event),
      });
      list.push({
        key: 'react',
        icon: 'smile',
        label: say('message.react'),
        onChoose: () => setPicker(menu),
      });
    }
    if (body?.type === 'text' || body?.type === 'code') {
      list.push({
        key: 'copy',
        icon: 'copy',
        label: say('message.copy'),
        onChoose: () => wishes.copy(body.text),
      });
    }
    if (isMine && canWrite) {
      list.push({
        key: 'edit',
        icon: 'edit',
        label: say('message.edit'),
        onChoose: () => wishes.edit(event),
      });
    }
    if (isMine && conversation.members_count > 1) {
      const place = menu ?? { x: 0, y: 0 };
      list.push({
        key: 'readers',
        icon: 'eye',
        label: say('message.readers'),
        onChoose: () => wishes.readers(event, place),
      });
    }
    if (canRecall && canWrite) {
      list.push({
        key: 'recall',
        icon: 'recall',
        danger: true,
        apart: true,
        label: say('message.recall'),
        onChoose: () => wishes.recall(event),
      });
    }
    return list;
  }

  const press = useLongPress((x, y) => setMenu({ x, y }));
  return (
    <article
      {...press}
      className={`m${isMine ? ' mine' : ''}${isFlashing ? ' flash' : ''}`}
      aria-label={`${isMine ? say('message.mine') : name} ${at && clockTime(at, language)}`}
      tabIndex={-1}
      data-testid="message"
      data-seq={event.seq}
      data-mine={isMine}
      onContextMenu={(click) => {
        if (window.getSelection()?.toString() || (click.target as Element).closest('a')) return;
        click.preventDefault();
        const isKeyboard = click.clientX === 0 && click.clientY === 0;
        setMenu(isKeyboard ? below(click.currentTarget) : { x: click.clientX, y: click.clientY });
      }}
      onKeyDown={(key) => {
        if (key.key !== 'Enter' || key.target !== key.currentTarget) return;
        key.preventDefault();
        setMenu(below(key.currentTarget));
      }}
    >
      {leads ? (
        <Avatar
          id={event.sender ?? 0}
          name={name}
          small
          gone={people.get(event.sender ?? 0)?.disabled ?? false}
        />
      ) : (
        <span className="no-face" />
      )}
      <div className="b">
        {leads && (
          <div className="who">
            {!isMine && (
              <span data-testid="sender">
                <EmojiText text={name} />
              </span>
            )}
            {at && (
              <time dateTime={at} title={fullTime(at, language)}>
                {clockTime(at, language)}
              </time>
            )}
          </div>
        )}
        <div className="bub-box">
          <Bubble event={event} me={me} onJump={onJump} />
          <div className="acts" role="toolbar" aria-label={say('message.actions')}>
            {canWrite && (
              <>
                <IconButton
                  icon="smile"
                  size={16}
                  tabIndex={-1}
                  label={say('message.react')}
                  data-testid="react"
                  onClick={(click) => setPicker(below(click.currentTarget))}
                />
                <IconButton
                  icon="quote"
                  size={16}
                  tabIndex={-1}
                  label={say('message.reply')}
                  data-testid="reply"
                  onClick={() => wishes.reply(event)}
                />
              </>
            )}
            <IconButton
              icon="more"
              size={16}
              tabIndex={-1}
              label={say('message.more')}
              data-testid="message-menu"
              onClick={(click) => setMenu(below(click.currentTarget))}
            />
          </div>
        </div>
        <Reactions
          event={event}
          me={me}
          canSet={canWrite}
          onReact={(emoji, on) => wishes.react(event, emoji, on)}
        />
        {isMine && ends && (
          <ReadStatus
            event={event}
            conversation={conversation}
            onOpen={(place) => wishes.readers(event, place)}
          />
        )}
      </div>
      {menu && (
        <Menu place={menu} items={items()} label={say('message.actions')} onClose={() => setMenu(null)} />
      )}
      {picker && (
        <ReactionPicker
          place={picker}
          onClose={() => setPicker(null)}
          onChoose={(emoji) => {
            setPicker(null);
            const has = event.reactions.some((one) => one.emoji === emoji && one.users.includes(me));
            wishes.react(event, emoji, !has);
          }}
        />
      )}
    </article>
  );
});

function Bubble({ event, me, onJump }: { event: LogEvent; me: number; onJump(seq: number): void }) {
  const { say } = useSpeech();
  const words = useCodeWords();
  const people = useOffice((office) => office.people);
  const body = event.body;
  const mentions = useMemo(() => {
    if (body?.type !== 'text') return [];
    const named = (body.mentions ?? []).flatMap((id) => {
      const name = people.get(id)?.display_name;
      return name ? [{ name, mine: id === me }] : [];
    });
    // Either language may have been the writer's.
    const all = body.mention_all
      ? ['所有人', 'everyone'].map((name) => ({ name, mine: event.sender !== me }))
      : [];
    return [...named, ...all];
  }, [body, people, me, event.sender]);

  const edited =
    event.edited_at === null ? null : (
      <span className="edited" title={event.edited_at}>
        {say('message.edited')}
      </span>
    );
  const quote =
    event.reply_to === null ? null : (
      <Quote conversation={event.conversation} seq={event.reply_to} onJump={onJump} />
    );

  if (body?.type === 'code') {
    return (
      <div className="bub-code">
        {quote}
        <CodeBlock code={body.text} language={body.language ?? ''} words={words} />
        {edited}
      </div>
    );
  }
  const isLarge = body?.type === 'text' && isOnlyEmoji(body.text);
  return (
    <div className={`bub${isLarge ? ' large' : ''}`} data-testid="bubble">
      {quote}
      {body?.type === 'text' ? (
        <Prose text={body.text} mentions={mentions} words={words} />
      ) : (
        // A newer server says what an older client may show instead.
        ((body as { fallback?: string } | null)?.fallback ?? say('message.unknown'))
      )}
      {edited}
    </div>
  );
}
