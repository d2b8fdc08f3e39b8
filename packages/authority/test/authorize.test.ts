import { attenuate, formatHeader, formatToken, mintToken, parseHeader, type Caveat } from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import { beforeEach, describe, expect, test } from 'vitest';
import { FACTS, LOCATION, setUp, type Bench } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await setUp();
});

const TRUE = [{ args: ['true'], exact: true }];

function narrow(header: string, ...caveats: Caveat[]): string {
  return formatHeader(parseHeader(header).map((token) => attenuate(token, caveats, nodeCrypto)));
}

describe('an exec that is allowed', () => {
  test('invariant 4: the plan holds exactly the argv that was cleared, frozen', async () => {
    const { header } = await bench.mint({ commands: [{ args: ['echo'], exact: false }] });
    const argv = ['echo', 'a b', '', '; id', 'é'];
    const plan = await bench.run(header, argv);
    argv.push('later');
    expect(plan.argv).toEqual(['echo', 'a b', '', '; id', 'é']);
    expect(plan.access.command).toBe(plan.access.command);
    expect(() => (plan.argv as string[]).push('x')).toThrowError(TypeError);
    expect(Object.isFrozen(plan)).toBe(true);
  });

  test('invariant 5: it is in the log with its record before the plan is given out', async () => {
    const { header, record } = await bench.mint({ commands: TRUE });
    const plan = await bench.run(header, ['true']);
    expect(await bench.actions()).toEqual(['key.create done', 'token.mint done', 'exec.run allowed']);
    expect(await bench.store.findExec(plan.execId)).toMatchObject({ tokenId: record.id, command: ['true'] });
  });

  test('by an attenuated copy too, until a caveat of it refuses', async () => {
    const { header } = await bench.mint();
    const copy = narrow(header, { type: 'Commands', commands: TRUE });
    await bench.run(copy, ['true']);
    await expect(bench.run(copy, ['false'])).rejects.toMatchObject({ code: 'not_allowed' });
    await bench.run(header, ['false']);
  });

  test('when any one token of a bundle allows it; they never add up', async () => {
    const machineOnly = await bench.mint({ commands: TRUE, machines: ['00000000000009'] });
    const commandOnly = await bench.mint({ commands: [{ args: ['id'], exact: true }] });
    const both = `${machineOnly.header},${commandOnly.header.replace('FlyV1 ', '')}`;
    await bench.run(both, ['id']);
    await expect(bench.run(both, ['true'])).rejects.toMatchObject({ code: 'not_allowed' });
  });
});

