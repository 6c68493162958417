/** What a conversation is: its members and their roles, what it is called, how one leaves it. */
import { useEffect, useState } from 'react';
import { IconButton } from '../../design/controls';
import { Confirm } from '../../design/Dialog';
import { Icon, type IconName } from '../../design/Icon';
import { Menu, type MenuItem, type Place } from '../../design/Menu';
import { EmojiText } from '../../design/prose/Emoji';
import { dayHeading } from '../../platform/times';
import { useSpeech } from '../../platform/words';
import type { Conversation, Member } from '../../protocol/generated';
import { useTellFailure } from '../../session/failures';
import { useOffice, useSession } from '../../session/hooks';
import { nameOf, titleOf } from '../../session/sentences';
import { MemberList, RANK } from './MemberList';
import { RenameDialog } from './RenameDialog';
import './members.css';

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
  const session = useSession();
  const id = conversation.id;
  const me = useOffice((office) => office.me.id);
  const [menu, setMenu] = useState<{ place: Place; member: Member } | null>(null);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [isRenaming, setRenaming] = useState(false);
  const [isBusy, setBusy] = useState(false);

  useEffect(() => {
    session.conversations.members(id).catch(() => undefined);
  }, [session, id]);

  const people = useOffice((office) => office.people);
  const title = titleOf(conversation, me, people, say);
  const isGroup = conversation.kind === 'group';
  const isAlive = conversation.dismissed_at === null;
  const myRank = RANK[conversation.my.role];
  const failed = useTellFailure();

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
            <b>
              <EmojiText text={title} />
            </b>
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
      <MemberList
        conversation={conversation}
        onAdd={onAdd}
        onMenu={(place, member) => setMenu({ place, member })}
      />
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
