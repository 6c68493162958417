/** Who is writing now. */

import { EmojiText } from '../../design/prose/Emoji';
import { useSay } from '../../platform/words';
import { useOffice, usePeople } from '../../session/hooks';
import { nameOf } from '../../session/sentences';

export function TypingNote({ conversation }: { conversation: number }) {
  const say = useSay();
  const typing = useOffice((office) =>
    office.typing.filter((one) => one.conversation === conversation).map((one) => one.user),
  );
  const people = usePeople(typing);
  const text =
    typing.length === 0
      ? ''
      : typing.length === 1
        ? say('talk.typingOne', { name: nameOf(people, typing[0] ?? null, say) })
        : say('talk.typingMany', { count: typing.length });
  return (
    <div className="typing ell" aria-live="polite" data-testid="typing">
      <EmojiText text={text} />
    </div>
  );
}
