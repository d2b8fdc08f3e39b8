/** What holds of every token: round trips, one spelling, attenuation, tampering, bundles. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  attenuate,
  bundle,
  caveatsToJson,
  clear,
  commandMatches,
  decodeCaveats,
  decodeToken,
  encodeCaveats,
  encodeToken,
  formatHeader,
  mintToken,
  parseCaveatsJson,
  parseHeader,
  stringifyExactJson,
  TokenError,
  verify,
  type Access,
  type Caveat,
  type UnverifiedToken,
} from '../src/index.ts';
import { parsePattern, patternMatches } from '../src/restrictions/pattern.ts';
import { nodeCrypto } from '../src/mac/node.ts';
import { withWasm } from '../src/mac/wasm.ts';
import { access, caveat, caveats } from './arbitrary.ts';

const crypto = withWasm(nodeCrypto);
const KEY = new Uint8Array(32).fill(1);
const LOCATION = 'https://l.test';
const ORG: Caveat = { type: 'Organization', id: 1n, mask: 31 };
const mint = (list: readonly Caveat[]): UnverifiedToken =>
  mintToken({ location: LOCATION, kid: Uint8Array.of(1), key: KEY, caveats: list }, crypto);
const holds = (token: UnverifiedToken, request: Access): boolean =>
  clear(verify(token, KEY, {}, crypto).caveats, request).allowed;
/** Whether bytes are a token that verifies. */
const believed = (bytes: Uint8Array): boolean => {
  try {
    const token = decodeToken(bytes);
    verify(token, KEY, {}, crypto);
    return token.location === LOCATION;
  } catch (error) {
    if (error instanceof TokenError) return false;
    throw error;
  }
};
const runs = { numRuns: 400 };

