/** Variables that turn an allowed command into another one. */
import { expect } from 'vitest';
import { EXEC_LIMITS } from '@postern/contract';
import type { AttackCase, AttackClass } from './attack-case.ts';
import { exactly, expectUnreadable, WITNESS, type Ground } from './ground.ts';
import { attenuated } from './forged-tokens.ts';

const W = WITNESS;

/** By what they steer. Every one was found missing in somebody's list of forbidden names. */
const STEERING: Readonly<Record<string, string>> = {
  'the loader':
    'LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT LD_DEBUG_OUTPUT GCONV_PATH LOCPATH NLSPATH GLIBC_TUNABLES MALLOC_PERTURB_ OPENSSL_CONF OPENSSL_ENGINES SSLKEYLOGFILE DYLD_INSERT_LIBRARIES',
  'where programs are looked for': 'PATH HOME CDPATH TMPDIR',
  shells: 'IFS ENV BASH_ENV SHELLOPTS BASHOPTS PS4 PROMPT_COMMAND ZDOTDIR HISTFILE',
  terminals: 'TERM TERMINFO TERMCAP',
  git: 'GIT_SSH GIT_SSH_COMMAND GIT_PROXY_COMMAND GIT_EXTERNAL_DIFF GIT_PAGER GIT_EDITOR GIT_ASKPASS GIT_EXEC_PATH GIT_DIR GIT_WORK_TREE GIT_TEMPLATE_DIR GIT_CONFIG_GLOBAL GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_PARAMETERS GIT_TRACE',
  'pagers and editors':
    'PAGER EDITOR VISUAL BROWSER LESS LESSOPEN LESSCLOSE MANPAGER SYSTEMD_PAGER PSQL_PAGER SUDO_ASKPASS SSH_ASKPASS',
  Node: 'NODE_OPTIONS NODE_PATH NPM_CONFIG_PREFIX npm_config_script_shell',
  Python: 'PYTHONPATH PYTHONSTARTUP PYTHONHOME PYTHONWARNINGS PYTHONBREAKPOINT',
  'Perl and Ruby': 'PERL5LIB PERL5OPT PERL5DB RUBYOPT RUBYLIB BUNDLE_GEMFILE',
  'Java, .NET and PHP':
    'JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS CLASSPATH DOTNET_STARTUP_HOOKS CORECLR_PROFILER PHPRC PHP_INI_SCAN_DIR',
  'Lua, Go, Rust and make': 'LUA_INIT GOFLAGS RUSTC_WRAPPER CARGO_HOME MAKEFLAGS CC ERL_FLAGS',
  'which service is spoken to':
    'DATABASE_URL PGHOST PGSERVICEFILE PGPASSFILE MYSQL_HOME KUBECONFIG DOCKER_HOST AWS_CONFIG_FILE AWS_ENDPOINT_URL HTTP_PROXY HTTPS_PROXY http_proxy ALL_PROXY RES_OPTIONS HOSTALIASES XDG_CONFIG_HOME TZ',
};

const steering: AttackCase<Ground>[] = Object.entries(STEERING).map(([what, names]) => ({
  tried: `variables that steer ${what}: ${names.split(' ').slice(0, 3).join(', ')} and ${names.split(' ').length - 3} more`,
  must: 'each 403 not_allowed with the name in the refusal; nothing runs',
  why: 'a token for certain commands grants no variable at all: a list of forbidden names is never complete',
  run: async (ground) => {
    const token = await ground.token(exactly(W));
    for (const name of names.split(' ')) {
      const answer = await ground.exec(token, { command: [W], env: { [name]: '/tmp/evil' } });
      expect({ code: answer.body['code'], name }, answer.text).toEqual({ code: 'not_allowed', name });
      expect(String(answer.body['error'])).toContain(name);
    }
    expect(ground.runs()).toEqual([]);
  },
}));

