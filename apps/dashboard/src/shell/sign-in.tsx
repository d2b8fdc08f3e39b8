import { useEffect, useState, type FormEvent } from 'react';
import { signIn } from '../api/sign-in.ts';
import { useAct } from '../api/use-act.ts';
import { Button } from '../components/button.tsx';
import { CopyBlock } from '../components/copy.tsx';
import { Field } from '../components/field.tsx';
import { ErrorNotice } from '../components/notice.tsx';
import { Spinner } from '../components/spinner.tsx';
import { navigate } from '../router/location.ts';
import { Wordmark } from './wordmark.tsx';

const LINK_COMMAND = 'postern auth link';

/** The whole page before anybody has signed in. */
export function SignInPage() {
  const [secret] = useState(takeSecret);
  const redeeming = useAct();
  const { run } = redeeming;
  useEffect(() => {
    document.title = 'Sign in · Postern';
    if (secret !== '') run(() => signInHere(secret));
    // Once: the secret works once.
  }, []);
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <Wordmark />
        <h1>Sign in</h1>
        {secret !== '' && redeeming.busy ? (
          <p className="loading" role="status">
            <Spinner /> Signing in…
          </p>
        ) : (
          <>
            {redeeming.error !== undefined && (
              <ErrorNotice error={redeeming.error} title="This link does not work" />
            )}
            <SignInForm />
          </>
        )}
      </div>
    </main>
  );
}

/** How to get a link, and a field for it. */
export function SignInForm() {
  const [link, setLink] = useState('');
  const signing = useAct();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (link.trim() !== '') signing.run(() => signInHere(link));
  };
  return (
    <form onSubmit={submit} className="stack">
      <p>
        Postern has no passwords. A link signs you in, once. Make one where the command line is signed in:
      </p>
      <CopyBlock text={LINK_COMMAND} label="Copy the command" />
      <p>Open the link it prints, or paste it here.</p>
      <Field label="One-time link" error={signing.error?.message}>
        {(control) => (
          <input
            {...control}
            type="password"
            autoComplete="off"
            spellCheck={false}
            required
            value={link}
            onChange={(event) => setLink(event.target.value)}
          />
        )}
      </Field>
      <Button kind="primary" type="submit" busy={signing.busy}>
        Sign in
      </Button>
    </form>
  );
}

/** The secret stands behind the `#`, which no browser sends; it leaves the address before anything else happens. */
function takeSecret(): string {
  const { hash, pathname } = location;
  if (pathname !== '/login' || hash.length < 2) return '';
  history.replaceState(null, '', pathname);
  return hash.slice(1);
}

async function signInHere(link: string): Promise<void> {
  await signIn(link);
  if (location.pathname === '/login') navigate('/', { replace: true });
}
