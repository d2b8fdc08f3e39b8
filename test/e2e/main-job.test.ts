/** The main job, end to end: the real server, the real agent, the real command line, real commands. */
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install, processesWith, until, type Installation } from './installation.ts';

let postern: Installation;
beforeAll(async () => {
  postern = await install();
});
afterAll(() => postern.remove());

async function mint(...args: string[]): Promise<string> {
  const { stdout, stderr, code } = await postern.postern([
    'tokens',
    'create',
    'machine-exec',
    '-a',
    'demo',
    ...args,
  ]);
  expect(code, stderr).toBe(0);
  expect(stdout.toString()).toMatch(/^FlyV1 fm2_[A-Za-z0-9+/=]+\n$/);
  return stdout.toString().trim();
}

const exec = (token: string, command: string, ...flags: string[]) =>
  postern.postern(['machine', 'exec', '-a', 'demo', '-t', token, ...flags, postern.machine, command]);

async function curl(token: string, body: unknown, path = `/v1/apps/demo/machines/${postern.machine}/exec`) {
  const response = await fetch(postern.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function records(): Promise<{ id: string; name: string }[]> {
  const { stdout } = await postern.postern(['tokens', 'list', '-a', 'demo', '--json']);
  return (JSON.parse(stdout.toString()) as { tokens: { id: string; name: string }[] }).tokens;
}

describe('what a token allows', () => {
  test('an exact command runs; anything else is refused by the caveat that says so', async () => {
    const token = await mint('-C', 'uname -s');
    expect(await exec(token, 'uname -s')).toMatchObject({ code: 0, stdout: Buffer.from('Linux\n') });
    for (const other of ['uname', 'uname -s -a', 'uname  -a', 'Uname -s', '/bin/uname -s', "'uname -s'"]) {
      const { code, stdout, stderr } = await exec(token, other);
      expect(code, other).toBe(77);
      expect(stdout.toString()).toBe('');
      expect(stderr).toContain('Commands');
      expect(stderr).toContain('exactly `uname -s`');
    }
  });

  test('a prefix matches word by word', async () => {
    const token = await mint('-p', 'echo -n');
    expect((await exec(token, 'echo -n a b')).stdout.toString()).toBe('a b');
    expect((await exec(token, 'echo -na')).code).toBe(77);
    expect((await exec(token, 'echo')).code).toBe(77);
  });

  test('positional words are one exact argv, never read as flags after --', async () => {
    const token = await mint('--', 'echo', '-n', '--name', 'x y');
    expect((await exec(token, "echo -n --name 'x y'")).stdout.toString()).toBe('--name x y');
    expect((await exec(token, 'echo -n --name x y')).code).toBe(77);
  });

  test('a comma does not split a command', async () => {
    const token = await mint('-C', 'echo a,id');
    expect((await exec(token, 'echo a,id')).stdout.toString()).toBe('a,id\n');
    expect((await exec(token, 'id')).code).toBe(77);
  });

  test('no command at all means every command', async () => {
    const token = await mint();
    expect((await exec(token, 'echo anything')).stdout.toString()).toBe('anything\n');
  });

  test.each([
    ['-C', ''],
    ['-C', '   '],
    ['-p', ''],
    ['-p', '\t'],
    ['--', ''],
  ])('a blank rule is an error, never every command: %j %j', async (...args) => {
    const before = (await records()).length;
    const { code, stdout, stderr } = await postern.postern([
      'tokens',
      'create',
      'machine-exec',
      '-a',
      'demo',
      ...args,
    ]);
    expect(code, stderr).toBe(64);
    expect(stdout.toString()).toBe('');
    expect((await records()).length).toBe(before);
  });

  test('shell metacharacters are data: no shell is ever run', async () => {
    const token = await mint('-p', 'echo');
    const { stdout } = await exec(token, 'echo $HOME `id` $(id) * ; id && id | id > /tmp/x');
    expect(stdout.toString()).toBe('$HOME `id` $(id) * ; id && id | id > /tmp/x\n');
  });

  test('an expired token is refused', async () => {
    const token = await mint('-x', '1s', '--', 'true');
    await until(async () => (await exec(token, 'true')).code !== 0);
    const { code, stderr } = await exec(token, 'true');
    expect(code).toBe(67);
    expect(stderr).toContain('expired');
  });

  test.each(['-5m', '1ns', '2d', 'soon'])('an expiry of %s is refused', async (expiry) => {
    const { code, stdout } = await postern.postern([
      'tokens',
      'create',
      'machine-exec',
      '-a',
      'demo',
      '-x',
      expiry,
    ]);
    expect(code).toBe(64);
    expect(stdout.toString()).toBe('');
  });

  test('a token of another app is refused', async () => {
    expect((await postern.postern(['apps', 'create', 'other'])).code).toBe(0);
    const { stdout } = await postern.postern([
      'tokens',
      'create',
      'machine-exec',
      '-a',
      'other',
      '--',
      'true',
    ]);
    const { code, stderr } = await exec(stdout.toString().trim(), 'true');
    expect(code).toBe(77);
    expect(stderr).toContain('Apps');
  });
});

describe('revoking', () => {
  test('a revoked token is refused on its next use, and listed as revoked', async () => {
    const token = await mint('-n', 'short lived', '--', 'true');
    expect((await exec(token, 'true')).code).toBe(0);
    const record = (await records()).find(({ name }) => name === 'short lived');
    if (record === undefined) return expect.unreachable('the record is listed');
    const revoked = await postern.postern(['tokens', 'revoke', record.id]);
    expect(revoked.code, revoked.stderr).toBe(0);
    const { code, stderr } = await exec(token, 'true');
    expect(code).toBe(67);
    expect(stderr).toContain('revoked');
    const listed = await postern.postern(['tokens', 'list', '-a', 'demo']);
    return expect(listed.stdout.toString()).toContain(record.id);
  });

  test('unknown ids make the whole command fail, and say which', async () => {
    const { code, stdout, stderr } = await postern.postern(['tokens', 'revoke', 'tok_aaaaaaaaaaaaaaaa']);
    expect(code).not.toBe(0);
    expect(stdout.toString() + stderr).toContain('tok_aaaaaaaaaaaaaaaa');
  });

  test('a running command of a revoked token is ended', async () => {
    const token = await mint('-n', 'runs long', '--', 'sleep', '7411');
    const running = exec(token, 'sleep 7411', '--timeout', '600');
    await until(async () => (await processesWith('sleep 7411')).length > 0);
    const record = (await records()).find(({ name }) => name === 'runs long');
    await postern.postern(['tokens', 'revoke', record?.id ?? '']);
    expect((await running).code).not.toBe(0);
    await until(async () => (await processesWith('sleep 7411')).length === 0);
  });
});

describe('what a command does comes out unchanged', () => {
  test.each([0, 1, 2, 3, 42, 126, 127, 255])('exit code %i', async (code) => {
    const token = await mint();
    expect((await exec(token, `sh -c 'exit ${code}'`)).code).toBe(code);
  });

  test.each([
    ['TERM', 143],
    ['KILL', 137],
    ['INT', 130],
  ])('death by SIG%s is 128 + n', async (signal, code) => {
    const token = await mint();
    expect((await exec(token, `sh -c 'kill -${signal} $$'`)).code).toBe(code);
  });

  test('stdout and stderr stay apart', async () => {
    const token = await mint();
    const { stdout, stderr } = await exec(token, "sh -c 'echo out; echo err >&2'");
    expect(stdout.toString()).toBe('out\n');
    expect(stderr).toBe('err\n');
  });

  test('10 MiB of random bytes arrive intact', async () => {
    const token = await mint();
    const command = "sh -c 'head -c 10485760 /dev/urandom | tee /tmp/postern-e2e-bytes'";
    const { stdout } = await exec(token, command);
    expect(stdout.length).toBe(10_485_760);
    const sum = (await exec(token, 'sha256sum /tmp/postern-e2e-bytes')).stdout.toString().split(' ')[0];
    expect(createHash('sha256').update(stdout).digest('hex')).toBe(sum);
    rmSync('/tmp/postern-e2e-bytes');
  });

  test('a program that is not there is 127, one that may not run is 126', async () => {
    const token = await mint();
    expect((await exec(token, '/no/such/program')).code).toBe(127);
    expect((await exec(token, '/etc/passwd')).code).toBe(126);
  });

  test('a timeout ends the whole process group', async () => {
    const token = await mint();
    const { code } = await exec(token, "sh -c 'sleep 7412 & sleep 7412'", '--timeout', '1');
    expect(code).toBe(124);
    await until(async () => (await processesWith('sleep 7412')).length === 0);
  });

  test('invariant 10: a command whose caller is killed is ended', async () => {
    const token = await mint();
    const running = postern.postern(
      ['machine', 'exec', '-a', 'demo', '-t', token, '--timeout', '600', postern.machine, 'sleep 7413'],
      {
        onStart: (child) => {
          void until(async () => (await processesWith('sleep 7413')).length > 1).then(() =>
            child.kill('SIGKILL'),
          );
        },
      },
    );
    await running;
    await until(async () => (await processesWith('sleep 7413')).length === 0);
  });
});

describe('bad input is answered, never run', () => {
  test.each([
    [{}, 400, 'invalid_command'],
    [{ cmd: '' }, 400, 'invalid_command'],
    [{ cmd: '   ' }, 400, 'invalid_command'],
    [{ command: [] }, 400, 'invalid_command'],
    [{ command: [''] }, 400, 'invalid_command'],
    [{ command: ['a\0b'] }, 400, 'invalid_command'],
    [{ command: ['a', '\ud800'] }, 400, 'invalid_command'],
    [{ cmd: "echo 'a" }, 400, 'invalid_command'],
    [{ cmd: 'echo \\' }, 400, 'invalid_command'],
    [{ cmd: 'a', command: ['a'] }, 400, 'invalid_command'],
    [{ command: 'ls' }, 400, 'bad_request'],
    [{ command: [1] }, 400, 'bad_request'],
    [{ command: [['ls']] }, 400, 'bad_request'],
    [{ cmd: 'true', timeout: -1 }, 400, 'bad_request'],
    [{ cmd: 'true', unknown: 1 }, 400, 'bad_request'],
    [{ cmd: 'true', env: { 'A=B': '1' } }, 400, 'bad_request'],
    ['{', 400, 'bad_request'],
    ['[]', 400, 'bad_request'],
    ['"x"', 400, 'bad_request'],
    ['{"cmd":"true","__proto__":{"x":1}}', 400, 'bad_request'],
    [`{"cmd":${'['.repeat(100)}${']'.repeat(100)}}`, 400, 'bad_request'],
    [{ cmd: 'x'.repeat(5 * 1024 * 1024) }, 413, 'body_too_large'],
  ])('%.60j → %i %s', async (body, status, code) => {
    const token = await mint();
    const answer = await curl(token, body);
    expect(answer.body['code']).toBe(code);
    expect(answer.body['error']).toBeTypeOf('string');
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).not.toMatch(/\bat .*\.ts:/);
  });

  test.each([
    ['', 'unauthenticated'],
    ['fm2_', 'token_malformed'],
    ['fm2_AAAA', 'token_malformed'],
    ['nonsense', 'token_malformed'],
    [`fm2_${'A'.repeat(12_000)}`, 'token_malformed'],
    ['fo1_nonsense', 'session_invalid'],
  ])('token %.40j → 401 %s', async (token, code) => {
    expect(await curl(token, { cmd: 'true' })).toMatchObject({ status: 401, body: { code } });
  });

  test('a token cut off, altered or of another key is refused', async () => {
    const token = await mint();
    const text = token.replace('FlyV1 fm2_', '');
    const bytes = Buffer.from(text, 'base64');
    const altered = Buffer.from(bytes);
    altered[altered.length - 1] = (altered[altered.length - 1] ?? 0) ^ 1;
    const otherKey = Buffer.from(bytes);
    otherKey[8] = (otherKey[8] ?? 0) ^ 1;
    for (const [forged, code] of [
      [`fm2_${text.slice(0, 100)}`, 'token_malformed'],
      [`fm2_${altered.toString('base64')}`, 'token_invalid'],
      [`fm2_${otherKey.toString('base64')}`, 'token_unknown_key'],
    ] as const) {
      expect(await curl(forged, { cmd: 'true' })).toMatchObject({ status: 401, body: { code } });
    }
  });

  test('unknown app and machine', async () => {
    const token = await mint();
    expect(
      await curl(token, { cmd: 'true' }, `/v1/apps/nope/machines/${postern.machine}/exec`),
    ).toMatchObject({
      status: 404,
      body: { code: 'app_not_found' },
    });
    expect(await curl(token, { cmd: 'true' }, '/v1/apps/demo/machines/00000000000000/exec')).toMatchObject({
      status: 404,
      body: { code: 'machine_not_found' },
    });
  });

  test('a scoped token manages nothing', async () => {
    const token = await mint();
    for (const [method, path] of [
      ['POST', '/v1/apps/demo/tokens'],
      ['GET', '/v1/apps/demo/tokens'],
      ['GET', '/v1/orgs/personal/tokens'],
      ['POST', '/v1/apps'],
      ['GET', '/v1/orgs/personal/audit'],
    ] as const) {
      const response = await fetch(postern.url + path, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(method === 'POST' ? { body: JSON.stringify({ name: 'x', org_slug: 'personal' }) } : {}),
      });
      expect([400, 403], `${method} ${path}`).toContain(response.status);
    }
  });
});

