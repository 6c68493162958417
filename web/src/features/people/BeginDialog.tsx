/** Beginning a conversation: one person makes a direct one, more make a group. */
import { useState } from 'react';
import { Button } from '../../design/controls';
import { Dialog } from '../../design/Dialog';
import { useSay } from '../../platform/words';
import type { User } from '../../protocol/generated';
import { useTellFailure } from '../../session/failures';
import { useOffice, useSession } from '../../session/hooks';
import { titleFromNames } from '../../session/sentences';
import { PeoplePicker } from './PeoplePicker';

const NOBODY: ReadonlySet<number> = new Set();

export function BeginDialog({ onBegun, onClose }: { onBegun(conversation: number): void; onClose(): void }) {
  const say = useSay();
  const failed = useTellFailure();
  const session = useSession();
  const me = useOffice((office) => office.me);
  const [chosen, setChosen] = useState<readonly User[]>([]);
  const [title, setTitle] = useState('');
  const [isBusy, setBusy] = useState(false);
  const isGroup = chosen.length > 1 || (chosen.length === 1 && title.trim() !== '');

  async function begin(work: () => Promise<number>): Promise<void> {
    setBusy(true);
    try {
      onBegun(await work());
    } catch (error) {
      failed(error);
      setBusy(false);
    }
  }

  function act(): void {
    const [first] = chosen;
    if (!first) return;
    if (!isGroup) {
      void begin(() => session.conversations.direct(first.id));
      return;
    }
    const name =
      title.trim() || titleFromNames([me.display_name, ...chosen.map((one) => one.display_name)], say);
    void begin(() =>
      session.conversations.group(
        name,
        chosen.map((one) => one.id),
      ),
    );
  }

  return (
    <Dialog
      title={say('begin.title')}
      closeLabel={say('common.close')}
      onClose={onClose}
      testId="begin"
      footer={
        <>
          <Button
            disabled={isBusy}
            onClick={() => void begin(() => session.conversations.direct(me.id))}
            data-testid="begin-self"
          >
            {say('begin.self')}
          </Button>
          <Button primary disabled={isBusy || chosen.length === 0} onClick={act} data-testid="begin-act">
            {isGroup ? say('begin.group', { count: chosen.length + 1 }) : say('begin.direct')}
          </Button>
        </>
      }
    >
      <PeoplePicker chosen={chosen} without={NOBODY} onChange={setChosen} />
      {chosen.length > 0 && (
        <label className="group-name">
          {say('begin.groupName')}
          <input
            className="field"
            value={title}
            maxLength={100}
            placeholder={say('begin.groupNameHint')}
            data-testid="group-title"
            onChange={(event) => setTitle(event.target.value)}
          />
        </label>
      )}
    </Dialog>
  );
}
