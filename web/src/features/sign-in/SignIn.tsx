/** Signing in: name and password, and a sentence when it did not work. */
import { type FormEvent, useEffect, useState } from 'react';
import type { Rest } from '../../connection/rest';
import { Button } from '../../design/controls';
import { deviceLabel } from '../../platform/device';
import { useSay } from '../../platform/words';
import type { Me, SignedIn, SignIn as SignInWish } from '../../protocol/generated';
import '../../design/gate.css';
import { failureWords } from '../../session/failures';

export function SignIn({
  rest,
  ended,
  onSignedIn,
}: {
  rest: Rest;
  ended: boolean;
  onSignedIn(me: Me): void;
}) {
  const say = useSay();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isDue, setDue] = useState(false);

  useEffect(() => {
    rest.get<{ open: boolean }>(['setup']).then(
      (answer) => setDue(answer.open),
      () => undefined,
    );
  }, [rest]);

  async function signIn(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    const wish: SignInWish = { username: username.trim(), password, cookie: true, device: deviceLabel() };
    try {
      const answer = await rest.send<SignedIn>('POST', ['sessions'], wish);
      onSignedIn(answer.user);
    } catch (error) {
      setProblem(failureWords(say, error));
      setBusy(false);
    }
  }

  return (
    <main className="gate">
      <form className="gate-card" onSubmit={(event) => void signIn(event)} data-testid="sign-in">
        <div className="gate-brand">
          <img src="/icon.svg" alt="" />
          <div>
            <h1>{say('brand.name')}</h1>
            <p>{say('brand.line')}</p>
          </div>
        </div>
        {ended && !problem && <p className="gate-note">{say('signIn.ended')}</p>}
        {isDue && (
          <p className="gate-note warn">
            <b>{say('signIn.dueTitle')}</b>
            {say('signIn.due')}
          </p>
        )}
        {problem && (
          <p className="gate-note bad" role="alert" data-testid="problem">
            {problem}
          </p>
        )}
        <label>
          {say('signIn.username')}
          <input
            className="field"
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            // biome-ignore lint/a11y/noAutofocus: there is nothing else on this page
            autoFocus
            value={username}
            onChange={(event) => setUsername(event.target.value)}
          />
        </label>
        <label>
          {say('signIn.password')}
          <input
            className="field"
            name="password"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        <Button type="submit" primary disabled={isBusy}>
          {say('signIn.act')}
        </Button>
      </form>
    </main>
  );
}
