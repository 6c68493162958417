/** The people of the company: add accounts, disable them, give new passwords. */
import { Button, Input, Modal, Space, Table } from 'antd';
import { useCallback, useEffect, useRef, useState } from 'react';
import { IconButton } from '../../design/controls';
import { Forms } from '../../design/Forms';
import { below, Menu, type MenuItem, type Place } from '../../design/Menu';
import '../../design/page.css';
import { EmojiText } from '../../design/prose/Emoji';
import { Empty } from '../../design/states';
import { useToast } from '../../design/toasts';
import { PHONE, useMedia, useTheme } from '../../platform/screen';
import { useSpeech } from '../../platform/words';
import type { User } from '../../protocol/generated';
import { useTellFailure } from '../../session/failures';
import { useOffice, useSession } from '../../session/hooks';
import { AddPersonDialog } from './AddPersonDialog';
import { NewPasswordDialog } from './NewPasswordDialog';
import './admin.css';

const AFTER_MS = 200;

export function AdminPage() {
  const { say, language } = useSpeech();
  const me = useOffice((office) => office.me);
  const theme = useTheme(me.settings.theme);
  if (!me.is_admin) {
    return (
      <main className="page">
        <Empty icon="shield" title={say('admin.notAllowed')} hint={say('admin.notAllowedHint')} />
      </main>
    );
  }
  return (
    <Forms theme={theme} fontSize={me.settings.font_size ?? 14} language={language}>
      <People me={me.id} />
    </Forms>
  );
}

function People({ me }: { me: number }) {
  const { say } = useSpeech();
  const tell = useToast();
  const session = useSession();
  const [question, ask] = Modal.useModal();
  const [words, setWords] = useState('');
  const [rows, setRows] = useState<readonly User[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [isLoading, setLoading] = useState(true);
  const [isAdding, setAdding] = useState(false);
  const [passwordFor, setPasswordFor] = useState<User | null>(null);
  const [menu, setMenu] = useState<{ place: Place; user: User } | null>(null);
  const isNarrow = useMedia(PHONE);
  const latest = useRef(0);

  const failed = useTellFailure();

  const read = useCallback(
    async (query: string, cursor?: string) => {
      const mine = ++latest.current;
      setLoading(true);
      try {
        const page = await session.administration.people(query, cursor);
        if (mine !== latest.current) return;
        setRows((now) => (cursor ? [...now, ...page.items] : page.items));
        setNext(page.next);
      } catch (error) {
        failed(error);
      }
      if (mine === latest.current) setLoading(false);
    },
    [session, failed],
  );

  useEffect(() => {
    const timer = setTimeout(() => void read(words), words === '' ? 0 : AFTER_MS);
    return () => clearTimeout(timer);
  }, [read, words]);

  async function setDisabled(user: User, disabled: boolean): Promise<void> {
    try {
      await session.administration.change(user.id, { disabled });
      setRows((now) => now.map((one) => (one.id === user.id ? { ...one, disabled } : one)));
      tell(say('admin.changed'));
    } catch (error) {
      failed(error);
    }
  }

  function disable(user: User): void {
    void question.confirm({
      title: say('admin.disableTitle', { name: user.display_name }),
      content: say('admin.disableConsequence'),
      okText: say('admin.disable'),
      cancelText: say('common.cancel'),
      okButtonProps: { danger: true },
      centered: true,
      onOk: () => setDisabled(user, true),
    });
  }

  function itemsFor(user: User): MenuItem[] {
    const password: MenuItem = {
      key: 'new-password',
      label: say('admin.newPassword'),
      onChoose: () => setPasswordFor(user),
    };
    if (user.disabled) {
      const enable = () => void setDisabled(user, false);
      return [password, { key: 'enable', label: say('admin.enable'), onChoose: enable }];
    }
    if (user.id === me) return [password];
    return [
      password,
      { key: 'disable', danger: true, label: say('admin.disable'), onChoose: () => disable(user) },
    ];
  }

  return (
    <main className="page" data-testid="admin-page">
      {ask}
      <header className="page-head">
        <h1>{say('admin.title')}</h1>
        <Input.Search
          className="admin-search"
          allowClear
          placeholder={say('admin.search')}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <Button type="primary" onClick={() => setAdding(true)} data-testid="add-person">
          {say('admin.add')}
        </Button>
        <p className="page-hint">{say('admin.hint')}</p>
      </header>
      <div className="page-body">
        <Table<User>
          rowKey="id"
          size="middle"
          loading={isLoading}
          dataSource={[...rows]}
          pagination={false}
          tableLayout="fixed"
          onRow={(user) => ({ 'data-testid': 'person-row', 'data-username': user.username }) as object}
          footer={
            next
              ? () => (
                  <Button type="link" loading={isLoading} onClick={() => void read(words, next)}>
                    {say('admin.more')}
                  </Button>
                )
              : undefined
          }
          columns={[
            {
              title: say('admin.name'),
              dataIndex: 'display_name',
              ellipsis: true,
              render: (_, user) => <EmojiText text={user.display_name} />,
            },
            {
              title: say('admin.username'),
              dataIndex: 'username',
              ellipsis: true,
              width: 180,
              responsive: ['md'],
            },
            {
              title: say('admin.status'),
              width: 96,
              render: (_, user) => (
                <span className={user.disabled ? 'tag' : 'tag good'}>
                  {say(user.disabled ? 'admin.disabled' : 'admin.active')}
                </span>
              ),
            },
            {
              title: isNarrow ? '' : say('admin.actions'),
              width: isNarrow ? 64 : 220,
              render: (_, user) =>
                isNarrow ? (
                  <IconButton
                    icon="more"
                    label={say('admin.actions')}
                    data-testid="person-menu"
                    onClick={(click) => setMenu({ place: below(click.currentTarget), user })}
                  />
                ) : (
                  <Space wrap size={[8, 4]}>
                    {user.disabled ? (
                      <Button size="small" onClick={() => void setDisabled(user, false)} data-testid="enable">
                        {say('admin.enable')}
                      </Button>
                    ) : (
                      <Button
                        size="small"
                        danger
                        disabled={user.id === me}
                        onClick={() => disable(user)}
                        data-testid="disable"
                      >
                        {say('admin.disable')}
                      </Button>
                    )}
                    <Button size="small" onClick={() => setPasswordFor(user)} data-testid="new-password">
                      {say('admin.newPassword')}
                    </Button>
                  </Space>
                ),
            },
          ]}
        />
      </div>
      {isAdding && (
        <AddPersonDialog
          onAdded={(user) => {
            setAdding(false);
            tell(say('admin.added', { name: user.display_name }));
            void read(words);
          }}
          onClose={() => setAdding(false)}
        />
      )}
      {menu && (
        <Menu
          place={menu.place}
          items={itemsFor(menu.user)}
          label={say('admin.actions')}
          onClose={() => setMenu(null)}
        />
      )}
      {passwordFor && <NewPasswordDialog user={passwordFor} onClose={() => setPasswordFor(null)} />}
    </main>
  );
}