describe('round trips', () => {
  test('caveats, bytes, JSON and back', () => {
    fc.assert(
      fc.property(caveats, (list) => {
        const bytes = encodeCaveats(list);
        expect(encodeCaveats(decodeCaveats(bytes))).toEqual(bytes);
        expect(decodeCaveats(bytes)).toEqual(list);
        const json = stringifyExactJson(caveatsToJson(list));
        expect(encodeCaveats(parseCaveatsJson(json))).toEqual(bytes);
      }),
      runs,
    );
  });

  test('tokens and headers', () => {
    fc.assert(
      fc.property(fc.array(caveats, { minLength: 1, maxLength: 3 }), (lists) => {
        const tokens = lists.map(mint);
        expect(parseHeader(formatHeader(tokens))).toEqual(tokens);
        for (const token of tokens) expect(decodeToken(encodeToken(token))).toEqual(token);
      }),
      { numRuns: 100 },
    );
  });

  test('one spelling: what decodes encodes to the bytes it came from', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(caveats, fc.nat(), fc.nat(255)).map(([list, at, byte]) => {
        const changed = encodeCaveats(list);
        changed[at % changed.length] = byte;
        return changed;
      }),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        let decoded: Caveat[];
        try {
          decoded = decodeCaveats(input);
        } catch (error) {
          expect(error).toBeInstanceOf(TokenError);
          return;
        }
        expect(encodeCaveats(decoded)).toEqual(Uint8Array.from(input));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('attenuation', () => {
  test('invariant 1: attenuation never widens what clears', () => {
    fc.assert(
      fc.property(caveats, caveats, access, (first, more, request) => {
        const wide = mint([ORG, ...first]);
        const narrow = attenuate(wide, more, crypto);
        if (holds(narrow, request)) expect(holds(wide, request)).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  test('it is the same as minting with all of them, and doing it twice changes nothing', () => {
    fc.assert(
      fc.property(caveats, caveats, (first, more) => {
        const narrow = attenuate(mint(first), more, crypto);
        expect(verify(narrow, KEY, {}, crypto).caveats).toEqual(narrow.unsafeCaveats);
        expect(encodeToken(attenuate(narrow, more, crypto))).toEqual(encodeToken(narrow));
        const { nonce } = narrow;
        const again = mintToken(
          { location: LOCATION, kid: nonce.kid, rnd: nonce.rnd, key: KEY, caveats: narrow.unsafeCaveats },
          crypto,
        );
        expect(encodeToken(again)).toEqual(encodeToken(narrow));
      }),
      { numRuns: 200 },
    );
  });

  test('every caveat of a request that clears would clear alone with the organization', () => {
    fc.assert(
      fc.property(caveats, access, (list, request) => {
        const all = clear([ORG, ...list], request).allowed;
        const each = list.every((item) => clear([ORG, item], request).allowed);
        if (list.length > 0) expect(all).toBe(each);
      }),
      runs,
    );
  });
});

describe('tampering', () => {
  test('invariant 2: any flipped bit, dropped, repeated or inserted byte is refused', () => {
    fc.assert(
      fc.property(
        caveats,
        fc.nat(),
        fc.nat(255),
        fc.constantFrom('flip', 'drop', 'repeat', 'insert', 'set'),
        (list, place, value, how) => {
          const good = encodeToken(mint([ORG, ...list]));
          const at = place % good.length;
          const byte = good[at] ?? 0;
          const [before, after] = [good.slice(0, at), good.slice(at + 1)];
          const middle = {
            flip: [byte ^ (1 << (value % 8))],
            drop: [],
            repeat: [byte, byte],
            insert: [value, byte],
            set: [value],
          }[how];
          const bad = Uint8Array.of(...before, ...middle, ...after);
          expect(believed(good)).toBe(true);
          if (Buffer.compare(bad, good) !== 0) expect(believed(bad)).toBe(false);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('invariant 2: caveats dropped, swapped or taken from a sibling are refused', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(caveat, {
          minLength: 2,
          maxLength: 5,
          selector: (item) => Buffer.from(encodeCaveats([item])).toString('hex'),
        }),
        fc.nat(),
        fc.nat(),
        (list, x, y) => {
          const { nonce, tail } = mint(list);
          const [i, j] = [x % list.length, y % list.length];
          const dropped = list.filter((_, index) => index !== i);
          const swapped = list.map(
            (item, index) => (index === i ? list[j] : index === j ? list[i] : undefined) ?? item,
          );
          for (const other of [dropped, i === j ? dropped : swapped, [...list, ...dropped]]) {
            const forged = mintToken(
              { location: LOCATION, kid: nonce.kid, rnd: nonce.rnd, key: KEY, caveats: other },
              crypto,
            );
            const bytes = encodeToken(forged);
            bytes.set(tail, bytes.length - 32);
            expect(believed(bytes)).toBe(false);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('invariant 3: an unknown caveat type refuses, wherever it stands', () => {
    const unknown = fc.record({
      type: fc.constant('Unknown' as const),
      number: fc.oneof(
        fc.bigInt({ min: 32n, max: 2n ** 32n }),
        fc.constantFrom(1n, 17n, 18n, 2n ** 48n, 2n ** 64n - 1n),
      ),
      body: fc
        .constantFrom('c0', '90', 'a161', '81a16101', 'cb3ff0000000000000')
        .map((text) => Buffer.from(text, 'hex')),
    });
    fc.assert(
      fc.property(caveats, unknown, access, fc.boolean(), (list, strange, request, inside) => {
        const more: Caveat = inside ? { type: 'IfPresent', ifs: [strange], else: 31 } : strange;
        expect(holds(mint([ORG, ...list, more]), request)).toBe(false);
      }),
      runs,
    );
  });

  test('invariant 6: before its window and after it, a token allows nothing', () => {
    fc.assert(
      fc.property(caveats, access, (list, request) => {
        const window: Caveat = { type: 'ValidityWindow', notBefore: 5n, notAfter: 10n };
        const inside = request.now >= 5000 && request.now <= 10_000;
        if (!inside) expect(holds(mint([ORG, ...list, window]), request)).toBe(false);
      }),
      runs,
    );
  });
});

describe('bundles', () => {
  test('a header allows if and only if one member alone allows', () => {
    fc.assert(
      fc.property(fc.array(caveats, { minLength: 1, maxLength: 4 }), access, (lists, request) => {
        const tokens = lists.map((list) => mint([ORG, ...list]));
        const members = bundle(parseHeader(formatHeader(tokens)), LOCATION);
        const together = members.some(({ token }) => holds(token, request));
        expect(together).toBe(tokens.some((token) => holds(token, request)));
        expect(members).toHaveLength(tokens.length);
      }),
      { numRuns: 200 },
    );
  });
});

describe('commands', () => {
  const argv = fc.array(fc.constantFrom('a', 'b', 'ab', ''), { maxLength: 4 });

  test('a prefix rule allows whatever the exact one does, and the order of rules does not matter', () => {
    fc.assert(
      fc.property(argv, argv, argv, (one, other, command) => {
        if (commandMatches({ args: one, exact: true }, command))
          expect(commandMatches({ args: one, exact: false }, command)).toBe(true);
        expect(commandMatches({ args: one, exact: false }, command)).toBe(
          JSON.stringify(command.slice(0, one.length)) === JSON.stringify(one),
        );
        const rules = [
          { args: one, exact: true },
          { args: other, exact: false },
        ];
        const allowed = (commands: typeof rules): boolean =>
          clear([ORG, { type: 'Commands', commands }], {
            kind: 'access',
            action: 0,
            now: 0,
            orgId: 1n,
            appId: 1n,
            machine: 'm',
            command,
          }).allowed;
        expect(allowed(rules)).toBe(allowed(rules.toReversed()));
      }),
      runs,
    );
  });

  test('patterns match what the same regular expression matches', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '[a-c]', String.raw`\.`, 'é');
    const quantifier = fc.constantFrom('', '?', '*', '+', '{2}', '{1,3}', '{2,}', '{0,2}');
    const pattern = fc
      .array(
        fc.tuple(atom, quantifier).map((parts) => parts.join('')),
        { maxLength: 5 },
      )
      .map((parts) => parts.join(''));
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', '.', 'é', '\u{1f600}'), { maxLength: 8 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(pattern, text, (source, word) => {
        expect(patternMatches(parsePattern(source), word)).toBe(
          new RegExp(`^(?:${source})$`, 'su').test(word),
        );
      }),
      { numRuns: 3000 },
    );
  });

  test('a pattern that would make a backtracking matcher hang costs positions times characters', () => {
    const { positions } = parsePattern('a*'.repeat(128));
    expect(positions).toHaveLength(128);
    expect(patternMatches({ positions }, `${'a'.repeat(511)}b`)).toBe(false);
  });
});
