/** Accounts are read from the host's files; the environment of a command is a safelist. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findAccount, startDirectory } from '../src/process/accounts.ts';
import { childEnvironment } from '../src/process/environment.ts';

const directory = mkdtempSync(join(tmpdir(), 'postern-accounts-'));
const passwd = join(directory, 'passwd');
const group = join(directory, 'group');
beforeAll(() => {
  writeFileSync(
    passwd,
    'root:x:0:0::/root:/bin/bash\nweb:x:1001:1002:Web,,,:/srv/web:\nbad:x:one:1::/:/bin/sh\nshort:x:5\n',
  );
  writeFileSync(group, 'root:x:0:\nweb:x:1002:\nlogs:x:50:web,other\nweb2:x:51:web2\nweb3:x:52:a,web\n');
});
afterAll(() => rmSync(directory, { recursive: true }));

test('an account with its groups; a name that only begins alike is another', () => {
  expect(findAccount('web', passwd, group)).toEqual({
    name: 'web',
    uid: 1001,
    gid: 1002,
    groups: [1002, 50, 52],
    home: '/srv/web',
    shell: '/bin/sh',
  });
});

test.each(['we', '', 'WEB', 'web\n', 'bad', 'short', '0', '1001', 'root:x'])('%j is no account', (name) => {
  expect(findAccount(name, passwd, group)).toBeUndefined();
});

test('a home that is not there is the root', () => {
  const account = findAccount('web', passwd, group);
  if (account === undefined) throw new Error('no account');
  expect(startDirectory({ ...account, home: join(directory, 'none') })).toBe('/');
  expect(startDirectory({ ...account, home: directory })).toBe(directory);
  expect(startDirectory({ ...account, home: 'relative' })).toBe('/');
});

test('nothing of the agent but its language and time zone is passed on', () => {
  const own = {
    PATH: '/evil',
    LD_PRELOAD: '/evil.so',
    POSTERN_TOKEN: 'secret',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    LC_ALL: 'C',
  };
  const account = { name: 'web', home: '/srv/web', shell: '/bin/sh' };
  expect(childEnvironment(own, account, { RAILS_ENV: 'production' }, 'xterm')).toEqual({
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/srv/web',
    USER: 'web',
    LOGNAME: 'web',
    SHELL: '/bin/sh',
    LANG: 'C.UTF-8',
    LC_ALL: 'C',
    TZ: 'UTC',
    TERM: 'xterm',
    RAILS_ENV: 'production',
  });
});
