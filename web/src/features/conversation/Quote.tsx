/** The message that another one answers; a click goes there. */
import { EmojiText } from '../../design/prose/Emoji';
import { useSay } from '../../platform/words';
import { useOffice, usePerson } from '../../session/hooks';
import { lineOf } from '../../session/sentences';
import { EMPTY_LOG, heldAt } from '../../state/log';

export function Quote({
  conversation,
  seq,
  onJump,
}: {
  conversation: number;
  seq: number;
  onJump(seq: number): void;
}) {
  const say = useSay();
  const quoted = useOffice((office) => heldAt(office.logs.get(conversation) ?? EMPTY_LOG, seq));
  const person = usePerson(quoted?.sender ?? null);
  const line = !quoted
    ? say('message.quoteLoading')
    : quoted.recalled_at !== null
      ? say('message.quoteGone')
      : `${person?.display_name ?? ''}：${lineOf(quoted, say)}`;
  return (
    <button type="button" className="q" tabIndex={-1} onClick={() => onJump(seq)} data-testid="quote">
      <EmojiText text={line} />
    </button>
  );
}
