/** A new account. */
import { Alert, Form, Input, Modal, Switch } from 'antd';
import { useState } from 'react';
import { useSay } from '../../platform/words';
import type { AddUser, User } from '../../protocol/generated';
import { failureWords } from '../../session/failures';
import { useSession } from '../../session/hooks';

export function AddPersonDialog({ onAdded, onClose }: { onAdded(user: User): void; onClose(): void }) {
  const say = useSay();
  const session = useSession();
  const [form] = Form.useForm<AddUser>();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function add(wish: AddUser): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      onAdded(
        await session.administration.add({
          ...wish,
          username: wish.username.trim(),
          is_admin: wish.is_admin ?? false,
        }),
      );
    } catch (error) {
      setProblem(failureWords(say, error));
      setBusy(false);
    }
  }

  return (
    <Modal
      open
      centered
      title={say('admin.add')}
      okText={say('common.add')}
      cancelText={say('common.cancel')}
      confirmLoading={isBusy}
      onOk={() => form.submit()}
      onCancel={onClose}
      okButtonProps={{ 'data-testid': 'add-person-act' } as Record<`data-${string}`, string>}
    >
      <Form<AddUser>
        form={form}
        layout="vertical"
        requiredMark={false}
        onFinish={(wish) => void add(wish)}
        data-testid="add-person-form"
      >
        {problem && <Alert type="error" title={problem} showIcon className="admin-problem" />}
        <Form.Item
          name="display_name"
          label={say('admin.name')}
          rules={[{ required: true, whitespace: true, message: say('common.required') }]}
        >
          <Input maxLength={100} autoFocus />
        </Form.Item>
        <Form.Item
          name="username"
          label={say('admin.username')}
          rules={[{ required: true, whitespace: true, message: say('common.required') }]}
        >
          <Input maxLength={64} autoComplete="off" spellCheck={false} />
        </Form.Item>
        <Form.Item
          name="password"
          label={say('admin.initialPassword')}
          rules={[{ required: true, min: 8, message: say('setup.passwordRule') }]}
        >
          <Input.Password maxLength={256} autoComplete="new-password" />
        </Form.Item>
        <Form.Item name="is_admin" label={say('admin.isAdmin')} valuePropName="checked">
          <Switch />
        </Form.Item>
      </Form>
    </Modal>
  );
}
