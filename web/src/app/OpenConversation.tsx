/** The open conversation: its head, log, composer and details, joined. */
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { Confirm } from '../design/Dialog';
import type { Place } from '../design/Menu';
import { useToast } from '../design/toasts';
import { Composer, type ComposerHandle } from '../features/composer/Composer';
import { ConversationHead } from '../features/conversation/ConversationHead';
import { Log } from '../features/conversation/Log';
import type { MessageWishes } from '../features/conversation/Message';
import { TypingNote } from '../features/conversation/TypingNote';
import { copy } from '../platform/clipboard';
import { PHONE, useMedia } from '../platform/screen';
import { useSay } from '../platform/words';
import type { Conversation, NewMessage } from '../protocol/generated';
import { SMALL_GROUP } from '../session/conversations';
import { useTellFailure } from '../session/failures';
import { useOffice, useSession } from '../session/hooks';
import type { LogEvent } from '../state/events';
import { EMPTY_LOG, tail } from '../state/log';

const ReadersPopup = lazy(() =>
  import('../features/conversation/ReadersPopup').then((part) => ({ default: part.ReadersPopup })),
);
const MembersDrawer = lazy(() =>
  import('../features/members/MembersDrawer').then((part) => ({ default: part.MembersDrawer })),
);
const AddMembersDialog = lazy(() =>
  import('../features/people/AddMembersDialog').then((part) => ({ default: part.AddMembersDialog })),
);

interface OpenConversationProps {
  conversation: Conversation;
  isInfoOpen: boolean;
  onInfo(): void;
  onInfoClosed(): void;
  onBack(): void;
  onTalk(user: number): void;
}

export function OpenConversation({
  conversation,
  isInfoOpen,
  onInfo,
  onInfoClosed,
  onBack,
  onTalk,
}: OpenConversationProps) {
  const say = useSay();
  const tell = useToast();
  const session = useSession();
  const id = conversation.id;
  const me = useOffice((office) => office.me.id);
  const isPhone = useMedia(PHONE);
  const [reply, setReply] = useState<LogEvent | null>(null);
  const [editing, setEditing] = useState<LogEvent | null>(null);
  const [recalling, setRecalling] = useState<LogEvent | null>(null);
  const [readers, setReaders] = useState<{ event: LogEvent; place: Place } | null>(null);
  const [isAdding, setAdding] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const composer = useRef<ComposerHandle>(null);
  // The text of what I recalled here, for writing it again. It goes with the page.
  const recalled = useRef(new Map<number, string>());

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each conversation
  useEffect(() => {
    if (!isPhone) composer.current?.focus();
    if (conversation.kind === 'group' && conversation.members_count <= SMALL_GROUP) {
      session.conversations.members(id).catch(() => undefined);
    }
  }, [session, id]);

  const failed = useTellFailure();

  const wishes = useMemo<MessageWishes>(
    () => ({
      reply(event) {
        setEditing(null);
        setReply(event);
        composer.current?.focus();
      },
      edit(event) {
        setReply(null);
        setEditing(event);
      },
      recall: setRecalling,
      copy(text) {
        void copy(text).then((isDone) => isDone && tell(say('common.copied')));
      },
      react(event, emoji, on) {
        session.messages.react(id, event.seq, emoji, on).catch(failed);
      },
      readers: (event, place) => setReaders({ event, place }),
      recalledText: (seq) => recalled.current.get(seq) ?? null,
      writeAgain: (text) => composer.current?.write(text),
    }),
    [session, id, tell, say, failed],
  );

  async function recall(): Promise<void> {
    if (!recalling) return;
    setBusy(true);
    const { body } = recalling;
    if (recalling.sender === me && body?.type === 'text') recalled.current.set(recalling.seq, body.text);
    try {
      await session.messages.recall(id, recalling.seq);
    } catch (error) {
      recalled.current.delete(recalling.seq);
      failed(error);
    }
    setBusy(false);
    setRecalling(null);
  }

  function edit(target: LogEvent, body: NewMessage['body']): void {
    setEditing(null);
    session.messages.edit(id, target.seq, body).catch((error: unknown) => {
      failed(error);
      composer.current?.write(body.text);
    });
  }

  function editLast(): void {
    const run = tail(session.store.getState().office.logs.get(id) ?? EMPTY_LOG) ?? [];
    const mine = [...run]
      .reverse()
      .find(({ event }) => event.kind === 'message' && event.sender === me && event.recalled_at === null);
    if (mine) wishes.edit(mine.event);
  }

  const isAlive = conversation.dismissed_at === null;
  return (
    <>
      <main className="conv" data-testid="conversation" data-conversation={id}>
        <ConversationHead
          conversation={conversation}
          isInfoOpen={isInfoOpen}
          onBack={onBack}
          onInfo={onInfo}
        />
        <Log conversation={conversation} wishes={wishes} />
        <TypingNote conversation={id} />
        {isAlive ? (
          <Composer
            key={editing ? `edit-${editing.seq}` : 'write'}
            ref={composer}
            conversation={conversation}
            reply={reply}
            editing={editing}
            onReplied={() => setReply(null)}
            onEdited={edit}
            onCancel={() => {
              setReply(null);
              setEditing(null);
            }}
            onEditLast={editLast}
          />
        ) : (
          <p className="conv-closed" data-testid="dismissed">
            {say('talk.dismissed')}
          </p>
        )}
      </main>
      <Suspense fallback={null}>
        {isInfoOpen && (
          <MembersDrawer
            conversation={conversation}
            onAdd={() => setAdding(true)}
            onTalk={onTalk}
            onGone={onBack}
            onClose={onInfoClosed}
          />
        )}
        {isAdding && <AddMembersDialog conversation={id} onClose={() => setAdding(false)} />}
        {readers && (
          <ReadersPopup event={readers.event} place={readers.place} onClose={() => setReaders(null)} />
        )}
      </Suspense>
      {recalling && (
        <Confirm
          title={say('message.recallTitle')}
          consequence={say('message.recallConsequence')}
          act={say('message.recall')}
          cancel={say('common.cancel')}
          busy={isBusy}
          onAct={() => void recall()}
          onCancel={() => setRecalling(null)}
        />
      )}
    </>
  );
}
