/** Arbitrary caveats and requests, small enough that they often concern each other. */
import fc from 'fast-check';
import type { Access, Caveat, StringSetType, TemplateWord } from '../src/index.ts';

const word = fc.constantFrom('a', 'b', 'ab', '', '-x', '7', '\u{1f600}', '\uffff', 'caf\u00e9', '__proto__');
const mask = fc.oneof(fc.constantFrom(0, 1, 2, 3, 31), fc.integer({ min: 0, max: 31 }));
const id = fc.oneof(fc.constantFrom(0n, 1n, 2n), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
const seconds = fc.oneof(
  fc.bigInt({ min: 0n, max: 20n }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const names = fc.uniqueArray(fc.constantFrom('A', 'B', 'CC', '\u{1f600}'), { maxLength: 3 });

const byBytes = <T>(list: readonly T[], text: (item: T) => string): T[] =>
  [...list].sort((a, b) => Buffer.compare(Buffer.from(text(a)), Buffer.from(text(b))));

const stringSet = fc
  .uniqueArray(fc.record({ id: word, mask }), { selector: (entry) => entry.id, maxLength: 3 })
  .map((set) => byBytes(set, (entry) => entry.id));

const templateWord: fc.Arbitrary<TemplateWord> = fc.oneof(
  word.map((text) => ({ kind: 'literal' as const, text })),
  fc.array(word, { minLength: 1, maxLength: 3 }).map((texts) => ({ kind: 'one-of' as const, texts })),
  fc.tuple(fc.integer(), fc.nat()).map(([least, more]) => ({
    kind: 'integer' as const,
    least: BigInt(least),
    most: BigInt(least) + BigInt(more),
  })),
  fc
    .constantFrom('[a-z]+', '.?', '-x', 'a{1,2}', '[^a]*')
    .map((pattern) => ({ kind: 'pattern' as const, pattern })),
);

const leaf: fc.Arbitrary<Caveat> = fc.oneof(
  fc.record({ type: fc.constant('Organization' as const), id: fc.constantFrom(0n, 1n, 2n), mask }),
  fc
    .uniqueArray(fc.record({ id, mask }), { selector: (entry) => entry.id, maxLength: 3 })
    .map((apps) => ({ type: 'Apps' as const, apps: apps.sort((a, b) => (a.id < b.id ? -1 : 1)) })),
  fc.record({
    type: fc.constantFrom<StringSetType>(
      'Volumes',
      'FeatureSet',
      'Machines',
      'MachineFeatureSet',
      'Clusters',
      'AppFeatureSet',
      'StorageObjects',
    ),
    set: stringSet,
  }),
  fc.record({ type: fc.constant('ValidityWindow' as const), notBefore: seconds, notAfter: seconds }),
  fc.record({ type: fc.constant('Mutations' as const), mutations: fc.array(word, { maxLength: 3 }) }),
  fc.record({
    type: fc.constantFrom(
      'ConfineUser' as const,
      'ConfineOrganization' as const,
      'ConfineGitHubOrg' as const,
    ),
    id,
  }),
  fc.record({ type: fc.constant('IsUser' as const), id }),
  fc.record({ type: fc.constant('FromMachineSource' as const), id: word }),
  fc.record({ type: fc.constant('IsMember' as const) }),
  fc.record({ type: fc.constant('Action' as const), mask }),
  fc.record({
    type: fc.constant('Commands' as const),
    commands: fc.array(fc.record({ args: fc.array(word, { maxLength: 3 }), exact: fc.boolean() }), {
      maxLength: 3,
    }),
  }),
  fc.record({ type: fc.constant('AllowedRoles' as const), roles: fc.nat(0xffff_ffff) }),
  fc.record({ type: fc.constant('FlySrc' as const), organization: word, app: word, instance: word }),
  fc.record({
    type: fc.constant('SourceAddress' as const),
    networks: fc.constantFrom([], ['10.0.0.0/8'], ['::/0'], ['10.1.2.3/32', '2001:db8::/32']),
  }),
  fc.record({ type: fc.constantFrom('NoStdin' as const, 'NoTty' as const) }),
  fc.record({ type: fc.constant('MaxTimeout' as const), seconds: fc.bigInt({ min: 0n, max: 100n }) }),
  fc.record({ type: fc.constant('MaxOutput' as const), bytes: fc.bigInt({ min: 0n, max: 100n }) }),
  fc.record({
    type: fc.constantFrom('EnvNames' as const, 'RunAsUsers' as const),
    names: names.map((list) => byBytes(list, (name) => name)),
  }),
  fc.record({
    type: fc.constant('CommandTemplates' as const),
    templates: fc.array(
      fc
        .tuple(
          word,
          fc.array(templateWord, { maxLength: 2 }),
          fc.option(fc.record({ word: templateWord, most: fc.integer({ min: 1, max: 3 }) })),
        )
        .map(([program, rest, tail]) => ({
          words: [{ kind: 'literal' as const, text: program }, ...rest],
          ...(tail === null ? {} : { tail }),
        })),
      { maxLength: 2 },
    ),
  }),
);

const nested: fc.Arbitrary<Caveat> = fc.record({
  type: fc.constant('IfPresent' as const),
  ifs: fc.array(leaf, { maxLength: 3 }),
  else: mask,
});

/** Caveats that have a JSON form and may stand in any token. */
export const caveat: fc.Arbitrary<Caveat> = fc.oneof(
  { weight: 5, arbitrary: leaf },
  { weight: 1, arbitrary: nested },
);

export const caveats: fc.Arbitrary<Caveat[]> = fc.array(caveat, { maxLength: 6 });

/** Requests that pass the structural check more often than not. */
export const access: fc.Arbitrary<Access> = fc
  .record(
    {
      kind: fc.constant('access' as const),
      action: mask,
      now: fc.integer({ min: -1000, max: 30_000 }),
      orgId: fc.constantFrom(1n, 2n),
      appId: fc.constantFrom(0n, 1n, 2n),
      machine: word,
      command: fc.array(word, { maxLength: 4 }),
      mutation: word,
      sourceMachine: word,
      sourceApp: word,
      sourceOrganization: word,
      sourceAddress: fc.constantFrom('10.1.2.3', '::1', '2001:db8::5', 'x'),
      stdin: fc.boolean(),
      tty: fc.boolean(),
      timeoutSeconds: fc.nat(100),
      outputBytes: fc.nat(100),
      envNames: fc.array(fc.constantFrom('A', 'B', 'X'), { maxLength: 2 }),
      user: fc.constantFrom('A', 'B', 'root'),
    },
    { requiredKeys: ['kind', 'action', 'now', 'orgId'] },
  )
  .map((made) => made);
