/** What a conversation is: its members and their roles, what it is called, how one leaves it. */
import { useEffect, useMemo, useState } from 'react';
import { VList } from 'virtua';
import { Refusal } from '../../connection/problems';
import { Avatar } from '../../design/Avatar';
import { IconButton } from '../../design/controls';
import { Confirm } from '../../design/Dialog';
import { Icon, type IconName } from '../../design/Icon';
import { below, Menu, type MenuItem, type Place } from '../../design/Menu';
import { ListSkeleton } from '../../design/states';
import { useToast } from '../../design/toasts';
import { dayHeading } from '../../platform/times';
import { problemWords, useSpeech } from '../../platform/words';
import type { Conversation, Member } from '../../protocol/generated';
import { useOffice, usePeople, usePresence, useSession } from '../../session/hooks';
import { nameOf, titleOf } from '../../session/sentences';
import { RenameDialog } from './RenameDialog';
import './members.css';

const RANK: Readonly<Record<Member['role'], number>> = { owner: 0, admin: 1, member: 2 };
const FILTER_FROM = 12;

interface Asking {
  readonly title: string;
  readonly consequence: string;
  readonly act: string;
  work(): Promise<void>;
}

interface MembersDrawerProps {
  conversation: Conversation;
  onAdd(): void;
  onTalk(user: number): void;
  onGone(): void;
  onClose(): void;
}

