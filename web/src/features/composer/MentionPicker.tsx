/** The members to speak to, narrowed by what is written after the `@`. */
import { type Ref, useEffect, useImperativeHandle, useMemo, useState } from 'react';
import { Avatar } from '../../design/Avatar';
import { Icon } from '../../design/Icon';
import { EmojiText } from '../../design/prose/Emoji';
import { useSay } from '../../platform/words';
import type { Conversation, User } from '../../protocol/generated';
import { useOffice, usePeople, useSession } from '../../session/hooks';
import { byName } from '../../session/sentences';
import { EVERYBODY, type Mention } from './draft';

const SHOWN = 8;

export interface MentionPickerHandle {
  /** Whether the key was meant for the picker. */
  press(key: string): boolean;
}

interface MentionPickerProps {
  conversation: Conversation;
  words: string;
  onChoose(mention: Mention): void;
  onClose(): void;
  ref?: Ref<MentionPickerHandle>;
}

export function MentionPicker({ conversation, words, onChoose, onClose, ref }: MentionPickerProps) {
  const say = useSay();
  const session = useSession();
  const me = useOffice((office) => office.me.id);
  const members = useOffice((office) => office.members.get(conversation.id));
  const people = usePeople(useMemo(() => (members ?? []).map((one) => one.user_id), [members]));
  const [found, setFound] = useState<readonly User[]>([]);
  const [at, setAt] = useState(0);

  useEffect(() => {
    if (!members) session.conversations.members(conversation.id).catch(() => undefined);
  }, [session, conversation.id, members]);

  // The server knows pinyin and initials; what it finds is added to what is found here.
  useEffect(() => {
    let isCurrent = true;
    if (words === '') {
      setFound([]);
      return undefined;
    }
    session.people.search(words, 50).then(
      (users) => {
        if (isCurrent) setFound(users);
      },
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [session, words]);

  const choices = useMemo(() => {
    const ids = new Set((members ?? []).map((one) => one.user_id));
    const wanted = words.toLowerCase();
    const here = [...ids].flatMap((id) => people.get(id) ?? []);
    const fits = (user: User) =>
      user.display_name.toLowerCase().includes(wanted) ||
      user.username.toLowerCase().startsWith(wanted) ||
      found.some((one) => one.id === user.id);
    const some: Mention[] = here
      .filter((user) => user.id !== me && !user.disabled && fits(user))
      .sort(byName)
      .slice(0, SHOWN)
      .map((user) => ({ id: user.id, name: user.display_name }));
    const all = say('composer.all');
    return all.toLowerCase().includes(wanted) || 'all'.startsWith(wanted)
      ? [{ id: EVERYBODY, name: all }, ...some]
      : some;
  }, [members, people, found, words, me, say]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another word begins at the first choice
  useEffect(() => setAt(0), [words]);

  useImperativeHandle(ref, () => ({
    press(key) {
      if (key === 'ArrowDown' || key === 'ArrowUp') {
        const step = key === 'ArrowDown' ? 1 : -1;
        setAt((now) => (choices.length === 0 ? 0 : (now + step + choices.length) % choices.length));
        return choices.length > 0;
      }
      const chosen = choices[at];
      if ((key === 'Enter' || key === 'Tab') && chosen) {
        onChoose(chosen);
        return true;
      }
      return false;
    },
  }));

  if (choices.length === 0) {
    // Nobody of that name: whoever writes an address is not held up.
    return members ? null : <div className="mention-list">{say('common.loading')}</div>;
  }
  return (
    <div
      className="mention-list"
      role="listbox"
      aria-label={say('composer.mention')}
      data-testid="mention-list"
    >
      {choices.map((choice, index) => (
        <button
          key={choice.id}
          type="button"
          role="option"
          aria-selected={index === at}
          data-user={choice.id}
          onMouseDown={(down) => down.preventDefault()}
          onMouseEnter={() => setAt(index)}
          onClick={() => onChoose(choice)}
          onKeyDown={(key) => key.key === 'Escape' && onClose()}
        >
          {choice.id === EVERYBODY ? (
            <span className="av s everybody">
              <Icon name="people" size={18} />
            </span>
          ) : (
            <Avatar id={choice.id} name={choice.name} small />
          )}
          <span className="ell">
            <EmojiText text={choice.name} />
          </span>
          <small className="ell">{people.get(choice.id)?.username}</small>
        </button>
      ))}
    </div>
  );
}
