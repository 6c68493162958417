/** Adding people to a group. */
import { useMemo, useState } from 'react';
import { Button } from '../../design/controls';
import { Dialog } from '../../design/Dialog';
import { useSay } from '../../platform/words';
import type { User } from '../../protocol/generated';
import { useTellFailure } from '../../session/failures';
import { useOffice, useSession } from '../../session/hooks';
import { PeoplePicker } from './PeoplePicker';

export function AddMembersDialog({ conversation, onClose }: { conversation: number; onClose(): void }) {
  const say = useSay();
  const failed = useTellFailure();
  const session = useSession();
  const members = useOffice((office) => office.members.get(conversation));
  const [chosen, setChosen] = useState<readonly User[]>([]);
  const [isBusy, setBusy] = useState(false);
  const there = useMemo(() => new Set((members ?? []).map((one) => one.user_id)), [members]);

  async function add(): Promise<void> {
    setBusy(true);
    try {
      await session.conversations.invite(
        conversation,
        chosen.map((one) => one.id),
      );
      onClose();
    } catch (error) {
      failed(error);
      setBusy(false);
    }
  }

  return (
    <Dialog
      title={say('members.addTitle')}
      closeLabel={say('common.close')}
      onClose={onClose}
      testId="add-members"
      footer={
        <>
          <Button onClick={onClose}>{say('common.cancel')}</Button>
          <Button
            primary
            disabled={isBusy || chosen.length === 0}
            onClick={() => void add()}
            data-testid="add-members-act"
          >
            {say('members.addAct', { count: chosen.length })}
          </Button>
        </>
      }
    >
      <PeoplePicker chosen={chosen} without={there} onChange={setChosen} />
    </Dialog>
  );
}
