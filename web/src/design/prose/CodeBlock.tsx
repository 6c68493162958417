/** Code with its language, coloured when the colours are here, and a button that copies it. */
import { memo, useEffect, useState } from 'react';
import type { Coloured } from './colouring';
import './prose.css';

export interface CodeWords {
  readonly copy: string;
  readonly copied: string;
  readonly code: string;
  onCopy(text: string): Promise<boolean>;
}

export const CodeBlock = memo(function CodeBlock({
  code,
  language,
  words,
}: {
  code: string;
  language: string;
  words: CodeWords;
}) {
  const [parts, setParts] = useState<readonly Coloured[] | null>(null);
  const [isCopied, setCopied] = useState(false);

  useEffect(() => {
    let isCurrent = true;
    if (language === '') return undefined;
    import('./highlighting').then(
      ({ highlight }) => {
        if (isCurrent) setParts(highlight(code, language.toLowerCase()));
      },
      // Without colours it is still code.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [code, language]);

  async function copy(): Promise<void> {
    if (!(await words.onCopy(code))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  }

  return (
    <div className="code" data-testid="code">
      <header>
        <span>{language === '' ? words.code : language}</span>
        <button type="button" className="link-btn" onClick={() => void copy()}>
          {isCopied ? words.copied : words.copy}
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines must be reachable by keyboard */}
      <pre tabIndex={0}>
        <code>
          {parts
            ? parts.map((part, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other identity
                <span key={index} className={part.kinds.join(' ')}>
                  {part.text}
                </span>
              ))
            : code}
        </code>
      </pre>
    </div>
  );
});
