/** The first start: the company's name and the first administrator, with the token from the link. */
import { type FormEvent, useEffect, useState } from 'react';
import { Refusal } from '../../connection/problems';
import type { Rest } from '../../connection/rest';
import { Button } from '../../design/controls';
import { Empty } from '../../design/states';
import { useSay } from '../../platform/words';
import type { Me, Setup, SignedIn } from '../../protocol/generated';
import '../../design/gate.css';
import { failureWords } from '../../session/failures';

interface SetUpProps {
  rest: Rest;
  onSignedIn(me: Me): void;
  /** The person goes on to sign in. */
  onDone(): void;
}

export function SetUp({ rest, onSignedIn, onDone }: SetUpProps) {
  const say = useSay();
  const [token] = useState(() => window.location.hash.slice(1));
  const [isOpen, setOpen] = useState<boolean | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [form, setForm] = useState({
    organisation: '',
    display_name: '',
    username: '',
    password: '',
    again: '',
  });

  useEffect(() => {
    rest.get<{ open: boolean }>(['setup']).then(
      (answer) => setOpen(answer.open),
      (error: unknown) => setOpen(!(error instanceof Refusal && error.status === 404)),
    );
  }, [rest]);

  async function setUp(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (form.password !== form.again) {
      setProblem(say('setup.mismatch'));
      return;
    }
    setBusy(true);
    setProblem(null);
    const { again: _, ...said } = form;
    const wish: Setup = { token, ...said, username: said.username.trim() };
    try {
      await rest.send<SignedIn>('POST', ['setup'], wish);
      const answer = await rest.send<SignedIn>('POST', ['sessions'], {
        username: wish.username,
        password: wish.password,
        cookie: true,
      });
      onSignedIn(answer.user);
    } catch (error) {
      setProblem(failureWords(say, error));
      setBusy(false);
    }
  }

  if (isOpen === null) return null;
  if (!isOpen || token === '') {
    const isDone = !isOpen;
    return (
      <main className="gate">
        <Empty
          icon={isDone ? 'check' : 'alert'}
          title={say(isDone ? 'setup.done' : 'setup.noToken')}
          hint={say(isDone ? 'setup.doneHint' : 'setup.noTokenHint')}
        >
          <Button primary onClick={onDone}>
            {say('setup.toSignIn')}
          </Button>
        </Empty>
      </main>
    );
  }

  const fields = [
    {
      name: 'organisation',
      label: say('setup.organisation'),
      type: 'text',
      complete: 'organization',
      most: 100,
    },
    { name: 'display_name', label: say('setup.displayName'), type: 'text', complete: 'name', most: 100 },
    { name: 'username', label: say('setup.username'), type: 'text', complete: 'username', most: 64 },
    { name: 'password', label: say('setup.password'), type: 'password', complete: 'new-password', most: 256 },
    { name: 'again', label: say('setup.again'), type: 'password', complete: 'new-password', most: 256 },
  ] as const;

  return (
    <main className="gate">
      <form className="gate-card" onSubmit={(event) => void setUp(event)} data-testid="setup">
        <div className="gate-brand">
          <img src="/icon.svg" alt="" />
          <div>
            <h1>{say('setup.title')}</h1>
            <p>{say('setup.hint')}</p>
          </div>
        </div>
        {problem && (
          <p className="gate-note bad" role="alert" data-testid="problem">
            {problem}
          </p>
        )}
        {fields.map((field, index) => (
          <label key={field.name}>
            {field.label}
            <input
              className="field"
              name={field.name}
              type={field.type}
              autoComplete={field.complete}
              maxLength={field.most}
              required
              // biome-ignore lint/a11y/noAutofocus: there is nothing else on this page
              autoFocus={index === 0}
              value={form[field.name]}
              onChange={(event) => setForm({ ...form, [field.name]: event.target.value })}
            />
            {field.name === 'password' && <small>{say('setup.passwordRule')}</small>}
          </label>
        ))}
        <Button type="submit" primary disabled={isBusy}>
          {say('setup.start')}
        </Button>
      </form>
    </main>
  );
}
