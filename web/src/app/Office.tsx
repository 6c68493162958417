/** The office one is in: the rail, and beside it the talk, the people, the settings or the administration. */
import { lazy, Suspense, useEffect, useState } from 'react';
import { plain } from '../design/prose/markdown';
import { ListSkeleton } from '../design/states';
import { useToast } from '../design/toasts';
import { isLooking, onAttention } from '../platform/attention';
import { conversationIn, navigate, usePath } from '../platform/router';
import { dress, useTheme } from '../platform/screen';
import { languageFrom, type Speaker, useSay } from '../platform/words';
import { useKnown, useOffice, useSession } from '../session/hooks';
import { total } from '../state/cursors';
import { LinkBar } from './LinkBar';
import { Rail } from './Rail';
import { TalkScreen } from './TalkScreen';
import './office.css';

const PeoplePage = lazy(() =>
  import('../features/people/PeoplePage').then((part) => ({ default: part.PeoplePage })),
);
const SettingsPage = lazy(() =>
  import('../features/settings/SettingsPage').then((part) => ({ default: part.SettingsPage })),
);
const AdminPage = lazy(() =>
  import('../features/admin/AdminPage').then((part) => ({ default: part.AdminPage })),
);

export function Office({ speaker, onSignedOut }: { speaker: Speaker; onSignedOut(): void }) {
  const say = useSay();
  const session = useSession();
  const tell = useToast();
  const path = usePath();
  const settings = useOffice((office) => office.me.settings);
  const unread = useOffice((office) => total(office.conversations.values()));
  const theme = useTheme(settings.theme);
  const [lastOpen, setLastOpen] = useState<number | null>(null);

  useEffect(() => dress(theme, settings.font_size ?? 14), [theme, settings.font_size]);
  useEffect(() => speaker.speak(languageFrom(settings.language)), [speaker, settings.language]);

  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${say('brand.name')}` : say('brand.name');
  }, [unread, say]);

  useEffect(() => {
    const hurry = () => session.hurry();
    const back = () => {
      if (isLooking()) session.hurry();
    };
    const gone = () => session.giveUp();
    const leave = () => session.settle();
    window.addEventListener('online', hurry);
    window.addEventListener('offline', gone);
    window.addEventListener('pagehide', leave);
    const stop = onAttention(back);
    return () => {
      window.removeEventListener('online', hurry);
      window.removeEventListener('offline', gone);
      window.removeEventListener('pagehide', leave);
      stop();
    };
  }, [session]);

  const undelivered = useKnown((known) => known.undelivered);
  useEffect(() => {
    if (undelivered) tell(say('message.undelivered', { text: plain(undelivered.body.text) }), 'bad');
  }, [undelivered, tell, say]);

  const open = conversationIn(path);
  useEffect(() => {
    if (open !== null) setLastOpen(open);
  }, [open]);
  const section = path === '/settings' || path === '/admin' || path === '/people' ? path : '/';
  const isInTalk = section === '/';
  const talk = (id: number) => navigate(id > 0 ? `/c/${id}` : '/');

  return (
    <div className={`office${isInTalk && open !== null ? ' in-talk' : ''}`}>
      <LinkBar />
      <Rail
        section={section}
        unread={unread}
        onGo={(to) => navigate(to === '/' && lastOpen !== null ? `/c/${lastOpen}` : to)}
      />
      {isInTalk ? (
        <TalkScreen open={open} onOpen={talk} />
      ) : (
        <Suspense fallback={<ListSkeleton rows={8} label={say('common.loading')} />}>
          {section === '/people' && <PeoplePage onTalk={talk} />}
          {section === '/settings' && <SettingsPage onSignedOut={onSignedOut} />}
          {section === '/admin' && <AdminPage />}
        </Suspense>
      )}
    </div>
  );
}
