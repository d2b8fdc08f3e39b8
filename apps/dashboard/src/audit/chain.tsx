/** Whether the hash chain of the audit log holds. */
import { operations } from '@postern/contract';
import { useEffect } from 'react';
import type { z } from 'zod';
import { call } from '../api/client.ts';
import { useAct } from '../api/use-act.ts';
import { useWatched, watched } from '../api/store.ts';
import { Badge } from '../components/badge.tsx';
import { Button } from '../components/button.tsx';
import { ErrorNotice, Notice } from '../components/notice.tsx';
import { visibleText } from '../components/text.tsx';
import { Time } from '../components/time.tsx';

/** Logs up to this many entries are verified when the page is opened; longer ones when somebody asks. */
const SOON_ENTRIES = 10_000;

interface Check {
  readonly at: string;
  readonly result: z.output<typeof operations.verifyAudit.output>;
}

/** Of the whole server, and kept while the dashboard is open: it takes a while for a long log. */
const lastCheck = watched<Check | undefined>(undefined);

const number = new Intl.NumberFormat('en');

export interface ChainProps {
  /** Number of the newest entry that is known; undefined before there is one. */
  readonly newest: number | undefined;
}

export function Chain({ newest }: ChainProps) {
  const check = useWatched(lastCheck);
  const act = useAct();
  const verify = (): void =>
    act.run(async () => {
      const result = await call(operations.verifyAudit, {});
      lastCheck.set({ at: new Date().toISOString(), result });
    });
  const isSoon = newest !== undefined && newest <= SOON_ENTRIES;
  useEffect(() => {
    if (isSoon && lastCheck.get() === undefined) verify();
  }, [isSoon]);
  return (
    <div className="stack">
      <div className="row" role="status">
        <ChainBadge check={check} busy={act.busy} />
        <Button small busy={act.busy} onClick={verify}>
          {check === undefined ? 'Verify the chain' : 'Verify again'}
        </Button>
      </div>
      {act.error !== undefined && <ErrorNotice error={act.error} title="The chain was not verified" />}
      {check !== undefined && !check.result.ok && <Broken check={check} />}
    </div>
  );
}

function ChainBadge({ check, busy }: { readonly check: Check | undefined; readonly busy: boolean }) {
  if (check === undefined)
    return <Badge kind="plain">{busy ? 'Verifying…' : 'Chain not verified yet'}</Badge>;
  if (!check.result.ok) return <Badge kind="bad">Chain broken</Badge>;
  return (
    <>
      <Badge kind="good">Chain verified</Badge>
      <span className="muted" title={`The hash of the last one is ${check.result.head_hash}`}>
        {number.format(check.result.entries)} entries of this server, <Time at={check.at} />
      </span>
    </>
  );
}

function Broken({ check: { at, result } }: { readonly check: Check }) {
  const { first_broken: broken } = result;
  if (broken === null) return null;
  return (
    <Notice kind="danger" role="alert" title="The audit log was changed behind the server’s back">
      <p>
        Entry {broken.seq}: {visibleText(broken.reason)}. {beforeText(broken.seq - 1)} What comes after it
        proves nothing. Verified <Time at={at} />.
      </p>
      <p>Compare it with a backup or an export, and look at who can write to the database.</p>
    </Notice>
  );
}

/** Entries are verified in their order, up to the first that does not hold. */
function beforeText(count: number): string {
  if (count === 0) return 'It is the first.';
  return count === 1 ? 'The one before it holds.' : `The ${number.format(count)} before it hold.`;
}
