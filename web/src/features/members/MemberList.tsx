/** Who is in it: owner and admins first, then by name. */
import { useMemo, useState } from 'react';
import { VList } from 'virtua';
import { Avatar } from '../../design/Avatar';
import { IconButton } from '../../design/controls';
import { below, type Place } from '../../design/Menu';
import { EmojiText } from '../../design/prose/Emoji';
import { ListSkeleton } from '../../design/states';
import { useSay } from '../../platform/words';
import type { Conversation, Member } from '../../protocol/generated';
import { useOffice, usePeople, usePresence } from '../../session/hooks';
import { nameOf } from '../../session/sentences';

export const RANK: Readonly<Record<Member['role'], number>> = { owner: 0, admin: 1, member: 2 };
const FILTER_FROM = 12;

interface MemberListProps {
  conversation: Conversation;
  onAdd(): void;
  onMenu(place: Place, member: Member): void;
}

/** Who is in a direct conversation is known without asking. */
function talkersOf(conversation: Conversation, me: number): Member[] | undefined {
  if (conversation.kind !== 'direct' || conversation.peer === null) return undefined;
  return [...new Set([me, conversation.peer])].map((id) => ({ user_id: id, role: 'member', joined_seq: 1 }));
}

export function MemberList({ conversation, onAdd, onMenu }: MemberListProps) {
  const say = useSay();
  const me = useOffice((office) => office.me.id);
  const told = useOffice((office) => office.members.get(conversation.id));
  const members = useMemo(() => told ?? talkersOf(conversation, me), [told, conversation, me]);
  const [words, setWords] = useState('');
  const ids = useMemo(() => (members ?? []).map((one) => one.user_id), [members]);
  const people = usePeople(ids);
  const presence = usePresence(ids);
  const isGroup = conversation.kind === 'group';

  const rows = useMemo(() => {
    const wanted = words.trim().toLowerCase();
    const name = (one: Member) => nameOf(people, one.user_id, say);
    return (members ?? [])
      .filter((one) => name(one).toLowerCase().includes(wanted))
      .sort((a, b) => RANK[a.role] - RANK[b.role] || name(a).localeCompare(name(b), 'zh-CN'));
  }, [members, people, words, say]);

  return (
    <section className="side-members">
      <h3>
        {say('members.members', { count: conversation.members_count })}
        {isGroup && conversation.dismissed_at === null && (
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
                <span className="ell">
                  <EmojiText text={name} />
                </span>
                {isGroup && member.role !== 'member' && (
                  <span className="tag">{say(`members.${member.role}`)}</span>
                )}
                {member.user_id !== me && (
                  <IconButton
                    icon="more"
                    size={16}
                    label={say('members.memberMenu')}
                    data-testid="member-menu"
                    onClick={(click) => onMenu(below(click.currentTarget), member)}
                  />
                )}
              </div>
            );
          }}
        </VList>
      )}
    </section>
  );
}
