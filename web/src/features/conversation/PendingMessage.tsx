/** A message of mine that is not in the log yet: a faint clock, or a red mark with what to do. */
import { Avatar } from '../../design/Avatar';
import { Icon } from '../../design/Icon';
import { CodeBlock } from '../../design/prose/CodeBlock';
import { Prose } from '../../design/prose/Prose';
import { clockTime } from '../../platform/times';
import { problemWords, useSpeech } from '../../platform/words';
import { useOffice, useSession } from '../../session/hooks';
import { nameOf } from '../../session/sentences';
import type { Pending } from '../../state/outbox';
import { useCodeWords } from './codeWords';

const NO_MENTIONS: never[] = [];

export function PendingMessage({ pending, leads, me }: { pending: Pending; leads: boolean; me: number }) {
  const { say, language } = useSpeech();
  const session = useSession();
  const words = useCodeWords();
  const name = useOffice((office) => nameOf(office.people, me, say));
  const { body } = pending;
  return (
    <article
      className="m mine"
      data-testid="pending"
      data-status={pending.status}
      tabIndex={-1}
      aria-label={say('message.mine')}
    >
      {leads ? <Avatar id={me} name={name} small /> : <span className="no-face" />}
      <div className="b">
        {leads && (
          <div className="who">
            <time dateTime={pending.at}>{clockTime(pending.at, language)}</time>
          </div>
        )}
        <div className="bub-box">
          {body.type === 'code' ? (
            <div className="bub-code">
              <CodeBlock code={body.text} language={body.language ?? ''} words={words} />
            </div>
          ) : (
            <div className="bub">
              <Prose text={body.text} mentions={NO_MENTIONS} words={words} />
            </div>
          )}
          {pending.status === 'sending' && (
            <span className="sending" title={say('message.sending')}>
              <Icon name="clock" size={14} />
              <span className="hush">{say('message.sending')}</span>
            </span>
          )}
        </div>
        {pending.status === 'refused' && pending.refusal && (
          <p className="refused" role="alert">
            <Icon name="alert" size={14} />
            <span>
              {say('message.refused', {
                reason: problemWords(say, pending.refusal.code, pending.refusal.title),
              })}
            </span>
            <button
              type="button"
              className="link-btn"
              data-testid="resend"
              onClick={() => session.messages.resend(pending.clientId)}
            >
              {say('message.resend')}
            </button>
            <button
              type="button"
              className="link-btn"
              data-testid="discard"
              onClick={() => session.messages.discard(pending.clientId)}
            >
              {say('message.discard')}
            </button>
          </p>
        )}
      </div>
    </article>
  );
}
