/** The first day: nothing was said yet, so it says what to do first. */
import { Button } from '../design/controls';
import { Empty } from '../design/states';
import { navigate } from '../platform/router';
import { useSay } from '../platform/words';
import { useOffice } from '../session/hooks';

export function Welcome({ onTalk }: { onTalk(user: number): void }) {
  const say = useSay();
  const me = useOffice((office) => office.me);
  return (
    <Empty
      icon="smile"
      title={say('talk.welcome')}
      hint={say(me.is_admin ? 'talk.welcomeAdmin' : 'talk.welcomeHint')}
    >
      {me.is_admin && (
        <Button onClick={() => navigate('/admin')} data-testid="welcome-admin">
          {say('admin.add')}
        </Button>
      )}
      <Button onClick={() => onTalk(me.id)} data-testid="welcome-self">
        {say('begin.self')}
      </Button>
    </Empty>
  );
}
