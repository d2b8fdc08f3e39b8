import { decodeCaveats, parseHeader } from '@postern/token';
import { beforeEach, describe, expect, test } from 'vitest';
import { nodeCrypto } from '@postern/token/mac/node';
import { openAuthority, type MintRequest } from '../src/index.ts';
import { KEK, LOCATION, ORIGIN, setUp, type Bench } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await setUp();
});

describe('minting', () => {
  test.each([
    ['machine_exec', ['ValidityWindow', 'Organization', 'Apps', 'IfPresent']],
    ['deploy', ['ValidityWindow', 'Organization', 'Apps']],
    ['deploy_organization', ['ValidityWindow', 'Organization']],
    ['readonly', ['ValidityWindow', 'Organization']],
  ] as const)('%s has its caveats in order, in the token and in the record', async (profile, types) => {
    const { header, record } = await bench.mint({ profile });
    const [token] = parseHeader(header);
    expect(token?.unsafeCaveats.map(({ type }) => type)).toEqual(types);
    expect(decodeCaveats(record.caveats)).toEqual(token?.unsafeCaveats);
    expect(await bench.store.findToken(record.id)).toMatchObject({
      profile,
      createdByEmail: 'owner@example.test',
    });
  });

  test('a pinned machine refuses others, and no-read refuses reading', async () => {
    const { header } = await bench.mint({ machines: ['00000000000001'], noRead: true });
    await bench.run(header, ['true']);
    const access = { kind: 'access', action: 1, now: bench.clock.now, orgId: 1n, appId: 1n } as const;
    await expect(
      bench.authority.authorizeAccess(header, access, 'app.read', false, ORIGIN),
    ).rejects.toMatchObject({
      code: 'not_allowed',
    });
    const reader = await bench.mint({ machines: ['00000000000001'] });
    await bench.authority.authorizeAccess(reader.header, access, 'app.read', false, ORIGIN);
  });

  test.each<[string, Partial<MintRequest>, string]>([
    ['a blank command', { commands: [{ args: [''], exact: true }] }, 'bad_request'],
    ['an empty prefix', { commands: [{ args: [], exact: false }] }, 'bad_request'],
    ['spaces for a command', { commands: [{ args: ['  '], exact: false }] }, 'bad_request'],
    ['a NUL byte', { commands: [{ args: ['a\0'], exact: true }] }, 'bad_request'],
    ['a lone surrogate', { commands: [{ args: ['\ud800'], exact: true }] }, 'bad_request'],
    [
      'commands on a deploy token',
      { profile: 'deploy', commands: [{ args: ['a'], exact: true }] },
      'bad_request',
    ],
    ['an app token without an app', { app: null }, 'bad_request'],
    ['no life', { lifetimeMs: 0 }, 'bad_request'],
    ['a negative life', { lifetimeMs: -1 }, 'bad_request'],
    ['too long a life', { lifetimeMs: 400 * 365 * 86_400_000 }, 'bad_request'],
    [
      'too many bytes',
      { commands: Array.from({ length: 60 }, (_, i) => ({ args: ['x'.repeat(200), `${i}`], exact: true })) },
      'bad_request',
    ],
  ])('refuses %s, and leaves no record', async (_, request, code) => {
    await expect(bench.mint(request)).rejects.toMatchObject({ code });
    expect((await bench.actions()).filter((action) => action.startsWith('token.'))).toEqual([]);
  });

  test('refuses who is no member, as if the organization were not there', async () => {
    const request = { organization: bench.organization, app: bench.app, profile: 'machine_exec' } as const;
    await expect(bench.authority.mint(bench.stranger, request, ORIGIN)).rejects.toMatchObject({
      code: 'organization_not_found',
    });
  });

  test('members mint and rotate what their organization lets them; admins everything', async () => {
    const organization = { ...bench.organization, memberProfiles: ['machine_exec'] as const };
    const { userId } = bench.stranger;
    const at = bench.clock.now;
    const { name, slug, maxTokenLifetimeMs, id } = organization;
    await bench.store.commit([
      { kind: 'member.put', organizationId: id, userId, role: 'member', at },
      {
        kind: 'organization.update',
        organizationId: id,
        name,
        slug,
        maxTokenLifetimeMs,
        memberProfiles: organization.memberProfiles,
      },
    ]);
    const deploy = await bench.mint({ organization, profile: 'deploy' });
    const asMember = (profile: MintRequest['profile']) =>
      bench.authority.mint(bench.stranger, { organization, app: bench.app, profile }, ORIGIN);
    for (const profile of ['deploy', 'deploy_organization', 'readonly'] as const)
      await expect(asMember(profile)).rejects.toMatchObject({ code: 'policy_refused' });
    await expect(bench.authority.rotate(bench.stranger, deploy.record.id, {}, ORIGIN)).rejects.toMatchObject({
      code: 'policy_refused',
    });
    await asMember('machine_exec');
    await bench.authority.rotate(bench.owner, deploy.record.id, {}, ORIGIN);
  });

  test('keeps to the longest life of the organization', async () => {
    const organization = { ...bench.organization, maxTokenLifetimeMs: 3_600_000 };
    await bench.mint({ organization, lifetimeMs: 3_600_000 });
    await expect(bench.mint({ organization, lifetimeMs: 3_600_001 })).rejects.toMatchObject({
      code: 'policy_refused',
    });
    await expect(bench.mint({ organization, lifetimeMs: null })).rejects.toMatchObject({
      code: 'policy_refused',
    });
  });

  test('a dry run makes nothing', async () => {
    const { header, record } = await bench.mint({ dryRun: true });
    expect(header).toBe('');
    expect(await bench.store.findToken(record.id)).toBeUndefined();
    expect(await bench.actions()).toEqual(['key.create done']);
  });

  test('invariant 8: neither the store nor the log holds the token', async () => {
    const { header } = await bench.mint();
    const [token] = parseHeader(header);
    const tail = Buffer.from(token?.tail ?? []).toString('base64');
    const rows = JSON.stringify([
      await bench.store.scanAudit(0, 100),
      await bench.store.listTokens({ organizationId: 1, now: 0, limit: 9, offset: 0 }),
    ]);
    for (const secret of [header.slice(12), header.slice(12, 40), tail]) expect(rows).not.toContain(secret);
  });
});

