/** Any pasted token, taken apart here in the browser. Nothing of it is sent or kept. */
import { inspect, parseHeader, stringifyExactJson, TokenError, type UnverifiedToken } from '@postern/token';
import { useState } from 'react';
import { Button } from '../components/button.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { Field } from '../components/field.tsx';
import { Notice } from '../components/notice.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { visibleText } from '../components/text.tsx';
import { ExactTime, Time } from '../components/time.tsx';
import { allowanceOf } from '../tokens/allowance.ts';
import { AllowanceText } from '../tokens/allows.tsx';
import { DangerNotes } from '../tokens/danger-notes.tsx';
import { TryBox } from '../tokens/try-box.tsx';

export function Page() {
  const [text, setText] = useState('');
  const read = readTokens(text);
  return (
    <>
      <PageHeader title="Inspect a token">
        <p>It is decoded in this page. Nothing of it is sent anywhere, and nothing is kept.</p>
      </PageHeader>
      <div className="card stack">
        <Field label="Token" hint="With or without FlyV1; several with commas.">
          {(control) => (
            <textarea
              {...control}
              rows={5}
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              placeholder="FlyV1 fm2_…"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        {text !== '' && <Button onClick={() => setText('')}>Forget it</Button>}
      </div>
      <div role="status" className="verdict">
        {read.kind === 'wrong' && (
          <Notice kind="danger" title={read.title}>
            <p>{visibleText(read.message)}</p>
          </Notice>
        )}
      </div>
      {read.kind === 'nothing' && (
        <EmptyState icon="search" title="Paste a token above">
          <p>You will see what it allows, until when, and can try commands against it.</p>
        </EmptyState>
      )}
      {read.kind === 'tokens' &&
        read.tokens.map((token, index) => (
          <Inspected key={index} token={token} number={read.tokens.length > 1 ? index + 1 : undefined} />
        ))}
    </>
  );
}

type Read =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'wrong'; readonly title: string; readonly message: string }
  | { readonly kind: 'tokens'; readonly tokens: readonly UnverifiedToken[] };

function readTokens(text: string): Read {
  // A token copied from a terminal may hold the line breaks of its window.
  const joined = text.trim().replaceAll(/\s*\n\s*/g, '');
  if (joined === '') return { kind: 'nothing' };
  if (/^(?:Bearer\s+)?fo1_/.test(joined)) {
    return {
      kind: 'wrong',
      title: 'This is a session, not a token',
      message: 'It signs a person in and holds nothing to inspect. Treat it as a password.',
    };
  }
  try {
    return { kind: 'tokens', tokens: parseHeader(joined) };
  } catch (thrown) {
    if (!(thrown instanceof TokenError)) throw thrown;
    return { kind: 'wrong', title: 'This cannot be read', message: thrown.message };
  }
}

interface InspectedProps {
  readonly token: UnverifiedToken;
  /** Its place among several. */
  readonly number: number | undefined;
}

function Inspected({ token, number }: InspectedProps) {
  const found = inspect(token);
  const { unsafeCaveats } = token;
  return (
    <section className="inspected" aria-label={number === undefined ? 'The token' : `Token ${number}`}>
      {number !== undefined && <h2>Token {number}</h2>}
      <Notice kind="info" title="Decoded, not verified">
        <p>Only a server with the key can tell whether it is genuine, and whether it was revoked.</p>
      </Notice>
      {found.needs_discharges_from.length > 0 && (
        <Notice kind="warn" title="It needs somebody else’s word">
          <p>
            Third-party caveats: it works only with a discharge from{' '}
            {found.needs_discharges_from.map(visibleText).join(', ')}. The box below asks all its other
            caveats.
          </p>
        </Notice>
      )}
      <div className="columns">
        <section className="card stack">
          <h2>What it says</h2>
          <AllowanceText allowance={allowanceOf(unsafeCaveats)} machineName={visibleText} />
          <Expiry at={found.expires_at} />
          <DangerNotes caveats={unsafeCaveats} />
        </section>
        <section className="card">
          <TryBox caveats={unsafeCaveats} machines={[]} />
        </section>
      </div>
      <section className="card stack">
        <h2>Caveats</h2>
        <ol className="caveats">
          {found.caveats.map(({ name, says }, index) => (
            <li key={index}>
              <b>{visibleText(name)}</b> <span>{visibleText(says)}</span>
            </li>
          ))}
        </ol>
        <dl className="facts">
          <dt>Location</dt>
          <dd>{visibleText(found.location)}</dd>
          <dt>Key id</dt>
          <dd>
            <code>{found.kid_hex}</code>
          </dd>
          <dt>Nonce</dt>
          <dd>
            <code>{found.rnd_hex}</code>
          </dd>
          <dt>Size</dt>
          <dd>{found.bytes} bytes</dd>
          {found.proof && (
            <>
              <dt>Finalized</dt>
              <dd>Nothing can be added to it.</dd>
            </>
          )}
        </dl>
        <details>
          <summary>As JSON</summary>
          <pre className="json" tabIndex={0} role="region" aria-label="The token as JSON">
            <code>{indented(stringifyExactJson(found))}</code>
          </pre>
        </details>
      </section>
    </section>
  );
}

function Expiry({ at }: { readonly at: string | null }) {
  if (at === null) return <p className="warn-text">It never expires.</p>;
  if (Number.isNaN(Date.parse(at))) return <p>until {visibleText(at)}</p>;
  return (
    <p className="muted">
      {Date.parse(at) < Date.now() ? 'Expired: ' : 'until '}
      <ExactTime at={at} />, <Time at={at} />
    </p>
  );
}

/** Indents JSON without reading its numbers, which may be longer than a browser's. */
function indented(json: string): string {
  let depth = 0;
  let inText = false;
  let out = '';
  for (let at = 0; at < json.length; at += 1) {
    const char = json.charAt(at);
    if (inText) {
      out += char;
      if (char === '\\') out += json.charAt(++at);
      else if (char === '"') inText = false;
    } else if (char === '"') {
      inText = true;
      out += char;
    } else if (char === '{' || char === '[') {
      const empty = json.charAt(at + 1) === (char === '{' ? '}' : ']');
      depth += 1;
      out += empty ? char : `${char}\n${'  '.repeat(depth)}`;
    } else if (char === '}' || char === ']') {
      depth -= 1;
      out += /[{[]$/.test(out) ? char : `\n${'  '.repeat(depth)}${char}`;
    } else if (char === ',') {
      out += `,\n${'  '.repeat(depth)}`;
    } else {
      out += char === ':' ? ': ' : char;
    }
  }
  return out.split('\n').map(visibleText).join('\n');
}
