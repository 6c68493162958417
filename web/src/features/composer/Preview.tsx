/** The text as others will see it. */
import { useMemo } from 'react';
import { Prose } from '../../design/prose/Prose';
import { copy } from '../../platform/clipboard';
import { useSay } from '../../platform/words';
import type { Mention } from './draft';

export function Preview({ text, mentions }: { text: string; mentions: readonly Mention[] }) {
  const say = useSay();
  const names = useMemo(() => mentions.map((one) => ({ name: one.name, mine: false })), [mentions]);
  const words = useMemo(
    () => ({
      copy: say('common.copy'),
      copied: say('common.copied'),
      code: say('composer.plainText'),
      onCopy: copy,
    }),
    [say],
  );
  return (
    <div className="comp-preview" data-testid="preview-text">
      {text.trim() === '' ? (
        <p className="nothing">{say('composer.nothing')}</p>
      ) : (
        <Prose text={text} mentions={names} words={words} />
      )}
    </div>
  );
}