describe('revoking', () => {
  test('twice is once; of a stranger or unknown it is not found', async () => {
    const { record } = await bench.mint();
    await bench.authority.revoke(bench.owner, record.id, 'first', ORIGIN);
    await bench.authority.revoke(bench.owner, record.id, 'second', ORIGIN);
    expect(await bench.store.findToken(record.id)).toMatchObject({ revokeReason: 'first' });
    expect((await bench.actions()).filter((action) => action === 'token.revoke done')).toHaveLength(1);
    for (const [person, id] of [
      [bench.stranger, record.id],
      [bench.owner, 'tok_none'],
    ] as const) {
      await expect(bench.authority.revoke(person, id, null, ORIGIN)).rejects.toMatchObject({
        code: 'token_not_found',
      });
      await expect(bench.authority.rename(person, id, 'x', ORIGIN)).rejects.toMatchObject({
        code: 'token_not_found',
      });
    }
  });

  test('tells which plans have lost their permission', async () => {
    const { header, record } = await bench.mint();
    const plan = await bench.run(header, ['true']);
    const told: boolean[] = [];
    const stop = bench.authority.subscribeRevocations((matches) =>
      told.push(matches(plan), matches({ tokenId: 'tok_x', keyId: null })),
    );
    await bench.authority.revoke(bench.owner, record.id, null, ORIGIN);
    expect(told).toEqual([true, false]);
    stop();
  });
});