const SHAPES: readonly (readonly [tried: string, env: unknown, why: string])[] = [
  ['a name with an equals sign', { 'A=B': '1' }, 'the system would read another name'],
  ['an empty name', { '': '1' }, 'the system would read another name'],
  ['a name with a NUL byte', { 'A\0B': '1' }, 'a C program would see a shorter name'],
  ['a name with a newline', { 'A\nB': '1' }, 'tools that print an environment would show two'],
  ['a function of bash', { 'BASH_FUNC_ls%%': '() { id; }' }, 'bash runs it in the place of ls'],
  ['a name that begins with a digit', { '1A': '1' }, 'no shell can name it'],
  ['a name of other letters', { 'PATH\u{200b}': '/tmp' }, 'it looks like another'],
  ['a value with a NUL byte', { A: 'a\0b' }, 'a C program would see a shorter value'],
  ['a value of half a character', { A: '\ud800' }, 'it would be replaced on the way'],
  ['a value that is a number', { A: 1 }, 'nothing is made into a string'],
  ['a list of variables', ['A=1'], 'an object is expected'],
  [
    'more variables than an exec may have',
    Object.fromEntries(Array.from({ length: EXEC_LIMITS.envVariables + 1 }, (_, n) => [`A${n}`, '1'])),
    'found by this suite: twenty thousand ended the program that runs commands, and with it all of them',
  ],
  [
    'a longer environment than an exec may have',
    { A: 'x'.repeat(EXEC_LIMITS.envBytes) },
    'limits are refusals',
  ],
];

const shapes: AttackCase<Ground>[] = SHAPES.map(([tried, env, why]) => ({
  tried,
  must: '400 bad_request; nothing runs',
  why,
  run: (ground) => expectUnreadable(ground, { command: [W], env }, 'bad_request'),
}));

const others: AttackCase<Ground>[] = [
  {
    tried: 'the twin in other letters of a variable that is granted',
    must: '403 not_allowed; the granted one is set',
    why: 'names are compared byte for byte; http_proxy and HTTP_PROXY are two',
    run: async (ground) => {
      const token = await ground.token({
        commands: [exactly('env')],
        command_caveats: [{ type: 'EnvNames', body: { names: ['RAILS_ENV'] } }],
      });
      for (const name of ['rails_env', 'RAILS_ENV_', 'RAILS_EN', 'LD_PRELOAD']) {
        const answer = await ground.exec(token, { command: ['env'], env: { [name]: '1' } });
        expect(answer.body['code'], name).toBe('not_allowed');
      }
      const both = await ground.exec(token, { command: ['env'], env: { RAILS_ENV: '1', PATH: '/tmp' } });
      expect(both.body['code']).toBe('not_allowed');
      const granted = await ground.exec(token, { command: ['env'], env: { RAILS_ENV: 'x' } });
      expect(String(granted.body['stdout'])).toContain('RAILS_ENV=x\n');
    },
  },
  {
    tried: 'granting variables to oneself by narrowing the token',
    must: '403 not_allowed',
    why: 'a list of names in a token of every command narrows; in one of certain commands its mint must have had it',
    run: async (ground) => {
      const token = attenuated(await ground.token(exactly(W)), [{ type: 'EnvNames', names: ['LD_PRELOAD'] }]);
      const answer = await ground.exec(token, { command: [W], env: { LD_PRELOAD: '/tmp/x.so' } });
      expect(answer.body['code'], answer.text).toBe('not_allowed');
      expect(ground.runs()).toEqual([]);
    },
  },
  {
    tried: 'reading what the agent was started with',
    must: 'the environment is the safelist, and nothing is open but the three streams',
    why: 'the agent’s own variables and files hold keys',
    run: async (ground) => {
      const owner = ground.postern.session();
      const env = await ground.exec(owner, { command: ['env'] });
      const names = String(env.body['stdout'])
        .trim()
        .split('\n')
        .map((line) => line.split('=')[0]);
      const safe = new Set(['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LC_ALL', 'TZ']);
      expect(names.filter((name) => !safe.has(name ?? ''))).toEqual([]);
      expect(String(env.body['stdout'])).toContain(
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n',
      );
      const open = await ground.exec(owner, { command: ['ls', '/proc/self/fd'] });
      // The fourth is the directory ls reads.
      expect(String(open.body['stdout']).trim().split('\n')).toEqual(['0', '1', '2', '3']);
    },
  },
  {
    tried: 'variables over a WebSocket',
    must: 'refused as over HTTP',
    why: 'another way in is the same wall',
    run: async (ground) => {
      const last = await ground.stream(await ground.token(exactly(W)), {
        request: { command: [W], env: { LD_PRELOAD: '/tmp/x.so' } },
        stdin: false,
        tty: null,
      });
      expect(last).toMatchObject({ type: 'error', http_status: 403, body: { code: 'not_allowed' } });
      expect(ground.runs()).toEqual([]);
    },
  },
];

export const environment: AttackClass<Ground> = {
  name: 'Environment variables',
  about: 'the holder of a token for certain commands, who chooses what they run with',
  cases: [...steering, ...shapes, ...others],
};
