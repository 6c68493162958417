/** A new password for somebody who forgot theirs. */
import { Alert, Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useToast } from '../../design/toasts';
import { useSay } from '../../platform/words';
import type { User } from '../../protocol/generated';
import { failureWords } from '../../session/failures';
import { useSession } from '../../session/hooks';

export function NewPasswordDialog({ user, onClose }: { user: User; onClose(): void }) {
  const say = useSay();
  const tell = useToast();
  const session = useSession();
  const [form] = Form.useForm<{ password: string }>();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function set({ password }: { password: string }): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      await session.administration.change(user.id, { password });
      tell(say('admin.passwordSet'));
      onClose();
    } catch (error) {
      setProblem(failureWords(say, error));
      setBusy(false);
    }
  }

  return (
    <Modal
      open
      centered
      title={say('admin.passwordFor', { name: user.display_name })}
      okText={say('common.save')}
      cancelText={say('common.cancel')}
      confirmLoading={isBusy}
      onOk={() => form.submit()}
      onCancel={onClose}
      okButtonProps={{ 'data-testid': 'new-password-act' } as Record<`data-${string}`, string>}
    >
      <p className="admin-consequence">{say('admin.passwordConsequence')}</p>
      {problem && <Alert type="error" title={problem} showIcon className="admin-problem" />}
      <Form form={form} layout="vertical" requiredMark={false} onFinish={(wish) => void set(wish)}>
        <Form.Item
          name="password"
          label={say('settings.new')}
          rules={[{ required: true, min: 8, message: say('setup.passwordRule') }]}
        >
          <Input.Password autoFocus maxLength={256} autoComplete="new-password" />
        </Form.Item>
      </Form>
    </Modal>
  );
}
