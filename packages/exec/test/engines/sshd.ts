/** A real sshd for a test: its own keys, its own port on loopback, a user whose login shell is plain `sh`. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../processes.ts';

export interface SshServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** A client configuration with the key and the known host. */
  readonly configFile: string;
  /** One that knows another host key: connecting must fail. */
  readonly strangerConfigFile: string;
  stop(): Promise<void>;
}

const USER = 'postern-test';

export async function startSshd(): Promise<SshServer> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-sshd-'));
  // sshd reads the keys as the user.
  chmodSync(directory, 0o755);
  mkdirSync('/run/sshd', { recursive: true });
  const file = (name: string): string => join(directory, name);
  const must = (command: string, ...args: string[]): void => {
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
  };
  for (const name of ['host', 'client', 'other'])
    must('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', file(name));
  if (spawnSync('id', [USER]).status !== 0)
    must('useradd', '--no-create-home', '--home-dir', '/tmp', '--shell', '/bin/sh', USER);
  must('usermod', '-p', '*', USER);
  const port = await freePort();
  writeFileSync(file('authorized_keys'), readFileSync(file('client.pub')), { mode: 0o644 });
  writeFileSync(
    file('sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${file('host')}`,
      `AuthorizedKeysFile ${file('authorized_keys')}`,
      'UsePAM no',
      'StrictModes no',
      `PidFile ${file('pid')}`,
      'MaxSessions 64',
    ].join('\n'),
  );
  const known = (key: string): string =>
    `[127.0.0.1]:${port} ${readFileSync(file(`${key}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ')}\n`;
  const config = (name: string, key: string): string => {
    writeFileSync(file(`known_${name}`), known(key));
    const lines = [
      `IdentityFile ${file('client')}`,
      'IdentitiesOnly yes',
      `UserKnownHostsFile ${file(`known_${name}`)}`,
    ];
    writeFileSync(file(`config_${name}`), lines.join('\n'));
    return file(`config_${name}`);
  };
  const daemon = spawn('/usr/sbin/sshd', ['-D', '-f', file('sshd_config'), '-E', file('log')], {
    stdio: 'ignore',
  });
  await until(
    () =>
      spawnSync('sh', ['-c', `: > /dev/tcp/127.0.0.1/${port}`]).status === 0 ||
      readLog(file('log')).includes('listening'),
  );
  return {
    host: '127.0.0.1',
    port,
    user: USER,
    configFile: config('right', 'host'),
    strangerConfigFile: config('wrong', 'other'),
    async stop() {
      const exit = new Promise((resolve) => daemon.once('exit', resolve));
      daemon.kill('SIGTERM');
      await exit;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function readLog(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
