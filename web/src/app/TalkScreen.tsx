/** The talk: the list, the open conversation, its composer and details, and what passes between them. */
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Button } from '../design/controls';
import { Empty } from '../design/states';
import { Inbox } from '../features/inbox/Inbox';
import { NARROW, useMedia } from '../platform/screen';
import { useSay } from '../platform/words';
import { useTellFailure } from '../session/failures';
import { useOffice, useSession } from '../session/hooks';
import { useListWidth } from './listWidth';
import { OpenConversation } from './OpenConversation';
import { Welcome } from './Welcome';

const BeginDialog = lazy(() =>
  import('../features/people/BeginDialog').then((part) => ({ default: part.BeginDialog })),
);

export function TalkScreen({ open, onOpen }: { open: number | null; onOpen(id: number): void }) {
  const say = useSay();
  const failed = useTellFailure();
  const session = useSession();
  const conversation = useOffice((office) => (open === null ? undefined : office.conversations.get(open)));
  const isGreeted = useOffice((office) => office.greeted);
  const isFirstDay = useOffice((office) => office.greeted && office.conversations.size === 0);
  const isNarrow = useMedia(NARROW);
  const [isBeginning, setBeginning] = useState(false);
  const [isInfoOpen, setInfoOpen] = useState(!isNarrow);
  const width = useListWidth();
  const wasThere = useRef<number | null>(null);

  useEffect(() => {
    session.open(conversation ? conversation.id : null);
    if (conversation) wasThere.current = conversation.id;
  }, [session, conversation]);

  // Opening a hidden conversation shows it again.
  const isHidden = conversation?.my.hidden ?? false;
  useEffect(() => {
    if (open !== null && isHidden)
      session.conversations.change(open, { hidden: false }).catch(() => undefined);
  }, [session, open, isHidden]);

  // What I was removed from, or left on another device, closes.
  useEffect(() => {
    if (open !== null && isGreeted && !conversation && wasThere.current === open) onOpen(0);
  }, [open, isGreeted, conversation, onOpen]);

  const talkTo = useCallback(
    (user: number) => {
      session.conversations.direct(user).then(onOpen, failed);
    },
    [session, onOpen, failed],
  );
  const closeInfo = useCallback(() => setInfoOpen(false), []);
  const openInfo = useCallback(() => setInfoOpen((now) => !now), []);

  const middle = useMemo(() => {
    if (conversation) {
      return (
        <OpenConversation
          key={conversation.id}
          conversation={conversation}
          isInfoOpen={isInfoOpen}
          onInfo={openInfo}
          onInfoClosed={closeInfo}
          onBack={() => onOpen(0)}
          onTalk={talkTo}
        />
      );
    }
    if (open !== null && isGreeted && wasThere.current !== open) {
      return (
        <main className="conv">
          <Empty icon="search" title={say('talk.notFound')} hint={say('talk.notFoundHint')}>
            <Button onClick={() => onOpen(0)}>{say('common.back')}</Button>
          </Empty>
        </main>
      );
    }
    return (
      <main className="conv none">
        {open === null &&
          isGreeted &&
          (isFirstDay ? (
            <Welcome onTalk={talkTo} />
          ) : (
            <Empty icon="chat" title={say('talk.none')} hint={say('talk.noneHint')} />
          ))}
      </main>
    );
  }, [conversation, open, isGreeted, isFirstDay, isInfoOpen, openInfo, closeInfo, onOpen, talkTo, say]);

  return (
    <div className="talk" style={{ '--list': `${width.rem}rem` } as React.CSSProperties}>
      <aside className="list-side" aria-label={say('inbox.label')}>
        <Inbox open={open} onOpen={onOpen} onBegin={() => setBeginning(true)} />
        {/* biome-ignore lint/a11y/useSemanticElements: a separator that is dragged has no element of its own */}
        <div
          className="splitter"
          role="separator"
          aria-orientation="vertical"
          aria-label={say('inbox.label')}
          aria-valuenow={Math.round(width.rem * 100)}
          tabIndex={0}
          {...width.handlers}
        />
      </aside>
      {middle}
      {isBeginning && (
        <Suspense fallback={null}>
          <BeginDialog
            onClose={() => setBeginning(false)}
            onBegun={(id) => {
              setBeginning(false);
              onOpen(id);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}