describe('rotating', () => {
  const COMMANDS = [{ args: ['true'], exact: true }];

  test('gives the same restrictions, and the old token works until the new one is used', async () => {
    const old = await bench.mint({ commands: COMMANDS, name: 'ci' });
    bench.clock.now += 60_000;
    const fresh = await bench.authority.rotate(bench.owner, old.record.id, {}, ORIGIN);
    expect(fresh.record).toMatchObject({ name: 'ci', profile: 'machine_exec' });
    expect(decodeCaveats(fresh.record.caveats).slice(1)).toEqual(decodeCaveats(old.record.caveats).slice(1));
    await bench.run(old.header, ['true']);
    await expect(bench.run(fresh.header, ['false'])).rejects.toMatchObject({ code: 'not_allowed' });
    await bench.run(old.header, ['true']);
    await bench.run(fresh.header, ['true']);
    await expect(bench.run(old.header, ['true'])).rejects.toMatchObject({ code: 'token_revoked' });
    await bench.run(fresh.header, ['true']);
    expect((await bench.actions()).filter((action) => action === 'token.revoke done')).toHaveLength(1);
  });

  test('the old token dies after its grace even if the new one is never used', async () => {
    const old = await bench.mint({ commands: COMMANDS });
    await bench.authority.rotate(bench.owner, old.record.id, { graceMs: 5000, onFirstUse: false }, ORIGIN);
    bench.clock.now += 4999;
    await bench.run(old.header, ['true']);
    bench.clock.now += 1;
    await expect(bench.run(old.header, ['true'])).rejects.toMatchObject({ code: 'token_revoked' });
  });

  test('is refused twice, for a revoked token, for a stranger', async () => {
    const { record } = await bench.mint();
    const again = () => bench.authority.rotate(bench.owner, record.id, {}, ORIGIN);
    await again();
    await expect(again()).rejects.toMatchObject({ code: 'conflict' });
    await expect(bench.authority.rotate(bench.stranger, record.id, {}, ORIGIN)).rejects.toMatchObject({
      code: 'token_not_found',
    });
    const revoked = await bench.mint();
    await bench.authority.revoke(bench.owner, revoked.record.id, null, ORIGIN);
    await expect(bench.authority.rotate(bench.owner, revoked.record.id, {}, ORIGIN)).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});

describe('keys', () => {
  test('new tokens use the newest; old ones verify until their key is retired', async () => {
    const old = await bench.mint();
    const key = await bench.authority.rotateKeys(bench.owner, ORIGIN);
    const fresh = await bench.mint();
    expect(fresh.record.keyId).toBe(key.id);
    await bench.run(old.header, ['true']);
    const told: boolean[] = [];
    bench.authority.subscribeRevocations((matches) =>
      told.push(matches({ tokenId: 'x', keyId: old.record.keyId })),
    );
    await expect(bench.authority.retireKey(bench.owner, old.record.keyId, 0, ORIGIN)).rejects.toMatchObject({
      code: 'conflict',
    });
    await bench.authority.retireKey(bench.owner, old.record.keyId, 1, ORIGIN);
    expect(told).toEqual([true]);
    await expect(bench.run(old.header, ['true'])).rejects.toMatchObject({ code: 'token_unknown_key' });
    await bench.run(fresh.header, ['true']);
  });

  test('the key that signs is not retired, nor an unknown one, nor one twice', async () => {
    const { record } = await bench.mint();
    const retire = (id: string) => bench.authority.retireKey(bench.owner, id, 1, ORIGIN);
    await expect(retire(record.keyId)).rejects.toMatchObject({ code: 'conflict' });
    await expect(retire('0000000000000000')).rejects.toMatchObject({ code: 'key_not_found' });
    await bench.authority.rotateKeys(bench.owner, ORIGIN);
    await retire(record.keyId);
    await expect(retire(record.keyId)).rejects.toMatchObject({ code: 'key_not_found' });
  });

  test('a mint that was signed with a key retired meanwhile is refused, and is no record', async () => {
    const { record } = await bench.mint();
    const retired = bench.store.commit([
      { kind: 'key.retire', keyId: record.keyId, at: bench.clock.now, liveTokens: 1 },
    ]);
    await expect(bench.mint({ name: 'late' })).rejects.toMatchObject({ code: 'conflict' });
    await retired;
    const { total } = await bench.store.listTokens({ organizationId: 1, now: 0, limit: 9, offset: 0 });
    expect(total).toBe(1);
  });

  test('a mint that comes before the retirement makes its number wrong', async () => {
    const { record } = await bench.mint();
    await bench.authority.rotateKeys(bench.owner, ORIGIN);
    const found = await bench.store.findToken(record.id);
    if (found === undefined) return expect.unreachable();
    const retiring = bench.authority.retireKey(bench.owner, record.keyId, 1, ORIGIN);
    // The number is read at once, and written after this.
    await bench.store.commit([{ kind: 'token.insert', token: { ...found, id: 'tok_late' } }]);
    await expect(retiring).rejects.toMatchObject({ code: 'conflict' });
    return expect(await bench.store.listKeys()).toMatchObject([{ retiredAt: null }, { retiredAt: null }]);
  });

  const open = (keyEncryptionKey: Uint8Array) =>
    openAuthority({
      store: bench.store,
      keyEncryptionKey,
      crypto: nodeCrypto,
      location: LOCATION,
      now: () => bench.clock.now,
    });

  test('invariant 8: sealed at rest; another key-encryption key opens nothing', async () => {
    await expect(open(new Uint8Array(32).fill(8))).rejects.toMatchObject({ code: 'key_not_found' });
    await expect(open(new Uint8Array(31))).rejects.toMatchObject({ code: 'bad_request' });
    await open(KEK);
  });

  test('sealed anew, only the new key-encryption key opens them, and tokens go on', async () => {
    const { header } = await bench.mint();
    const next = new Uint8Array(32).fill(9);
    expect(await bench.authority.rewrapKeys(next)).toBe(1);
    await bench.run(header, ['true']);
    await expect(open(KEK)).rejects.toMatchObject({ code: 'key_not_found' });
    await open(next);
  });

  test('a sealed key of another record does not open', async () => {
    const [key] = await bench.store.listKeys();
    if (key === undefined) return expect.unreachable();
    await bench.authority.rotateKeys(bench.owner, ORIGIN);
    const second = (await bench.store.listKeys())[1];
    await bench.store.commit([{ kind: 'key.reseal', keyId: second?.id ?? '', sealed: key.sealed }]);
    return expect(open(KEK)).rejects.toMatchObject({ code: 'key_not_found' });
  });
});

describe('sessions', () => {
  test('a session works until it is ended or expires', async () => {
    const { token } = await bench.authority.createSession(bench.owner, ORIGIN, 'test');
    expect(await bench.authority.verifySession(token)).toEqual(bench.owner);
    for (const wrong of [`${token}x`, token.slice(0, -1), '', 'fo1_']) {
      await expect(bench.authority.verifySession(wrong)).rejects.toMatchObject({ code: 'session_invalid' });
    }
    await bench.authority.endSession(bench.owner, token, ORIGIN);
    await expect(bench.authority.verifySession(token)).rejects.toMatchObject({ code: 'session_invalid' });
    const second = await bench.authority.createSession(bench.owner, ORIGIN, 'test');
    bench.clock.now = second.expiresAt;
    await expect(bench.authority.verifySession(second.token)).rejects.toMatchObject({
      code: 'session_invalid',
    });
  });

  test('a login link signs in once, within its time', async () => {
    const link = await bench.authority.createLogin(bench.owner, 'system', ORIGIN);
    const both = await Promise.allSettled([
      bench.authority.redeemLogin(link.secret, ORIGIN),
      bench.authority.redeemLogin(link.secret, ORIGIN),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const late = await bench.authority.createLogin(bench.owner, 'system', ORIGIN);
    bench.clock.now = late.expiresAt;
    await expect(bench.authority.redeemLogin(late.secret, ORIGIN)).rejects.toMatchObject({
      code: 'login_failed',
    });
    await expect(bench.authority.redeemLogin('login_none', ORIGIN)).rejects.toMatchObject({
      code: 'login_failed',
    });
  });
});

describe('usage', () => {
  test('is counted by outcome and written in one go', async () => {
    const { header, record } = await bench.mint({ commands: [{ args: ['true'], exact: true }] });
    await bench.run(header, ['true']);
    await bench.run(header, ['true']);
    await bench.run(header, ['false']).catch(() => undefined);
    expect(await bench.store.findToken(record.id)).toMatchObject({ uses: 0 });
    await bench.authority.flushUsage();
    await bench.authority.flushUsage();
    expect(await bench.store.findToken(record.id)).toMatchObject({
      uses: 2,
      refusals: 1,
      lastUsedFrom: '192.0.2.9',
      lastUsedCommand: ['true'],
      lastUsedMachine: '00000000000001',
    });
  });
});

test('the audit chain of all this holds, and is broken by an edit', async () => {
  const { header } = await bench.mint();
  await bench.run(header, ['true']);
  expect(await bench.authority.verifyAudit()).toMatchObject({ firstBroken: null, entries: 3 });
});
