/** A new password of one's own. */
import { Form, Input, Button as SubmitButton } from 'antd';
import { useState } from 'react';
import { useToast } from '../../design/toasts';
import { useSay } from '../../platform/words';
import { useTellFailure } from '../../session/failures';
import { useSession } from '../../session/hooks';

interface Fields {
  old: string;
  new: string;
  again: string;
}

export function PasswordForm({ username }: { username: string }) {
  const say = useSay();
  const tell = useToast();
  const failed = useTellFailure();
  const session = useSession();
  const [form] = Form.useForm<Fields>();
  const [isBusy, setBusy] = useState(false);

  async function change(fields: Fields): Promise<void> {
    setBusy(true);
    try {
      await session.account.changePassword({ old: fields.old, new: fields.new });
      form.resetFields();
      tell(say('settings.changed'));
    } catch (error) {
      failed(error);
    }
    setBusy(false);
  }

  return (
    <Form<Fields>
      form={form}
      layout="vertical"
      requiredMark={false}
      className="password-form"
      onFinish={(fields) => void change(fields)}
    >
      {/* Password keepers look for the name beside a new password. */}
      <input type="text" autoComplete="username" value={username} readOnly hidden />
      <Form.Item
        name="old"
        label={say('settings.old')}
        rules={[{ required: true, message: say('common.required') }]}
      >
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <Form.Item
        name="new"
        label={say('settings.new')}
        rules={[{ required: true, min: 8, message: say('setup.passwordRule') }]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="again"
        label={say('settings.again')}
        dependencies={['new']}
        rules={[
          ({ getFieldValue }) => ({
            validator: (_, value) =>
              value === getFieldValue('new')
                ? Promise.resolve()
                : Promise.reject(new Error(say('setup.mismatch'))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <SubmitButton htmlType="submit" loading={isBusy}>
        {say('settings.change')}
      </SubmitButton>
    </Form>
  );
}
