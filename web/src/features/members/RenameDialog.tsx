/** A new name for a group. */
import { type FormEvent, useId, useState } from 'react';
import { Button } from '../../design/controls';
import { Dialog } from '../../design/Dialog';
import { useSay } from '../../platform/words';
import type { Conversation } from '../../protocol/generated';
import { useTellFailure } from '../../session/failures';
import { useSession } from '../../session/hooks';

export function RenameDialog({ conversation, onClose }: { conversation: Conversation; onClose(): void }) {
  const say = useSay();
  const failed = useTellFailure();
  const session = useSession();
  const form = useId();
  const [title, setTitle] = useState(conversation.title ?? '');
  const [isBusy, setBusy] = useState(false);

  async function rename(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    try {
      await session.conversations.rename(conversation.id, title.trim());
      onClose();
    } catch (error) {
      failed(error);
      setBusy(false);
    }
  }

  return (
    <Dialog
      title={say('members.rename')}
      closeLabel={say('common.close')}
      onClose={onClose}
      testId="rename-dialog"
      footer={
        <>
          <Button onClick={onClose}>{say('common.cancel')}</Button>
          <Button
            primary
            type="submit"
            form={form}
            disabled={isBusy || title.trim() === ''}
            data-testid="rename-act"
          >
            {say('common.save')}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void rename(event)} className="rename">
        <input
          className="field"
          value={title}
          maxLength={100}
          aria-label={say('begin.groupName')}
          autoFocus
          data-testid="rename-title"
          onChange={(event) => setTitle(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
