/** Which of the three one sees: the set-up, the sign-in, or the office. */
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { browserStorage, Drawer } from '../cache/drawer';
import { Refusal } from '../connection/problems';
import type { Rest } from '../connection/rest';
import { Button } from '../design/controls';
import { Failure } from '../design/states';
import { deviceLabel } from '../platform/device';
import { newId } from '../platform/ids';
import { navigate, usePath } from '../platform/router';
import { type Speaker, useSay } from '../platform/words';
import type { Me } from '../protocol/generated';
import { SessionContext } from '../session/hooks';
import { openSession, type Session } from '../session/session';

import { Boundary } from './Boundary';
import { Office } from './Office';

const SignIn = lazy(() => import('../features/sign-in/SignIn').then((part) => ({ default: part.SignIn })));
const SetUp = lazy(() => import('../features/setup/SetUp').then((part) => ({ default: part.SetUp })));

type Stage =
  | { readonly at: 'asking' }
  | { readonly at: 'unreachable' }
  | { readonly at: 'signed-out'; readonly ended: boolean }
  | { readonly at: 'signed-in'; readonly session: Session };

export function App({ rest, speaker }: { rest: Rest; speaker: Speaker }) {
  const say = useSay();
  const path = usePath();
  const [stage, setStage] = useState<Stage>({ at: 'asking' });
  const live = useRef<Session | null>(null);

  const leave = useCallback((ended: boolean) => {
    live.current?.close();
    live.current = null;
    setStage({ at: 'signed-out', ended });
  }, []);

  const enter = useCallback(
    (me: Me) => {
      live.current?.close();
      const session = openSession({
        me,
        rest,
        socketUrl: `${window.location.protocol === 'https:' ? 'wss' : 'ws'}://${window.location.host}/api/v1/socket`,
        drawer: new Drawer(me.id, browserStorage()),
        device: deviceLabel(),
        now: () => Date.now(),
        newId,
        onEnded: () => leave(true),
      });
      live.current = session;
      setStage({ at: 'signed-in', session });
      const here = window.location.pathname;
      if (here === '/sign-in' || here === '/setup') navigate('/', { replace: true });
    },
    [rest, leave],
  );

  const ask = useCallback(async () => {
    setStage({ at: 'asking' });
    try {
      enter(await rest.get<Me>(['me']));
    } catch (error) {
      const isSignedOut = error instanceof Refusal && error.status < 500;
      setStage(isSignedOut ? { at: 'signed-out', ended: false } : { at: 'unreachable' });
    }
  }, [rest, enter]);

  useEffect(() => {
    rest.onSignedOut = () => {
      if (live.current) leave(true);
    };
    void ask();
    return () => {
      live.current?.close();
      live.current = null;
    };
  }, [rest, ask, leave]);

  switch (stage.at) {
    case 'asking':
      return null;
    case 'unreachable':
      return (
        <Failure title={say('signIn.unreachable')} hint={say('signIn.unreachableHint')}>
          <Button primary onClick={() => void ask()}>
            {say('common.retry')}
          </Button>
        </Failure>
      );
    case 'signed-in':
      return (
        <SessionContext.Provider value={stage.session}>
          <Boundary
            fallback={
              <Failure title={say('common.broken')} hint={say('common.brokenHint')}>
                <Button primary onClick={() => window.location.reload()}>
                  {say('common.reload')}
                </Button>
              </Failure>
            }
          >
            <Office speaker={speaker} onSignedOut={() => leave(false)} />
          </Boundary>
        </SessionContext.Provider>
      );
    case 'signed-out':
      return (
        <Suspense fallback={null}>
          {path === '/setup' ? (
            <SetUp rest={rest} onSignedIn={enter} onDone={() => navigate('/sign-in', { replace: true })} />
          ) : (
            <SignIn rest={rest} ended={stage.ended} onSignedIn={enter} />
          )}
        </Suspense>
      );
  }
}
