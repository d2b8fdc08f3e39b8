/** One exec: who ran what where, how it ended, and what it wrote. */
import { operations, type ExecResource } from '@postern/contract';
import { useState } from 'react';
import { useCall } from '../../api/use-call.ts';
import { Await } from '../../components/await.tsx';
import { Button } from '../../components/button.tsx';
import { Copy } from '../../components/copy.tsx';
import { PageHeader } from '../../components/page-header.tsx';
import { Name, visibleText } from '../../components/text.tsx';
import { ExactTime, Time } from '../../components/time.tsx';
import { ExecBy, ExecDuration, sourceText } from '../../execs/exec-facts.tsx';
import { ExecOutput } from '../../execs/exec-output.tsx';
import { bytesText } from '../../execs/measures.ts';
import { endingOf, endingText, ExecState } from '../../execs/outcome.tsx';
import type { PageProps } from '../../pages.ts';
import { Link } from '../../router/link.tsx';
import { useApps, useOrganization } from '../../shell/place.ts';
import { useMachineNames } from '../../tokens/machine-names.ts';
import { KillDialog } from './kill-dialog.tsx';
import { quoteArgv } from '@postern/token';
import { machinePath } from '../../machines/machine-words.tsx';

/** A command no longer than this is the title of its page. */
const TITLE_CHARS = 60;

export function Page({ params: { exec: id = '' } }: PageProps) {
  const answer = useCall(operations.showExec, { params: { exec: id } }, ['exec']);
  const organization = useApps().data?.apps.find(({ name }) => name === answer.data?.app)?.organization.slug;
  useOrganization(organization);
  const [killing, setKilling] = useState(false);
  if (answer.data === undefined) {
    return (
      <>
        <PageHeader title="Exec" />
        <Await answer={answer}>{() => null}</Await>
      </>
    );
  }
  return (
    <Await answer={answer}>
      {(exec) => (
        <>
          <PageHeader
            title={titleOf(exec)}
            actions={
              exec.state === 'running' && (
                <Button kind="danger" onClick={() => setKilling(true)}>
                  Kill
                </Button>
              )
            }
          >
            <div className="row">
              <ExecState exec={exec} />
              <span>
                <Link to={`/apps/${encodeURIComponent(exec.app)}/execs`}>
                  Exec of the app <Name>{exec.app}</Name>
                </Link>
              </span>
            </div>
          </PageHeader>
          <div className="columns">
            <section className="card">
              <h2>What and who</h2>
              <What exec={exec} organization={organization} />
            </section>
            <section className="card">
              <h2>How it went</h2>
              <Course exec={exec} />
            </section>
          </div>
          <section className="card">
            <h2>Output</h2>
            <ExecOutput key={exec.id} exec={exec} onEnd={answer.refresh} />
          </section>
          {killing && (
            <KillDialog
              exec={exec}
              onClose={() => setKilling(false)}
              onKilled={() => {
                setKilling(false);
                answer.refresh();
              }}
            />
          )}
        </>
      )}
    </Await>
  );
}

function titleOf({ command, id }: ExecResource): string {
  const text = quoteArgv(command);
  return text.length <= TITLE_CHARS && !/[\n\r]/.test(text) ? text : `Exec ${id}`;
}

interface WhatProps {
  readonly exec: ExecResource;
  readonly organization: string | undefined;
}

function What({ exec, organization }: WhatProps) {
  const machineName = useMachineNames(exec.app);
  return (
    <dl className="facts">
      <dt>Command</dt>
      <dd>
        <pre className="exec-command" tabIndex={0} role="region" aria-label="Command" dir="ltr">
          <code>{visibleText(quoteArgv(exec.command))}</code>
        </pre>
      </dd>
      <dt>By</dt>
      <dd>
        {exec.token !== null && 'the token '}
        <ExecBy exec={exec} />
      </dd>
      <dt>From</dt>
      <dd>{sourceText(exec.source)}</dd>
      <dt>Machine</dt>
      <dd>
        <Link to={machinePath(exec.app, exec.machine)}>
          <bdi>{machineName(exec.machine)}</bdi>
        </Link>
      </dd>
      <dt>Id</dt>
      <dd className="row">
        <code>{exec.id}</code>
        <Copy text={exec.id} label="Copy the id" kind="quiet" />
      </dd>
      {organization !== undefined && (
        <>
          <dt>Audit</dt>
          <dd>
            <Link to={`/orgs/${encodeURIComponent(organization)}/audit?exec=${encodeURIComponent(exec.id)}`}>
              Its audit entries
            </Link>
          </dd>
        </>
      )}
    </dl>
  );
}

function Course({ exec }: { readonly exec: ExecResource }) {
  return (
    <dl className="facts">
      <dt>Outcome</dt>
      <dd>
        <span role="status">{outcomeText(exec)}</span>
      </dd>
      {exec.exit_code !== null && (
        <>
          <dt>Exit code</dt>
          <dd>{exec.exit_code}</dd>
        </>
      )}
      <dt>Started</dt>
      <dd>
        <ExactTime at={exec.started_at} />, <Time at={exec.started_at} />
      </dd>
      <dt>{exec.ended_at === null ? 'Running' : 'Took'}</dt>
      <dd>
        <ExecDuration exec={exec} />
      </dd>
      {exec.ended_at !== null && (
        <>
          <dt>Wrote</dt>
          <dd>
            {bytesText(exec.stdout_bytes)} to stdout, {bytesText(exec.stderr_bytes)} to stderr
            {exec.truncated && '; its output was cut'}
          </dd>
        </>
      )}
      <dt>How it ran</dt>
      <dd>
        {exec.detached ? 'detached' : 'its caller waited for it'}
        {exec.tty && ', with a terminal'}
      </dd>
      <dt>Output</dt>
      <dd>{exec.recorded ? 'kept' : 'not kept'}</dd>
    </dl>
  );
}

function outcomeText(exec: ExecResource): string {
  if (exec.state === 'running') return 'It is running';
  if (exec.state === 'unknown') return 'Not known: the connection to the machine was lost before it ended';
  return endingText(endingOf(exec));
}
