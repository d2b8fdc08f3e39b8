/** One-time secrets used twice or spelled otherwise, and what a stranger can find out by asking. */
import { expect } from 'vitest';
import type { AttackCase, AttackClass } from './attack-case.ts';
import type { Answer, Ground } from './ground.ts';

async function loginSecret(ground: Ground): Promise<string> {
  const link = await ground.call(ground.postern.session(), 'POST', '/v1/session/link', {});
  return String(link.body['url']).split('#')[1] ?? '';
}

async function joinToken(ground: Ground, name: string): Promise<string> {
  const added = await ground.call(ground.postern.session(), 'POST', '/v1/apps/demo/machines', { name });
  expect(added.status, added.text).toBe(201);
  return String(added.body['join_token']);
}

const PUBLIC_KEY = 'A'.repeat(43);
const signIn = (ground: Ground, secret: string): Promise<Answer> =>
  ground.call('', 'POST', '/v1/session', { login_secret: secret });
const join = (ground: Ground, token: string): Promise<Answer> =>
  ground.call('', 'POST', '/v1/agents/join', { join_token: token, public_key: PUBLIC_KEY });

const strangers = new WeakMap<Ground, Promise<string>>();

/** The session of a person who is known here, and belongs to no organization of the owner's. */
function stranger(ground: Ground): Promise<string> {
  const known = strangers.get(ground) ?? bringIn(ground);
  strangers.set(ground, known);
  return known;
}

async function bringIn(ground: Ground): Promise<string> {
  const owner = ground.postern.session();
  await ground.call(owner, 'POST', '/v1/orgs', { slug: 'meeting' });
  const member = await ground.call(owner, 'POST', '/v1/orgs/meeting/members', {
    email: 'stranger@example.test',
  });
  const session = await signIn(ground, String(member.body['login_url']).split('#')[1] ?? '');
  await ground.call(owner, 'DELETE', '/v1/orgs/meeting/members/stranger@example.test');
  const token = String(session.body['access_token']);
  expect(token).toMatch(/^fo1_/);
  return token;
}

/** What an answer says, without what is different in each. */
const gist = ({ status, text }: Answer, ...names: string[]): string =>
  names.reduce(
    (said, name) => said.replaceAll(name, 'NAME'),
    `${status} ${text.replaceAll(/"request_id":"[^"]*"/g, '')}`,
  );

const SPELLINGS: readonly (readonly [tried: string, change: (secret: string) => string])[] = [
  ['in capital letters', (secret) => secret.toUpperCase()],
  ['without its last letter', (secret) => secret.slice(0, -1)],
  ['with a letter more', (secret) => `${secret}A`],
  ['with a NUL byte behind it', (secret) => `${secret}\0`],
  ['with a blank behind it', (secret) => `${secret} `],
  ['without its prefix', (secret) => secret.replace(/^[a-z]+_/, '')],
  ['as a pattern', () => 'login_%'],
  ['as nothing', () => ''],
];

const spelled: AttackCase<Ground>[] = SPELLINGS.map(([tried, change]) => ({
  tried: `a login secret ${tried}`,
  must: '400 or 401; the secret itself still works',
  why: 'a secret has one spelling, and a wrong one does not spend it',
  run: async (ground) => {
    const secret = await loginSecret(ground);
    expect([400, 401]).toContain((await signIn(ground, change(secret))).status);
    expect((await signIn(ground, secret)).status).toBe(201);
  },
}));

