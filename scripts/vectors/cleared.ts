/** The groups accept and deny: tokens that verify, with requests that clear and requests that do not. */
import { bindTo, caveatsToJson, tokenUuid, attenuate, type Access, type Caveat } from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import {
  accessJson,
  fixedCrypto,
  mint,
  MACHINE_EXEC,
  NOW,
  ORG,
  pair,
  tokenFields,
  WINDOW,
  type Vector,
} from './common.ts';
import { EXEC, RULES, type Change } from './rules.ts';

function change(access: Access, with_: Change): Access {
  const entries = Object.entries({ ...access, ...with_ }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as Access;
}

function describeChange(with_: Change): string {
  const parts = Object.entries(with_).map(([key, value]) => {
    const shown =
      value === undefined ? 'absent' : typeof value === 'bigint' ? String(value) : JSON.stringify(value);
    return `${key} ${shown}`;
  });
  return parts.length === 0 ? 'as it is' : parts.join(', ');
}

export function acceptVectors(): Vector[] {
  const vectors: Vector[] = RULES.flatMap(({ name, caveats, allow }) =>
    allow.map((with_) => ({
      name: `${name}: ${describeChange(with_)}`,
      ...tokenFields(mint(name, caveats)),
      access: accessJson(change(EXEC, with_)),
    })),
  );
  const window: Caveat = { ...WINDOW };
  const user: Caveat = { type: 'FlyioUserID', id: 123n };
  const plain = pair('discharged', [window, user]);
  const common = { access: accessJson(EXEC) };
  vectors.push(
    {
      name: 'discharged',
      ...tokenFields(plain.root, { discharges: [plain.answer] }),
      ...common,
      verified: caveatsToJson([ORG, window]),
    },
    {
      name: 'discharged by a trusted third party',
      ...tokenFields(plain.root, { discharges: [plain.answer], trusted: true }),
      ...common,
      verified: caveatsToJson([ORG, window, user]),
    },
    {
      name: 'discharged, and the token attenuated after that',
      ...tokenFields(attenuate(plain.root, [{ type: 'Action', mask: 2 }], nodeCrypto), {
        discharges: [plain.answer],
      }),
      ...common,
    },
  );
  const unbound = pair('bound', []);
  const bound = pair('bound', [bindTo(unbound.root, nodeCrypto)]);
  vectors.push(
    {
      name: 'a discharge bound to the token',
      ...tokenFields(bound.root, { discharges: [bound.answer] }),
      ...common,
    },
    {
      name: 'a discharge bound to a parent of the token',
      ...tokenFields(attenuate(bound.root, [window], nodeCrypto), { discharges: [bound.answer] }),
      ...common,
    },
  );
  const token = mint('machine-exec token', MACHINE_EXEC);
  vectors.push({
    name: 'uuid of a token family',
    ...tokenFields(attenuate(token, [{ type: 'NoTty' }], fixedCrypto('uuid'))),
    ...common,
    uuid: tokenUuid(token.nonce, nodeCrypto),
  });
  return vectors;
}

export function denyVectors(): Vector[] {
  const vectors: Vector[] = RULES.flatMap(({ name, caveats, deny }) =>
    deny.map(([with_, code]) => ({
      name: `${name}: ${describeChange(with_)}`,
      ...tokenFields(mint(name, caveats)),
      access: accessJson(change(EXEC, with_)),
      code,
    })),
  );
  const late = pair('late discharge', [
    { type: 'ValidityWindow', notBefore: 0n, notAfter: BigInt(NOW / 1000) - 1n },
  ]);
  vectors.push({
    name: 'a discharge that has expired',
    ...tokenFields(late.root, { discharges: [late.answer] }),
    access: accessJson(EXEC),
    code: 'expired',
  });
  return vectors;
}