describe('the HTTP form', () => {
  test('the answer has the form Fly documents', async () => {
    const token = await mint();
    expect(
      await curl(token, { command: ['sh', '-c', 'cat; echo e >&2; exit 3'], stdin: 'in' }),
    ).toMatchObject({
      status: 200,
      body: { exit_code: 3, exit_signal: 0, stdout: 'in', stderr: 'e\n' },
    });
  });

  test('bytes that are not UTF-8 come in base64, and are said to', async () => {
    const token = await mint();
    expect((await curl(token, { command: ['printf', String.raw`\377\376`] })).body).toMatchObject({
      stdout: '//4=',
      stdout_encoding: 'base64',
    });
  });

  test.each(['application/json', 'application/x-ndjson'])(
    'invariant 10: a caller of %s who goes away takes the command along',
    async (accept) => {
      const token = await mint();
      const gone = new AbortController();
      const call = fetch(`${postern.url}/v1/apps/demo/machines/${postern.machine}/exec`, {
        method: 'POST',
        headers: { authorization: token, accept },
        body: '{"cmd":"sleep 7441","timeout":600}',
        signal: gone.signal,
      }).then((response) => response.text());
      await until(async () => (await processesWith('sleep 7441')).length > 0);
      gone.abort();
      await expect(call).rejects.toThrowError();
      await until(async () => (await processesWith('sleep 7441')).length === 0);
    },
  );

  test('lines of JSON come while the command runs', async () => {
    const token = await mint();
    const response = await fetch(`${postern.url}/v1/apps/demo/machines/${postern.machine}/exec`, {
      method: 'POST',
      headers: { authorization: token, accept: 'application/x-ndjson' },
      body: JSON.stringify({ command: ['sh', '-c', 'echo out; echo err >&2; exit 5'] }),
    });
    const lines = (await response.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ type: 'started' });
    expect(lines).toContainEqual({ type: 'stdout', data: Buffer.from('out\n').toString('base64') });
    expect(lines).toContainEqual({ type: 'stderr', data: Buffer.from('err\n').toString('base64') });
    expect(lines.at(-1)).toMatchObject({ type: 'outcome', exit_code: 5 });
  });

  test('FlyV1 and Bearer are both accepted', async () => {
    const token = await mint('--', 'true');
    for (const authorization of [
      token,
      `Bearer ${token}`,
      token.replace('FlyV1', 'Bearer'),
      token.replace('FlyV1', 'flyv1'),
    ]) {
      const response = await fetch(`${postern.url}/v1/apps/demo/machines/${postern.machine}/exec`, {
        method: 'POST',
        headers: { authorization },
        body: '{"cmd":"true"}',
      });
      expect(response.status, authorization.slice(0, 12)).toBe(200);
    }
  });
});

