/** Where one is signed in, and ending that. */
import { useCallback, useEffect, useState } from 'react';
import { Button } from '../../design/controls';
import { Icon } from '../../design/Icon';
import { ListSkeleton } from '../../design/states';
import { useToast } from '../../design/toasts';
import { shortMoment } from '../../platform/times';
import { useSpeech } from '../../platform/words';
import type { Session } from '../../protocol/generated';
import { useTellFailure } from '../../session/failures';
import { useSession } from '../../session/hooks';

export function Sessions() {
  const { say, language } = useSpeech();
  const tell = useToast();
  const session = useSession();
  const [rows, setRows] = useState<readonly Session[] | null>(null);

  const failed = useTellFailure();
  const read = useCallback(() => {
    session.account.sessions().then(setRows, (error: unknown) => {
      setRows([]);
      failed(error);
    });
  }, [session, failed]);
  useEffect(read, [read]);

  if (!rows) return <ListSkeleton rows={2} label={say('common.loading')} />;
  const words = { today: say('common.today'), yesterday: say('common.yesterday') };
  return (
    <ul className="sessions" data-testid="sessions">
      {[...rows]
        .sort((a, b) => Number(b.current) - Number(a.current) || (a.last_seen_at < b.last_seen_at ? 1 : -1))
        .map((one) => (
          <li key={one.id} data-testid="session-row" data-current={one.current}>
            <Icon name="device" />
            <span>
              <b className="ell">{one.device || '—'}</b>
              <small>
                {one.address} ·{' '}
                {say('settings.lastSeen', { when: shortMoment(one.last_seen_at, language, words) })}
              </small>
            </span>
            {one.current ? (
              <span className="tag">{say('settings.current')}</span>
            ) : (
              <Button
                danger
                data-testid="end-session"
                onClick={() =>
                  session.account.end(one.id).then(() => {
                    tell(say('settings.ended'));
                    read();
                  }, failed)
                }
              >
                {say('settings.end')}
              </Button>
            )}
          </li>
        ))}
    </ul>
  );
}
