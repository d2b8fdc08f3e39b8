/**
 * Leases of machines: flyctl takes one before it starts or stops a machine. They live in memory, for seconds. They keep
 * people out of each other's way and guard nothing: whoever may take one sees the one that is held, and may give it back.
 */
import { PosternError } from '@postern/contract';
import { randomBytes } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { findCaller, requirePerson } from '../http/caller.ts';
import type { RequestFacts } from '../http/handler.ts';
import { goneSignal, headersOf, incomingOf } from '../http/node-request.ts';
import { answerError } from '../http/routes.ts';
import { recordOf } from '../http/request-record.ts';
import { sourceOf } from '../http/source.ts';
import { findForAction } from '../operations/find.ts';
import type { Services } from '../services.ts';

interface Lease {
  readonly nonce: string;
  readonly owner: string;
  readonly expiresAt: number;
}

const LONGEST_SECONDS = 3600;
const PATH = '/v1/apps/:app/machines/:machine/lease';

export function addLeaseRoutes(app: Hono, services: Services): void {
  const leases = new Map<string, Lease>();
  const current = (machine: string): Lease | undefined => {
    const lease = leases.get(machine);
    if (lease !== undefined && lease.expiresAt > services.now()) return lease;
    leases.delete(machine);
    return undefined;
  };

  const answer = (act: (machine: string, owner: string, c: Context) => object) => async (c: Context) => {
    const record = recordOf(incomingOf(c));
    record.operation = 'machines.lease';
    try {
      const { machine, owner } = await requireControl(c, services);
      return c.json(act(machine, owner, c));
    } catch (thrown) {
      return answerError(c.req.method === 'DELETE' ? asNoLease(thrown) : thrown, record, services);
    }
  };

  app.post(
    PATH,
    answer((machine, owner, c) => {
      const held = current(machine);
      if (held !== undefined && held.nonce !== c.req.header('fly-machine-lease-nonce')) {
        throw new PosternError('lease_held', `the lease of machine ${machine} is held by ${held.owner}`);
      }
      const seconds = Math.min(LONGEST_SECONDS, Math.max(1, Number(c.req.query('ttl') ?? '120') || 120));
      const lease = {
        nonce: held?.nonce ?? randomBytes(8).toString('hex'),
        owner,
        expiresAt: services.now() + seconds * 1000,
      };
      leases.set(machine, lease);
      return present(lease, machine);
    }),
  );

  app.get(
    PATH,
    answer((machine) => {
      const held = current(machine);
      if (held === undefined) throw new PosternError('lease_not_found', 'lease not found');
      return present(held, machine);
    }),
  );

  app.delete(
    PATH,
    answer((machine, _owner, c) => {
      const held = current(machine);
      if (held === undefined || held.nonce !== c.req.header('fly-machine-lease-nonce')) {
        throw new PosternError('lease_not_found', 'lease not found');
      }
      leases.delete(machine);
      return { ok: true };
    }),
  );
}

/** A machine that is gone has no lease; flyctl, which has just removed it, passes over that. */
function asNoLease(thrown: unknown): unknown {
  return thrown instanceof PosternError && thrown.code === 'machine_not_found'
    ? new PosternError('lease_not_found', `lease not found: ${thrown.message}`)
    : thrown;
}

function present(lease: Lease, machine: string): object {
  return {
    status: 'success',
    data: {
      nonce: lease.nonce,
      expires_at: Math.floor(lease.expiresAt / 1000),
      owner: lease.owner,
      version: machine,
    },
  };
}

async function requireControl(c: Context, services: Services): Promise<{ machine: string; owner: string }> {
  const { app, machine } = c.req.param() as { app: string; machine: string };
  const caller = await findCaller(headersOf(incomingOf(c)), c.req.method !== 'GET', services);
  if (caller.kind === 'nobody') requirePerson(caller);
  const facts: RequestFacts = {
    caller,
    source: sourceOf(incomingOf(c), services.config.trustedProxies),
    requestId: '',
    trace: undefined,
    signal: goneSignal(c),
    headers: headersOf(incomingOf(c)),
    setHeader: () => undefined,
  };
  await findForAction(app, machine, 'C', 'machine.lease', facts, services);
  return { machine, owner: caller.kind === 'person' ? caller.person.email : 'a token' };
}
