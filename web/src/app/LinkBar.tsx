/** A thin bar while the connection is away, not at the first blink of it. */
import { useEffect, useState } from 'react';
import { Icon } from '../design/Icon';
import { useSay } from '../platform/words';
import { useKnown, useSession } from '../session/hooks';

const AFTER_MS = 1500;

export function LinkBar() {
  const say = useSay();
  const session = useSession();
  const link = useKnown((known) => known.link);
  const [isLate, setLate] = useState(false);
  const isAway = link !== 'live' && link !== 'ended';

  useEffect(() => {
    if (!isAway) {
      setLate(false);
      return undefined;
    }
    const timer = setTimeout(() => setLate(true), AFTER_MS);
    return () => clearTimeout(timer);
  }, [isAway]);

  if (!isAway || !isLate) return null;
  return (
    <div className="bar-note" role="status" data-testid="link-bar">
      <Icon name="alert" size={16} />
      <span>
        {say(link === 'waiting' ? 'link.waiting' : 'link.connecting')}{' '}
        <span className="wide">{say('link.queued')}</span>
      </span>
      {link === 'waiting' && (
        <button type="button" className="link-btn" onClick={() => session.hurry()}>
          {say('link.now')}
        </button>
      )}
    </div>
  );
}
