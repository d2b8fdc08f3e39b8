/** A new token, once: what it is for, and ready to paste where tokens are used. Kept nowhere else. */
import { joinShellWords, type TokenResource } from '@postern/contract';
import { useState } from 'react';
import { Copy, CopyBlock } from '../components/copy.tsx';
import { Notice } from '../components/notice.tsx';
import { allowanceOf, readCaveats } from './allowance.ts';
import { useMachines } from './machine-names.ts';

export interface TokenShownProps {
  /** `FlyV1 fm2_…` */
  readonly token: string;
  readonly record: TokenResource;
}

/** Where no machine is known to name. */
const ANY_MACHINE = 'MACHINE';

export function TokenShown({ token, record }: TokenShownProps) {
  const machines = useMachines(record.app);
  const uses = usesOf(token, record, machines[0]?.id ?? ANY_MACHINE);
  const [chosen, setChosen] = useState(0);
  const use = uses[chosen] ?? uses[0];
  return (
    <div className="stack token-shown">
      <Notice kind="warn" title="Copy it now">
        <p>It is shown this once. Postern keeps no copy; who has it can do what it allows.</p>
      </Notice>
      <div className="secret">
        <pre tabIndex={0} role="region" aria-label="The token">
          <code>{token}</code>
        </pre>
        <Copy kind="primary" text={token} label="Copy the token">
          Copy the token
        </Copy>
      </div>
      <fieldset className="uses">
        <legend className="field-label">Ready to paste</legend>
        <div className="chips">
          {uses.map(({ name }, index) => (
            <label key={name} className="chip">
              <input type="radio" name="use" checked={index === chosen} onChange={() => setChosen(index)} />
              {name}
            </label>
          ))}
        </div>
      </fieldset>
      {use !== undefined && (
        <>
          <CopyBlock text={use.text} label={`Copy for ${use.name}`} />
          <p className="hint">{use.hint}</p>
        </>
      )}
    </div>
  );
}

interface Use {
  readonly name: string;
  readonly text: string;
  readonly hint: string;
}

/** An example of a command the token allows, as a shell would be given it. */
function exampleOf(record: TokenResource): { readonly line: string; readonly machine: string | undefined } {
  const caveats = readCaveats(record.caveats);
  const allowance = caveats === undefined ? undefined : allowanceOf(caveats);
  const [form] = allowance?.commands[0] ?? [];
  const words = form?.kind === 'rule' && form.rule.args.length > 0 ? form.rule.args : ['uname', '-a'];
  return { line: joinShellWords(words), machine: allowance?.machines?.[0] };
}

function usesOf(token: string, record: TokenResource, anyMachine: string): readonly Use[] {
  const { line, machine = anyMachine } = exampleOf(record);
  const app = record.app ?? 'APP';
  const quoted = joinShellWords([line]);
  const server = location.origin;
  const path = `/v1/apps/${app}/machines/${machine}/exec`;
  const body = joinShellWords([JSON.stringify({ cmd: line })]);
  return [
    {
      name: 'Environment',
      text: [
        `export POSTERN_SERVER=${server}`,
        `export POSTERN_TOKEN=${joinShellWords([token])}`,
        `postern machine exec -a ${app} ${quoted}`,
      ].join('\n'),
      hint: 'For a shell. The command line reads server and token from these variables.',
    },
    {
      name: 'GitHub Actions',
      text: [
        '# Store the token as the secret POSTERN_TOKEN first.',
        '- run: npm install --global @postern/cli',
        `- run: postern machine exec -a ${app} ${quoted}`,
        '  env:',
        `    POSTERN_SERVER: ${server}`,
        '    POSTERN_TOKEN: ${{ secrets.POSTERN_TOKEN }}',
      ].join('\n'),
      hint: 'A step of a job. The token itself belongs into the secrets of the repository, never into the file.',
    },
    {
      name: 'curl',
      text: [
        `curl -sS ${server}${path} \\`,
        `  -H ${joinShellWords([`Authorization: ${token}`])} \\`,
        `  -H 'Content-Type: application/json' -d ${body}`,
      ].join('\n'),
      hint:
        machine === ANY_MACHINE
          ? 'Put the id of a machine in the place of MACHINE.'
          : 'Answers the outcome and the output as JSON.',
    },
    {
      name: 'flyctl',
      text: [
        `export FLY_API_BASE_URL=${server} FLY_FLAPS_BASE_URL=${server}`,
        `export FLY_API_TOKEN=${joinShellWords([token])}`,
        `fly machine exec -a ${app} ${machine} ${quoted}`,
      ].join('\n'),
      hint: 'The unmodified flyctl, told to talk to this server.',
    },
  ];
}