describe('an exec that is refused', () => {
  test.each([
    ['another command', ['false']],
    ['the command with more', ['true', '--help']],
    ['another case', ['TRUE']],
    ['a path to it', ['/bin/true']],
    ['nothing', []],
  ])('%s: the sentence names the caveat and what would be allowed', async (_, argv) => {
    const { header, record } = await bench.mint({ commands: TRUE });
    await expect(bench.run(header, argv)).rejects.toMatchObject({
      code: 'not_allowed',
      message: expect.stringMatching(/caveat Commands.*exactly `true`/) as unknown,
      refusals: [{ token: record.id, caveat: 'Commands', would_allow: 'exactly `true`' }],
    });
    expect((await bench.actions()).at(-1)).toBe('exec.run refused');
  });

  test('of another app', async () => {
    const { header } = await bench.mint();
    await expect(bench.run(header, ['true'], { app: bench.otherApp })).rejects.toMatchObject({
      code: 'not_allowed',
      refusals: [{ caveat: 'Apps' }],
    });
  });

  test('invariant 6: expired, to the millisecond; not yet valid; revoked', async () => {
    const { header, record } = await bench.mint({ commands: TRUE });
    bench.clock.now = record.expiresAt ?? 0;
    await bench.run(header, ['true']);
    bench.clock.now += 1;
    await expect(bench.run(header, ['true'])).rejects.toMatchObject({ code: 'token_expired' });
    bench.clock.now = record.createdAt - 2000;
    await expect(bench.run(header, ['true'])).rejects.toMatchObject({ code: 'not_allowed' });
    bench.clock.now = record.createdAt;
    await bench.authority.revoke(bench.owner, record.id, null, { source: null });
    await expect(bench.run(header, ['true'])).rejects.toMatchObject({ code: 'token_revoked' });
  });

  test('invariant 6: revoking kills every attenuated copy', async () => {
    const { header, record } = await bench.mint();
    const copy = narrow(header, { type: 'Action', mask: 2 });
    await bench.run(copy, ['true']);
    await bench.authority.revoke(bench.owner, record.id, 'leaked', { source: null });
    await expect(bench.run(copy, ['true'])).rejects.toMatchObject({ code: 'token_revoked' });
  });

  test('invariant 6: with revocation at the same time, nothing starts after it is acknowledged', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { header, record } = await bench.mint({ commands: TRUE });
      let revoked = false;
      const tries = Array.from({ length: 10 }, async () => {
        const before = revoked;
        await new Promise((resolve) => setImmediate(resolve));
        const allowed = await bench.run(header, ['true']).then(
          () => true,
          () => false,
        );
        return { before, allowed };
      });
      await bench.authority.revoke(bench.owner, record.id, null, { source: null });
      revoked = true;
      await Promise.all(tries);
      await expect(bench.run(header, ['true'])).rejects.toMatchObject({ code: 'token_revoked' });
    }
  });

  test('invariant 6: a revocation that gets its place in the log first wins, though the record was read before', async () => {
    const { header, record } = await bench.mint({ commands: TRUE });
    let revoking: Promise<unknown> = Promise.resolve();
    const refused = bench.ask(header, ['true'], {
      beforeWriting: () => {
        revoking = bench.store.commit([
          { kind: 'token.revoke', organizationId: 1, tokenId: record.id, at: bench.clock.now, reason: null },
        ]);
      },
    });
    await expect(refused).rejects.toMatchObject({ code: 'token_revoked' });
    await revoking;
    expect((await bench.actions()).at(-1)).toBe('exec.run refused');
    expect(await bench.store.listExecs({ organizationId: 1, limit: 9, offset: 0 })).toEqual([]);
  });

  test('invariant 6: with its key retired meanwhile', async () => {
    const { header, record } = await bench.mint({ commands: TRUE });
    await bench.authority.rotateKeys(bench.owner, { source: null });
    const refused = bench.ask(header, ['true'], {
      beforeWriting: () =>
        void bench.store.commit([
          { kind: 'key.retire', keyId: record.keyId, at: bench.clock.now, liveTokens: 1 },
        ]),
    });
    await expect(refused).rejects.toMatchObject({ code: 'token_revoked' });
  });

  test.each([
    ['', 'token_malformed'],
    ['fm2_', 'token_malformed'],
    ['FlyV1 fm2_AAAA', 'token_malformed'],
    ['fo1_abc', 'token_malformed'],
    ['x'.repeat(17_000), 'token_malformed'],
  ])('bad bytes %.20j: %s', async (header, code) => {
    await expect(bench.run(header, ['true'])).rejects.toMatchObject({ code });
    expect((await bench.actions()).at(-1)).toBe('exec.run refused');
  });

  test('of another service, of another key, of an unknown key', async () => {
    const { header } = await bench.mint();
    const [token] = parseHeader(header);
    if (token === undefined) return expect.unreachable();
    const key = new Uint8Array(32);
    const forge = (location: string, kid: Uint8Array): string =>
      formatToken(mintToken({ location, kid, key, caveats: token.unsafeCaveats }, nodeCrypto));
    for (const [text, code] of [
      [forge('https://elsewhere.test', token.nonce.kid), 'token_wrong_location'],
      [forge(LOCATION, token.nonce.kid), 'token_invalid'],
      [forge(LOCATION, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9)), 'token_unknown_key'],
      [forge(LOCATION, Uint8Array.of(9)), 'token_unknown_key'],
    ] as const) {
      await expect(bench.run(text, ['true'])).rejects.toMatchObject({ code });
    }
    return undefined;
  });

  test('a token that verifies but has no record was minted before a restore', async () => {
    const { header } = await bench.mint();
    const fresh = await setUp();
    for (const key of await bench.store.listKeys())
      await fresh.store.commit([{ kind: 'key.insert', key: { ...key, generation: 2 } }]);
    const { openAuthority } = await import('../src/index.ts');
    const restored = await openAuthority({
      store: fresh.store,
      keyEncryptionKey: new Uint8Array(32).fill(7),
      crypto: nodeCrypto,
      location: LOCATION,
      now: () => bench.clock.now,
    });
    await expect(
      restored.authorizeExec({
        by: { header },
        app: fresh.app,
        machine: fresh.machine,
        argv: ['true'],
        source: null,
        facts: FACTS,
        detached: false,
        tty: false,
        recorded: false,
        idempotencyKey: null,
      }),
    ).rejects.toMatchObject({
      code: 'token_invalid',
      message: expect.stringContaining('no record') as unknown,
    });
  });

  test('invariant 5: when the decision cannot be written, there is no plan', async () => {
    const { header } = await bench.mint();
    await bench.store.close();
    await expect(bench.run(header, ['true'])).rejects.toMatchObject({
      name: expect.stringMatching(/Error$/) as unknown,
    });
  });

  test('an idempotency key runs once', async () => {
    const { header } = await bench.mint();
    const other = await bench.mint();
    const ask = (by = header) =>
      bench.authority.authorizeExec({
        by: { header: by },
        app: bench.app,
        machine: bench.machine,
        argv: ['true'],
        source: null,
        facts: FACTS,
        detached: false,
        tty: false,
        recorded: false,
        idempotencyKey: 'deploy-17',
      });
    const results = await Promise.allSettled([ask(), ask(), ask()]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const execId = results
      .map((result) => (result.status === 'fulfilled' ? result.value.execId : ''))
      .join('');
    await expect(ask()).rejects.toMatchObject({
      code: 'conflict',
      hint: `see what became of it with \`postern exec show ${execId}\``,
    });
    // What another token ran is not its holder's to know.
    await expect(ask(other.header)).rejects.toMatchObject({ code: 'conflict', hint: undefined });
  });

  test('a person of another organization', async () => {
    await expect(
      bench.authority.authorizeExec({
        by: { person: bench.stranger },
        app: bench.app,
        machine: bench.machine,
        argv: ['true'],
        source: null,
        facts: FACTS,
        detached: false,
        tty: false,
        recorded: false,
        idempotencyKey: null,
      }),
    ).rejects.toMatchObject({ code: 'organization_not_found' });
  });
});