const others: AttackCase<Ground>[] = [
  {
    tried: 'a login link, twice',
    must: '401 login_failed the second time',
    why: 'it stands in histories, mails and logs',
    run: async (ground) => {
      const secret = await loginSecret(ground);
      expect((await signIn(ground, secret)).status).toBe(201);
      expect((await signIn(ground, secret)).body['code']).toBe('login_failed');
    },
  },
  {
    tried: 'a login link, four times at the same moment',
    must: 'one session',
    why: 'looking first and spending later is a race',
    run: async (ground) => {
      const secret = await loginSecret(ground);
      const answers = await Promise.all(Array.from({ length: 4 }, () => signIn(ground, secret)));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    },
  },
  {
    tried: 'a join token, twice',
    must: '401 login_failed the second time',
    why: 'a second agent would be sent the commands of the first',
    run: async (ground) => {
      const token = await joinToken(ground, 'joined-twice');
      expect((await join(ground, token)).status).toBe(201);
      expect((await join(ground, token)).body['code']).toBe('login_failed');
    },
  },
  {
    tried: 'a join token, four times at the same moment',
    must: 'one agent',
    why: 'looking first and spending later is a race',
    run: async (ground) => {
      const token = await joinToken(ground, 'joined-at-once');
      const answers = await Promise.all(Array.from({ length: 4 }, () => join(ground, token)));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    },
  },
  {
    tried: 'the join token of a machine that was removed',
    must: '401 login_failed',
    why: 'removing takes back what was handed out',
    run: async (ground) => {
      const owner = ground.postern.session();
      const added = await ground.call(owner, 'POST', '/v1/apps/demo/machines', { name: 'gone' });
      const { id } = added.body['machine'] as { id: string };
      expect((await ground.call(owner, 'DELETE', `/v1/apps/demo/machines/${id}`)).status).toBe(200);
      expect((await join(ground, String(added.body['join_token']))).body['code']).toBe('login_failed');
    },
  },
  {
    tried: 'a login secret in the place of a join token, and the reverse',
    must: '401 for both',
    why: 'a secret is for one thing',
    run: async (ground) => {
      const [secret, token] = [await loginSecret(ground), await joinToken(ground, 'confused')];
      expect((await join(ground, secret)).status).toBe(401);
      expect((await signIn(ground, token)).status).toBe(401);
      expect((await ground.call(secret, 'GET', '/v1/session')).status).toBe(401);
      expect((await ground.call(token, 'GET', '/v1/session')).status).toBe(401);
    },
  },
  {
    tried: 'a session that was signed out, as a header and as a cookie',
    must: '401 both ways',
    why: 'signing out ends it on the server, not in the browser',
    run: async (ground) => {
      const session = String((await signIn(ground, await loginSecret(ground))).body['access_token']);
      expect((await ground.call(session, 'DELETE', '/v1/session')).status).toBe(200);
      expect((await ground.call(session, 'GET', '/v1/apps')).status).toBe(401);
      const cookie = { cookie: `postern_session=${session}` };
      expect((await ground.call('', 'GET', '/v1/apps', undefined, cookie)).status).toBe(401);
    },
  },
  {
    tried: 'signing in with a password as somebody who is here, and as somebody who is not',
    must: 'the same answer',
    why: 'who has an account is nobody’s business',
    run: async (ground) => {
      const answers = await Promise.all(
        ['owner@localhost', 'nobody@localhost'].map((email) =>
          ground.call('', 'POST', '/api/v1/sessions', {
            data: { attributes: { email, password: 'login_x' } },
          }),
        ),
      );
      const [known, unknown] = answers.map((answer) => gist(answer, 'owner@localhost', 'nobody@localhost'));
      expect(known).toBe(unknown);
    },
  },
  {
    tried: 'the login link of one person with the address of another',
    must: '401, and no session left behind',
    why: 'the address is what a person reads; it must not lie',
    run: async (ground) => {
      const answer = await ground.call('', 'POST', '/api/v1/sessions', {
        data: { attributes: { email: 'nobody@localhost', password: await loginSecret(ground) } },
      });
      expect(answer.status).toBe(401);
      expect(answer.text).not.toContain('fo1_');
    },
  },
  {
    tried:
      'asking for an app, an organization, a machine and a token that are there, and for some that are not',
    must: 'the same answer',
    why: 'names of other organizations are theirs: a difference is a list of customers',
    run: async (ground) => {
      const session = await stranger(ground);
      const owner = ground.postern.session();
      const minted = await ground.call(owner, 'POST', '/v1/apps/demo/tokens', {});
      const { id } = minted.body['record'] as { id: string };
      const machine = ground.postern.machine;
      for (const [there, not] of [
        ['/v1/apps/demo', '/v1/apps/none'],
        ['/v1/apps/demo/tokens', '/v1/apps/none/tokens'],
        ['/v1/orgs/personal', '/v1/orgs/none'],
        [`/v1/apps/demo/machines/${machine}`, '/v1/apps/none/machines/00000000000000'],
        [`/v1/tokens/${id}`, '/v1/tokens/tok_aaaaaaaaaaaaaaaa'],
      ] as const) {
        const names = ['demo', 'none', 'personal', machine, '00000000000000', id, 'tok_aaaaaaaaaaaaaaaa'];
        const [first, second] = [
          await ground.call(session, 'GET', there),
          await ground.call(session, 'GET', not),
        ];
        expect(first.status).toBe(404);
        expect(gist(first, ...names)).toBe(gist(second, ...names));
      }
    },
  },
  {
    tried: 'bringing somebody’s address in before their own organization does',
    must: '403 policy_refused; no link to sign in as them',
    why: 'account pre-hijacking: rights given to the address later would be the attacker’s',
    run: async (ground) => {
      const session = await stranger(ground);
      await ground.call(session, 'POST', '/v1/orgs', { slug: 'trap' });
      const members = '/v1/orgs/trap/members';
      const planted = await ground.call(session, 'POST', members, {
        email: 'chief@example.test',
        role: 'admin',
      });
      expect(planted.body['code']).toBe('policy_refused');
      expect(planted.text).not.toContain('login_');
      // Somebody who is here already may be added; nobody gets a link to sign in as them.
      const known = await ground.call(session, 'POST', members, { email: 'owner@localhost' });
      expect({ status: known.status, link: known.body['login_url'] }).toEqual({ status: 201, link: null });
    },
  },
  {
    tried: 'revoking the tokens of a creator, to learn who has an account elsewhere',
    must: 'the same answer for who has one and who has none',
    why: 'user enumeration by an admin of another organization',
    run: async (ground) => {
      const session = await stranger(ground);
      await ground.call(session, 'POST', '/v1/orgs', { slug: 'asking' });
      const ask = async (creator: string): Promise<string> =>
        gist(await ground.call(session, 'POST', '/v1/orgs/asking/tokens/revoke', { creator }), creator);
      const known = await ask('owner@localhost');
      expect(known).toMatch(/^404 /);
      expect(known).toBe(await ask('nobody@localhost'));
    },
  },
  {
    tried: 'redeeming the code of a terminal that somebody else opened, without its verifier',
    must: 'refused, and closed after ten tries',
    why: 'PKCE (RFC 7636): the code alone travels through a browser',
    run: async (ground) => {
      const opened = await ground.call('', 'POST', '/api/v1/cli_sessions', {
        name: 'mine',
        code_challenge: 'A'.repeat(43),
        code_challenge_method: 'S256',
      });
      const path = `/api/v1/cli_sessions/${String(opened.body['id'])}/redeem`;
      const tries = [];
      for (let index = 0; index < 12; index += 1)
        tries.push((await ground.call('', 'POST', path, { code: 'guess', code_verifier: 'guess' })).status);
      expect(tries.every((status) => status === 400 || status === 404)).toBe(true);
      expect(tries.at(-1)).toBe(404);
    },
  },
];

