/** What a block of code says in the reader's language. */
import { useMemo } from 'react';
import type { CodeWords } from '../../design/prose/CodeBlock';
import { copy } from '../../platform/clipboard';
import { useSay } from '../../platform/words';

export function useCodeWords(): CodeWords {
  const say = useSay();
  return useMemo(
    () => ({
      copy: say('common.copy'),
      copied: say('common.copied'),
      code: say('composer.plainText'),
      onCopy: copy,
    }),
    [say],
  );
}