test('64-bit ids in caveats come back with all their digits', async () => {
  const { stdout } = await postern.postern(['tokens', 'attenuate', '-t', await mint('--', 'true')], {
    input:
      '[{"type":"Apps","body":{"apps":{"1":"rw"}}},{"type":"ConfineUser","body":{"id":18446744073709551615}}]',
  });
  const response = await fetch(`${postern.url}/v1/tokens/authenticate`, {
    method: 'POST',
    body: JSON.stringify({ header: stdout.toString().trim() }),
  });
  expect(response.status).toBe(200);
  expect(await response.text()).toContain('18446744073709551615');
});

describe('what is written down', () => {
  test('invariant 5: mint, allow, refusal and revoke are in the log, and the chain holds', async () => {
    const token = await mint('-n', 'audited', '--', 'true');
    await exec(token, 'true');
    await exec(token, 'false');
    const record = (await records()).find(({ name }) => name === 'audited');
    await postern.postern(['tokens', 'revoke', record?.id ?? '']);
    const session = { authorization: `Bearer ${postern.session()}` };
    const response = await fetch(`${postern.url}/v1/orgs/personal/audit?token=${record?.id}`, {
      headers: session,
    });
    const { entries } = (await response.json()) as { entries: { action: string; outcome: string }[] };
    expect(entries.map(({ action, outcome }) => `${action} ${outcome}`).reverse()).toEqual([
      'token.mint done',
      'exec.run allowed',
      'exec.run refused',
      'token.revoke done',
    ]);
    const check = await fetch(`${postern.url}/v1/audit/verify`, { method: 'POST', headers: session });
    expect(await check.json()).toMatchObject({ ok: true });
  });

  test('invariant 8: no token and no session is in a log, the database or the audit log', async () => {
    const token = (await mint('--', 'true')).replace('FlyV1 fm2_', '');
    await exec(`FlyV1 fm2_${token}`, 'true');
    await curl(`fm2_${token.slice(0, -8)}`, { cmd: 'true' });
    const { readdirSync, readFileSync } = await import('node:fs');
    const secrets = [token, token.slice(20, 60), postern.session()];
    for (const file of readdirSync(postern.dataDir, { withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )) {
      const content = readFileSync(`${postern.dataDir}/${file.name}`, 'latin1');
      for (const secret of secrets) expect(content.includes(secret), file.name).toBe(false);
    }
    for (const secret of secrets) expect(postern.log().includes(secret)).toBe(false);
  });
});