const bruteForce: AttackCase<Ground> = {
  tried:
    'a hundred guesses at login links, join tokens and passwords, at the same moment, from “other” addresses',
  must: 'at most thirty are looked at; then 429, also for a right one',
  why: 'a limit that parallel requests or a header pass by is none',
  run: async (ground) => {
    const right = await loginSecret(ground);
    const wrong = Array.from({ length: 100 }, (_, index) => {
      const forged = { 'x-forwarded-for': `192.0.2.${index}`, forwarded: `for=192.0.2.${index}` };
      const guess = `login_${'A'.repeat(40)}${index}`;
      return index % 2 === 0
        ? ground.call('', 'POST', '/v1/session', { login_secret: guess }, forged)
        : ground.call('', 'POST', '/v1/agents/join', { join_token: guess, public_key: PUBLIC_KEY }, forged);
    });
    const statuses = (await Promise.all(wrong)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(30);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    const late = await signIn(ground, right);
    expect(late.body['code']).toBe('rate_limited');
    expect(late.text).toMatch(/try again in \d+ s/);
    // Whoever is signed in already is not shut out by it.
    expect((await ground.call(ground.postern.session(), 'GET', '/v1/session')).status).toBe(200);
  },
};

export const guessedSecrets: AttackClass<Ground> = {
  name: 'Secrets guessed, reused and spelled otherwise',
  about: 'a stranger with what they found, or with patience',
  cases: [...spelled, ...others],
};

/** On a ground of its own: it uses up what one address may try. */
export const guessing: AttackClass<Ground> = {
  name: 'Secrets guessed by the hundred',
  about: 'a stranger with patience',
  cases: [bruteForce],
};
