import { auditEntry, commitAudited } from '@postern/authority';
import { PosternError } from '@postern/contract';
import type { ExecRecord } from '@postern/store';
import { parseSignal } from '@postern/exec';
import { ACTION, clear, type Access, type Refusal } from '@postern/token';
import { bufferedExec, detachedExec, streamedExec } from '../gateway/exec-answers.ts';
import type { ExecTarget } from '../gateway/open-exec.ts';
import { parseIdempotencyKey } from '../gateway/parse-exec-request.ts';
import { readTranscript } from '../gateway/transcript.ts';
import { requirePerson, type Caller } from '../http/caller.ts';
import type { RequestFacts } from '../http/handler.ts';
import type { Handlers } from '../http/routes.ts';
import type { Services } from '../services.ts';
import { appNotFound, findApp, findMachine, machineNotFound, requireAnyValidToken } from './find.ts';
import { presentExec } from './present.ts';

const POLL_MS = 50;

export const execHandlers: Pick<
  Handlers,
  'runExec' | 'listExecs' | 'showExec' | 'killExec' | 'readExecOutput'
> = {
  async runExec({ params, body }, { caller, source, signal, headers, requestId, trace }, services) {
    const target = await findTarget(params, caller, services);
    const idempotencyKey = parseIdempotencyKey(headers.get('idempotency-key'));
    const call = { caller, source, body, idempotencyKey, trace };
    if (body.detach === true) return detachedExec(target, call, services);
    return headers.get('accept')?.includes('application/x-ndjson') === true
      ? streamedExec(target, call, requestId, services)
      : bufferedExec(target, call, signal, services);
  },

  async listExecs({ params, query }, { person }, services) {
    const { app } = await findApp(params.app, person, services);
    const offset = readCursor(query.cursor);
    const execs = await services.store.listExecs({
      organizationId: app.organizationId,
      appId: app.id,
      ...(query.machine === undefined ? {} : { machineId: query.machine }),
      ...(query.token === undefined ? {} : { tokenId: query.token }),
      ...(query.state === undefined ? {} : { state: query.state }),
      limit: query.limit,
      offset,
    });
    return {
      execs: await Promise.all(execs.map((exec) => present(exec, app.name, services))),
      next_cursor: execs.length === query.limit ? String(offset + execs.length) : null,
    };
  },

  async showExec({ params, query }, { caller, source, signal }, services) {
    const until = performance.now() + (query.wait ?? 0) * 1000;
    for (;;) {
      const { exec, appName } = await findExec(params.exec, { caller, source }, services);
      if (exec.endedAt !== null || performance.now() >= until || signal.aborted)
        return present(exec, appName, services);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  },

  async readExecOutput({ params, query }, { caller, source, signal }, services) {
    const until = performance.now() + query.wait * 1000;
    for (;;) {
      // The record first: what is read after it has ended is all there is.
      const { exec, appName } = await findExec(params.exec, { caller, source }, services);
      const read = await readTranscript(services.transcripts, exec.id, query.after);
      if (read === undefined) {
        throw new PosternError('exec_not_found', `no output of exec ${exec.id} was kept`, {
          hint: 'run it with --detach, or let the app keep output with `postern apps update APP --record full`',
        });
      }
      const complete = exec.endedAt !== null && read.chunks.length === 0;
      if (read.chunks.length > 0 || complete || performance.now() >= until || signal.aborted) {
        return {
          chunks: read.chunks.map(({ channel, at, bytes }) => ({
            channel,
            at_ms: at,
            data: Buffer.from(bytes).toString('base64'),
          })),
          next: read.next,
          complete,
          exec: await present(exec, appName, services),
        };
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  },

  async killExec({ params, body }, { caller, source }, services) {
    const { exec } = await findExec(params.exec, { caller, source }, services);
    const command = services.gateway.find(exec.id);
    if (command === undefined) {
      throw new PosternError('conflict', `exec ${exec.id} has ended already`);
    }
    const signal = body.signal === undefined ? undefined : parseSignal(body.signal);
    if (body.signal !== undefined && signal === undefined)
      throw new PosternError('bad_request', `${JSON.stringify(body.signal)} is not a signal`);
    await commitAudited(services.store, [
      auditEntry({
        at: services.now(),
        action: 'exec.kill',
        outcome: 'done',
        actor: caller.kind === 'person' ? `user:${caller.person.email}` : `token:${exec.tokenId}`,
        organizationId: exec.organizationId,
        appId: exec.appId,
        machineId: exec.machineId,
        tokenId: exec.tokenId,
        execId: exec.id,
        source,
        command: exec.command,
        details: body.signal === undefined ? {} : { signal: body.signal },
      }),
    ]);
    if (signal === undefined) command.end('cancelled');
    else command.signal(signal);
    return { ok: true };
  },
};

/**
 * The machine a caller names. For a token nothing is said here about whether it exists before the token verifies:
 * who holds no valid token learns no names.
 */
export async function findTarget(
  params: { readonly app: string; readonly machine: string },
  caller: Caller,
  services: Services,
): Promise<ExecTarget> {
  if (caller.kind !== 'token') {
    const { app } = await findApp(params.app, requirePerson(caller), services);
    return { app, machine: await findMachine(app, params.machine, services) };
  }
  const app = await services.store.findApp(params.app);
  const machine = await services.store.findMachine(params.machine);
  if (app !== undefined && machine !== undefined && machine.appId === app.id) return { app, machine };
  await requireAnyValidToken(caller.header, services);
  throw app === undefined ? appNotFound(params.app) : machineNotFound(params.machine);
}

type Asker = Pick<RequestFacts, 'caller' | 'source'>;

/** An exec of the caller's organizations, or one the token ran and would be allowed to run now. */
async function findExec(
  execId: string,
  asker: Asker,
  services: Services,
): Promise<{ exec: ExecRecord; appName: string }> {
  const exec = await services.store.findExec(execId);
  if (exec === undefined || !(await maySee(exec, asker, services))) {
    throw new PosternError('exec_not_found', `there is no exec ${execId} for you`);
  }
  const app = await services.store.findApp(exec.appId);
  return { exec, appName: app?.name ?? `app ${exec.appId}` };
}

async function maySee(
  exec: ExecRecord,
  { caller, source }: Asker,
  { store, authority, now }: Services,
): Promise<boolean> {
  if (caller.kind === 'person') {
    const memberships = await store.listMemberships(caller.person.userId);
    return memberships.some(({ organization }) => organization.id === exec.organizationId);
  }
  if (caller.kind !== 'token' || exec.tokenId === null) return false;
  const { valid } = await authority.checkHeader(caller.header);
  const access: Access = {
    kind: 'access',
    action: ACTION.w,
    now: now(),
    orgId: BigInt(exec.organizationId),
    appId: BigInt(exec.appId),
    machine: exec.machineId,
    command: exec.command,
    tty: exec.tty,
    sourceAddress: source,
  };
  return valid.some(({ record, caveats }) => {
    if (record.id !== exec.tokenId) return false;
    const verdict = clear(caveats, access);
    return verdict.allowed || verdict.refusals.every(isUnasked);
  });
}

/** The record does not keep everything a caveat may ask for; what it keeps must clear: a narrowed token sees less. */
function isUnasked({ code, nested }: Refusal): boolean {
  return nested.length > 0 ? nested.every(isUnasked) : code === 'invalid-access';
}

async function present(exec: ExecRecord, appName: string, { store }: Services) {
  const token = exec.tokenId === null ? undefined : await store.findToken(exec.tokenId);
  const user = exec.userId === null ? undefined : await store.findUser(exec.userId);
  return presentExec(exec, appName, token?.name ?? null, user?.email ?? null);
}

export function readCursor(cursor: string | undefined): number {
  const offset = cursor === undefined ? 0 : Number(cursor);
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw new PosternError('bad_request', 'the cursor is not one of ours');
  return offset;
}
