/**
 * What is fuzzed: every decoder of the token package and of the contract, and what runs on whatever they let through. A target may throw
 * a TokenError or a PosternError; anything else is a finding.
 */
import { readFileSync } from 'node:fs';
import {
  attenuate,
  bundle,
  CAVEAT_NUMBERS,
  caveatsToJson,
  clear,
  dangerNotes,
  decodeCaveats,
  decodeToken,
  encodeCaveats,
  encodeToken,
  expiration,
  explainRefusal,
  formatHeader,
  formatToken,
  inspect,
  openTicket,
  parseCaveatsJson,
  parseHeader,
  parseToken,
  stringifyExactJson,
  summarize,
  templateDangerNotes,
  TokenError,
  tokenUuid,
  verify,
  type Caveat,
  type UnverifiedToken,
} from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import { contractSeedsOf, contractTargets, isContractError } from './contract-targets.ts';
import { law, type Target } from './law.ts';

const KEY = new Uint8Array(32).fill(1);
const LATIN1 = new TextDecoder('latin1');
const ACCESS = {
  kind: 'access',
  action: 2,
  now: 1_800_000_000_000,
  orgId: 4721n,
  appId: 8910n,
  machine: '7811701f564258',
  command: ['ls', '-l'],
} as const;

const ORGANIZATION: Caveat = { type: 'Organization', id: 4721n, mask: 31 };

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Everything that may be done with caveats nobody has vouched for. */
function useCaveats(caveats: readonly Caveat[]): void {
  law(
    same(encodeCaveats(decodeCaveats(encodeCaveats(caveats))), encodeCaveats(caveats)),
    'caveats round trip',
  );
  const verdict = clear(caveats, ACCESS);
  if (!verdict.allowed) for (const refusal of verdict.refusals) explainRefusal(refusal);
  clear(caveats, { kind: 'discharge', now: ACCESS.now });
  summarize(caveats);
  noteDangers(caveats);
  expiration(caveats);
  const json = stringifyExactJson(caveatsToJson(caveats));
  if (hasUnknown(caveats)) return;
  // Mask bits without a letter do not show in JSON, so the bytes may differ; what is shown may not.
  law(stringifyExactJson(caveatsToJson(parseCaveatsJson(json))) === json, 'JSON round trip');
}

function noteDangers(caveats: readonly Caveat[]): void {
  for (const caveat of caveats) {
    if (caveat.type === 'Commands') caveat.commands.forEach(dangerNotes);
    if (caveat.type === 'CommandTemplates') caveat.templates.forEach(templateDangerNotes);
  }
}

function hasUnknown(caveats: readonly Caveat[]): boolean {
  return caveats.some(
    (caveat) => caveat.type === 'Unknown' || (caveat.type === 'IfPresent' && hasUnknown(caveat.ifs)),
  );
}

function useToken(token: UnverifiedToken): void {
  law(same(encodeToken(decodeToken(encodeToken(token))), encodeToken(token)), 'token round trip');
  law(parseToken(formatToken(token)).location === token.location, 'text round trip');
  tokenUuid(token.nonce, nodeCrypto);
  stringifyExactJson(inspect(token));
  useCaveats(token.unsafeCaveats);
  if (!token.nonce.proof) attenuate(token, [{ type: 'Action', mask: 1 }], nodeCrypto);
  verify(token, KEY, { discharges: [token] }, nodeCrypto);
  law(false, 'a fuzzed token verified');
}

const NO_RANDOMNESS = new Uint8Array(12);

/** What a third party reads once it has opened a ticket: anybody with the shared key may have sealed anything. */
function useTicket(plaintext: Uint8Array): void {
  const ticket = Buffer.concat([NO_RANDOMNESS, nodeCrypto.seal(KEY, NO_RANDOMNESS, plaintext)]);
  const opened = openTicket(KEY, ticket, nodeCrypto);
  law(opened !== 'sealed', 'a ticket opens with its key');
  if (typeof opened === 'object') useCaveats(opened.caveats);
}

/** A pattern and words to match it against, one a line: any word, whatever the pattern, in time that is linear. */
function usePattern(text: string): void {
  const [pattern = '', ...words] = text.split('\n');
  const template = { words: ['program', { pattern }], tail: { word: { pattern }, most: 8 } };
  const caveats = parseCaveatsJson(
    JSON.stringify([{ type: String(CAVEAT_NUMBERS.CommandTemplates), body: [template] }]),
  );
  const again = parseCaveatsJson(stringifyExactJson(caveatsToJson(caveats)));
  const [allowed, alike] = [caveats, again].map(
    (set) => clear([ORGANIZATION, ...set], { ...ACCESS, command: ['program', ...words] }).allowed,
  );
  law(allowed === alike, 'a template means the same after JSON');
  useCaveats(caveats);
}

export const TARGETS: Readonly<Record<string, Target>> = {
  token: (input) => {
    const token = decodeToken(input);
    law(same(encodeToken(token), input), 'one spelling: the bytes of a token are the bytes received');
    useToken(token);
  },
  text: (input) => useToken(parseToken(LATIN1.decode(input))),
  header: (input) => {
    const tokens = parseHeader(LATIN1.decode(input));
    law(parseHeader(formatHeader(tokens)).length === tokens.length, 'header round trip');
    for (const { token, discharges } of bundle(tokens, 'https://api.fly.io/v1')) {
      verify(token, KEY, { discharges }, nodeCrypto);
    }
  },
  caveats: (input) => {
    const caveats = decodeCaveats(input);
    law(same(encodeCaveats(caveats), input), 'one spelling: caveats encode to the bytes received');
    useCaveats(caveats);
  },
  json: (input) => useCaveats(parseCaveatsJson(LATIN1.decode(input))),
  ticket: useTicket,
  pattern: (input) => usePattern(LATIN1.decode(input)),
  ...contractTargets,
};

const PATTERN_SEEDS = [
  '[a-z_]{1,63}\nweb\nworker',
  'a*.?b|c\nabc',
  'x+y+\\.[^/]{2}\nxy.ab',
  '.*.*.*x\naaaaaaaa',
];
/** An array of two, and a discharge key of 32 zero bytes. */
const TICKET_HEAD = Buffer.concat([Buffer.from('92c420', 'hex'), new Uint8Array(32)]);

/** Where a run begins besides the corpus: the tokens of the vectors, which hold every caveat type there is. */
export function seedsOf(name: string): Uint8Array[] {
  if (name === 'pattern') return PATTERN_SEEDS.map((text) => Buffer.from(text));
  const contractSeeds = contractSeedsOf(name);
  if (contractSeeds !== undefined) return contractSeeds;
  const file = new URL('../../vectors/accept.json', import.meta.url);
  const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: { token: string }[] };
  return vectors.map(({ token: text }) => {
    const token = parseToken(text);
    const shown = stringifyExactJson(caveatsToJson(token.unsafeCaveats));
    const texts: Readonly<Record<string, string>> = { text, header: formatHeader([token]), json: shown };
    if (name === 'caveats') return encodeCaveats(token.unsafeCaveats);
    if (name === 'ticket') return Buffer.concat([TICKET_HEAD, encodeCaveats(token.unsafeCaveats)]);
    return name === 'token' ? encodeToken(token) : Buffer.from(texts[name] ?? '');
  });
}

/** Whether a target may throw this. */
export function isExpected(error: unknown): boolean {
  return error instanceof TokenError || isContractError(error);
}
