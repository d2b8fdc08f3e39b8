/** A revocation that comes after an exec was decided and before it was started: nothing is started. */
import { ACTION } from '@postern/token';
import { createGatewayLink } from '@postern/exec';
import { expect, test } from 'vitest';
import { setUp } from '../../../packages/authority/test/bench.ts';
import { createGateway } from '../src/gateway/gateway.ts';
import { createLog } from '../src/log.ts';

const OPTIONS = {
  timeoutMs: 1000,
  cwd: undefined,
  user: undefined,
  env: {},
  stdin: false,
  tty: null,
  outputLimitBytes: 1000,
  isForgotten: false,
  traceparent: undefined,
} as const;

async function ground() {
  const bench = await setUp();
  const sent: Uint8Array[] = [];
  const gateway = createGateway(
    bench.store,
    createLog(() => undefined, Date.now),
    Date.now,
    () => undefined,
  );
  const machine = { ...bench.machine, agentId: 'agt_1' };
  gateway.connect('agt_1', {
    link: createGatewayLink(
      (bytes) => void sent.push(bytes),
      () => undefined,
    ),
    isConnected: () => true,
    close: () => undefined,
    tell: () => Promise.resolve(),
  });
  bench.authority.subscribeRevocations((matches) => gateway.endWhere(matches, 'revoked'));
  return { ...bench, gateway, machine, sent };
}

const sink = { output: () => Promise.resolve() };

test.each(['the token', 'its key', 'an app'] as const)(
  'invariant 6: %s dies between the decision and the start',
  async (what) => {
    const on = await ground();
    const { authority, gateway, machine, sent, store, owner } = on;
    const { header, record } = await on.mint({ caveats: [{ type: 'Action', mask: ACTION.all }] });
    await authority.rotateKeys(owner, { source: null });
    const expected = gateway.expect();
    const plan = await on.run(header, ['true']);
    if (what === 'the token') await authority.revoke(owner, record.id, null, { source: null });
    else if (what === 'its key') await authority.retireKey(owner, record.keyId, 1, { source: null });
    else gateway.endWhere(({ appId }) => appId === plan.appId, 'machine-removed');
    const command = gateway.run(plan, OPTIONS, machine, sink, expected);
    expected.release();
    const reason = what === 'an app' ? 'machine-removed' : 'revoked';
    expect(await command.outcome).toMatchObject({ reason, exitCode: null });
    expect(sent).toEqual([]);
    await gateway.idle(60_000);
    expect(await store.findExec(plan.execId)).toMatchObject({ reason });
  },
);

test('the death of another token stops nothing', async () => {
  const on = await ground();
  const { authority, gateway, machine, sent, owner } = on;
  const { header } = await on.mint();
  const other = await on.mint();
  const expected = gateway.expect();
  const plan = await on.run(header, ['true']);
  await authority.revoke(owner, other.record.id, null, { source: null });
  gateway.run(plan, OPTIONS, machine, sink, expected);
  expected.release();
  expect(sent).toHaveLength(1);
});
