/**
 * Steps 3 and 4 of the life of an exec: decide, and write the decision down before anything runs. The result is an
 * {@link ExecPlan}, which nothing else can make.
 */
import { ACTION, encodeCaveats, type Access } from '@postern/token';
import { StoreError, type AppRecord, type ExecRecord, type MachineRecord, type Write } from '@postern/store';
import { auditEntry, commitAudited } from './audit.ts';
import { authorize } from './authorize.ts';
import { tokenRevoked } from './check-header.ts';
import type { AuthorityContext, Person } from './context.ts';
import { AuthorityError } from './errors.ts';
import { planOf, type ExecPlan } from './exec-plan.ts';
import { newId } from './ids.ts';
import { requireMember } from './policy.ts';

export interface ExecRequest {
  /** The tokens that were presented, or the signed-in person who asks. */
  readonly by: { readonly header: string } | { readonly person: Person };
  /** The machine really belongs to the app: the caller has checked. */
  readonly app: AppRecord;
  readonly machine: MachineRecord;
  readonly argv: readonly string[];
  readonly source: string | null;
  /** How the command is to be run, as far as caveats ask. */
  readonly facts: ExecFacts;
  readonly detached: boolean;
  readonly tty: boolean;
  readonly recorded: boolean;
  readonly idempotencyKey: string | null;
  /** Called when the caveats have cleared and nothing is written yet; what it throws stops the exec. */
  readonly beforeWriting?: (tokenId: string | null) => void;
}

/** What is asked for beside the argv. */
export interface ExecFacts {
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly timeoutSeconds: number;
  readonly outputBytes: number;
  readonly envNames: readonly string[];
  readonly user?: string;
  readonly cwd?: string;
}

interface Allowed {
  readonly tokenId: string | null;
  readonly keyId: string | null;
  /** A token that dies now, because its successor is used for the first time. */
  readonly predecessor: string | null;
  readonly userId: number | null;
  readonly actor: string;
  readonly caveats: Uint8Array;
}

/**
 * @throws AuthorityError with the reason, after the refusal is in the audit log; `audit_unavailable` when the
 *   decision cannot be written; `conflict` when the idempotency key was used before.
 */
export async function authorizeExec(context: AuthorityContext, request: ExecRequest): Promise<ExecPlan> {
  const argv = Object.freeze([...request.argv]);
  const access = accessOf(context, request, argv);
  const allowed = await decide(context, request, access);
  request.beforeWriting?.(allowed.tokenId);
  const execId = newId('exec');
  await writeDecision(context, request, execId, argv, allowed, access);
  if (allowed.tokenId !== null) count(context, request, allowed.tokenId, access.now, true);
  return planOf({
    execId,
    organizationId: request.app.organizationId,
    appId: request.app.id,
    machineId: request.machine.id,
    argv,
    access,
    caveats: allowed.caveats,
    tokenId: allowed.tokenId,
    keyId: allowed.keyId,
    userId: allowed.userId,
  });
}

function accessOf(
  context: AuthorityContext,
  { app, machine, source, facts }: ExecRequest,
  argv: readonly string[],
): Access {
  return Object.freeze({
    kind: 'access',
    action: ACTION.w,
    now: context.now(),
    orgId: BigInt(app.organizationId),
    appId: BigInt(app.id),
    machine: machine.id,
    command: argv,
    ...(source === null ? {} : { sourceAddress: source }),
    ...facts,
  });
}

async function decide(context: AuthorityContext, request: ExecRequest, access: Access): Promise<Allowed> {
  if ('person' in request.by) {
    const { person } = request.by;
    await requireMember(context.store, person, { id: request.app.organizationId, slug: request.app.name });
    return {
      tokenId: null,
      keyId: null,
      predecessor: null,
      userId: person.userId,
      actor: `user:${person.email}`,
      caveats: encodeCaveats([
        { type: 'Organization', id: BigInt(request.app.organizationId), mask: ACTION.all },
      ]),
    };
  }
  const decision = await authorize(context, request.by.header, access);
  if (decision.allowed) {
    return {
      tokenId: decision.by.record.id,
      keyId: decision.by.record.keyId,
      predecessor: decision.by.record.revokesOnUse,
      userId: null,
      actor: `token:${decision.by.record.id}`,
      caveats: encodeCaveats(decision.by.caveats),
    };
  }
  await writeRefusal(context, request, access, decision.error, decision.record?.id ?? null);
  throw decision.error;
}