export function MembersDrawer({ conversation, onAdd, onTalk, onGone, onClose }: MembersDrawerProps) {
  const { say, language } = useSpeech();
  const tell = useToast();
  const session = useSession();
  const id = conversation.id;
  const me = useOffice((office) => office.me.id);
  const members = useOffice((office) => office.members.get(id));
  const [words, setWords] = useState('');
  const [menu, setMenu] = useState<{ place: Place; member: Member } | null>(null);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [isRenaming, setRenaming] = useState(false);
  const [isBusy, setBusy] = useState(false);

  useEffect(() => {
    session.conversations.members(id).catch(() => undefined);
  }, [session, id]);

  const ids = useMemo(() => (members ?? []).map((one) => one.user_id), [members]);
  const people = usePeople(ids);
  const presence = usePresence(ids);
  const title = titleOf(conversation, me, people, say);
  const isGroup = conversation.kind === 'group';
  const isAlive = conversation.dismissed_at === null;
  const myRank = RANK[conversation.my.role];
  const wanted = words.trim().toLowerCase();
  const rows = [...(members ?? [])]
    .filter((one) => nameOf(people, one.user_id, say).toLowerCase().includes(wanted))
    .sort(
      (a, b) =>
        RANK[a.role] - RANK[b.role] ||
        nameOf(people, a.user_id, say).localeCompare(nameOf(people, b.user_id, say), 'zh-CN'),
    );

  function failed(error: unknown): void {
    tell(
      error instanceof Refusal ? problemWords(say, error.code, error.message) : say('problems.unreachable'),
      'bad',
    );
  }

  async function act(): Promise<void> {
    if (!asking) return;
    setBusy(true);
    try {
      await asking.work();
      setAsking(null);
    } catch (error) {
      failed(error);
    } finally {
      setBusy(false);
    }
  }

  function itemsFor(member: Member): MenuItem[] {
    const user = member.user_id;
    const name = nameOf(people, user, say);
    const items: MenuItem[] = [
      { key: 'talk', icon: 'chat', label: say('members.talk'), onChoose: () => onTalk(user) },
    ];
    if (!isGroup || !isAlive || user === me) return items;
    if (conversation.my.role === 'owner') {
      const role = member.role === 'admin' ? 'member' : 'admin';
      items.push({
        key: role === 'admin' ? 'make-admin' : 'make-member',
        icon: 'shield',
        label: say(role === 'admin' ? 'members.makeAdmin' : 'members.makeMember'),
        onChoose: () => void session.conversations.setRole(id, user, role).catch(failed),
      });
      items.push({
        key: 'make-owner',
        icon: 'crown',
        label: say('members.makeOwner'),
        onChoose: () =>
          setAsking({
            title: say('members.ownerTitle', { name }),
            consequence: say('members.ownerConsequence'),
            act: say('members.makeOwner'),
            work: () => session.conversations.setRole(id, user, 'owner'),
          }),
      });
    }
    if (myRank < RANK[member.role]) {
      items.push({
        key: 'remove',
        icon: 'close',
        danger: true,
        apart: true,
        label: say('members.remove'),
        onChoose: () =>
          setAsking({
            title: say('members.removeTitle', { name }),
            consequence: say('members.removeConsequence'),
            act: say('members.remove'),
            work: () => session.conversations.remove(id, user),
          }),
      });
    }
    return items;
  }

  const set = (change: Parameters<typeof session.conversations.change>[1]) =>
    void session.conversations.change(id, change).catch(failed);

  return (
    <aside className="side" aria-label={say('members.title')} data-testid="members-drawer">
      <header>
        <h2>{say('members.title')}</h2>
        <IconButton
          icon="close"
          size={18}
          label={say('common.close')}
          onClick={onClose}
          data-testid="close-drawer"
        />
      </header>
      {isGroup && (
        <section className="side-about">
          <div className="side-title">
            <b>{title}</b>
            {isAlive && myRank < RANK.member && (
              <IconButton
                icon="edit"
                size={16}
                label={say('members.rename')}
                onClick={() => setRenaming(true)}
                data-testid="rename"
              />
            )}
          </div>
          <small>
            {say('members.since', {
              day: dayHeading(conversation.created_at, language, {
                today: say('common.today'),
                yesterday: say('common.yesterday'),
              }),
            })}
          </small>
        </section>
      )}
      <section>
        <Switch
          label={say('inbox.pin')}
          icon="pin"
          on={conversation.my.pinned}
          onChange={(pinned) => set({ pinned })}
        />
        <Switch
          label={say('inbox.mute')}
          icon="muted"
          on={conversation.my.muted}
          onChange={(muted) => set({ muted })}
        />
      </section>
      <section className="side-members">
        <h3>
          {say('members.members', { count: conversation.members_count })}
          {isGroup && isAlive && (
            <button type="button" className="link-btn" onClick={onAdd} data-testid="add-member">
              {say('members.add')}
            </button>
          )}
        </h3>
        {(members?.length ?? 0) >= FILTER_FROM && (
          <input
            className="field"
            type="search"
            placeholder={say('members.filter')}
            aria-label={say('members.filter')}
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        )}
        {!members ? (
          <ListSkeleton rows={4} label={say('common.loading')} />
        ) : (
          <VList className="member-rows" data={rows}>
            {(member) => {
              const name = nameOf(people, member.user_id, say);
              const isOnline = member.user_id === me || presence.get(member.user_id) === 'online';
              return (
                <div
                  key={member.user_id}
                  className="member"
                  data-testid="member"
                  data-user={member.user_id}
                  data-role={member.role}
                >
                  <Avatar
                    id={member.user_id}
                    name={name}
                    small
                    online={isOnline}
                    gone={people.get(member.user_id)?.disabled ?? false}
                  />
                  <span className="ell">{name}</span>
                  {isGroup && member.role !== 'member' && (
                    <span className="tag">{say(`members.${member.role}`)}</span>
                  )}
                  {member.user_id !== me && (
                    <IconButton
                      icon="more"
                      size={16}
                      label={say('members.memberMenu')}
                      data-testid="member-menu"
                      onClick={(click) => setMenu({ place: below(click.currentTarget), member })}
                    />
                  )}
                </div>
              );
            }}
          </VList>
        )}
      </section>
      {isGroup && (
        <section className="side-end">
          <button
            type="button"
            data-testid="leave"
            onClick={() =>
              setAsking({
                title: say('members.leaveTitle', { title }),
                consequence: say('members.leaveConsequence'),
                act: say('members.leave'),
                work: async () => {
                  await session.conversations.leave(id);
                  onGone();
                },
              })
            }
          >
            <Icon name="leave" size={18} />
            {say('members.leave')}
          </button>
          {isAlive && conversation.my.role === 'owner' && (
            <button
              type="button"
              data-testid="dismiss"
              onClick={() =>
                setAsking({
                  title: say('members.dismissTitle', { title }),
                  consequence: say('members.dismissConsequence'),
                  act: say('members.dismiss'),
                  work: () => session.conversations.dismiss(id),
                })
              }
            >
              <Icon name="close" size={18} />
              {say('members.dismiss')}
            </button>
          )}
        </section>
      )}
      {menu && (
        <Menu
          place={menu.place}
          items={itemsFor(menu.member)}
          label={say('members.memberMenu')}
          onClose={() => setMenu(null)}
        />
      )}
      {asking && (
        <Confirm
          title={asking.title}
          consequence={asking.consequence}
          act={asking.act}
          cancel={say('common.cancel')}
          busy={isBusy}
          onAct={() => void act()}
          onCancel={() => setAsking(null)}
        />
      )}
      {isRenaming && <RenameDialog conversation={conversation} onClose={() => setRenaming(false)} />}
    </aside>
  );
}

function Switch({
  label,
  icon,
  on,
  onChange,
}: {
  label: string;
  icon: IconName;
  on: boolean;
  onChange(on: boolean): void;
}) {
  return (
    <button type="button" role="switch" aria-checked={on} className="switch" onClick={() => onChange(!on)}>
      <Icon name={icon} size={18} />
      {label}
      <i className={on ? 'on' : ''} />
    </button>
  );
}