async function writeRefusal(
  context: AuthorityContext,
  request: ExecRequest,
  access: Access,
  error: AuthorityError,
  tokenId: string | null,
): Promise<void> {
  await commitAudited(context.store, [
    auditEntry({
      at: access.now,
      action: 'exec.run',
      outcome: 'refused',
      actor: tokenId === null ? 'nobody' : `token:${tokenId}`,
      organizationId: request.app.organizationId,
      appId: request.app.id,
      machineId: request.machine.id,
      tokenId,
      source: request.source,
      command: request.argv,
      reason: error.message,
      details: { code: error.code },
    }),
  ]);
  if (tokenId !== null) count(context, request, tokenId, access.now, false);
}

async function writeDecision(
  context: AuthorityContext,
  request: ExecRequest,
  execId: string,
  argv: readonly string[],
  allowed: Allowed,
  access: Access,
): Promise<void> {
  const at = access.now;
  const exec: ExecRecord = {
    id: execId,
    organizationId: request.app.organizationId,
    appId: request.app.id,
    machineId: request.machine.id,
    tokenId: allowed.tokenId,
    userId: allowed.userId,
    source: request.source,
    command: argv,
    detached: request.detached,
    tty: request.tty,
    startedAt: at,
    endedAt: null,
    reason: null,
    exitCode: null,
    exitSignal: null,
    stdoutBytes: 0,
    stderrBytes: 0,
    truncated: false,
    recorded: request.recorded,
  };
  try {
    await commitAudited(context.store, [
      // Its record was read before this unit got its place: a revocation may have come between.
      ...(exec.tokenId === null
        ? []
        : [
            {
              kind: 'token.require-live',
              organizationId: exec.organizationId,
              tokenId: exec.tokenId,
              at,
            } as const,
          ]),
      auditEntry({
        at,
        action: 'exec.run',
        outcome: 'allowed',
        actor: allowed.actor,
        organizationId: exec.organizationId,
        appId: exec.appId,
        machineId: exec.machineId,
        tokenId: exec.tokenId,
        execId,
        source: exec.source,
        command: argv,
      }),
      { kind: 'exec.insert', exec, idempotencyKey: request.idempotencyKey },
      ...firstUseWrites(exec, allowed, at),
    ]);
    const { predecessor } = allowed;
    if (predecessor !== null) context.onDead((plan) => plan.tokenId === predecessor);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'taken') {
      throw await ranBefore(context, request, allowed, error);
    }
    if (error instanceof StoreError && error.code === 'precondition') {
      const revoked = tokenRevoked(error);
      await writeRefusal(context, request, access, revoked, exec.tokenId);
      throw revoked;
    }
    throw error;
  }
}

/** Who ran it then is told as which exec; to others of the organization it is somebody else's. */
async function ranBefore(
  { store }: AuthorityContext,
  { app, idempotencyKey }: ExecRequest,
  { tokenId, userId }: Allowed,
  cause: StoreError,
): Promise<AuthorityError> {
  const before =
    idempotencyKey === null ? undefined : await store.findExecByKey(app.organizationId, idempotencyKey);
  const isOwn = before !== undefined && before.tokenId === tokenId && before.userId === userId;
  return new AuthorityError(
    'conflict',
    'a command with this idempotency key was run before; it is not run again',
    { cause, ...(isOwn ? { hint: `see what became of it with \`postern exec show ${before.id}\`` } : {}) },
  );
}

/** The first use of a successor revokes the token it replaced. */
function firstUseWrites(exec: ExecRecord, allowed: Allowed, at: number): Write[] {
  const { organizationId, appId } = exec;
  if (allowed.predecessor === null || allowed.tokenId === null) return [];
  const reason = `replaced by ${allowed.tokenId}`;
  return [
    auditEntry({
      at,
      action: 'token.revoke',
      outcome: 'done',
      actor: allowed.actor,
      organizationId,
      appId,
      tokenId: allowed.predecessor,
      reason,
    }),
    { kind: 'token.revoke', organizationId, tokenId: allowed.predecessor, at, reason },
    { kind: 'token.first-use', organizationId, tokenId: allowed.tokenId },
  ];
}

function count(
  context: AuthorityContext,
  request: ExecRequest,
  tokenId: string,
  at: number,
  allowed: boolean,
): void {
  context.usage.add({
    organizationId: request.app.organizationId,
    tokenId,
    at,
    allowed,
    from: request.source,
    machine: request.machine.id,
    command: request.argv,
  });
}
