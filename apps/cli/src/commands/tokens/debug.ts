import { EXIT_CODES } from '@postern/contract/errors';
import {
  caveatsToJson,
  inspect,
  stringifyExactJson,
  TokenError,
  tokenUuid,
  type Json,
  type UnverifiedToken,
} from '@postern/token';
import { defineCommand } from '../../core/command.ts';
import { text, toggle } from '../../core/flags.ts';
import { say } from '../../output/print.ts';
import { harmless } from '../../output/safe-json.ts';
import { presentedParts } from './presented-tokens.ts';

export const command = defineCommand({
  description:
    'Show what is inside the tokens given with -t or POSTERN_TOKEN, as JSON, offline. Nothing is verified: anybody ' +
    'can write any restriction into a text that looks like a token. The signature is not shown.',
  flags: {
    full: toggle('Add uuid, signing key, expiry, and everything in words'),
    file: text('FILE', 'Not used; accepted for flyctl’s sake', { short: 'f', hidden: true }),
    json: toggle('Print JSON, as without it', { short: 'j', hidden: true }),
  },
  examples: [
    { does: 'What does this token hold', line: 'POSTERN_TOKEN="$(cat ci.token)" postern tokens debug' },
    {
      does: 'In words',
      line: 'POSTERN_TOKEN="$(cat ci.token)" postern tokens debug --full | jq -r \'.[].summary\'',
    },
  ],
  json: {
    '[].location': 'which service can verify the token',
    '[].caveats': 'its restrictions, each with `type` and `body`',
    '[].uuid': 'with --full: the id by which the audit log names the token',
    '[].verified': 'with --full: false, because nobody has looked at the signature',
    '[].kid_hex': 'with --full: the signing key',
    '[].expires_at': 'with --full: RFC 3339 time, or null',
    '[].needs_discharges_from': 'with --full: third parties',
    '[].caveats[].says': 'with --full: the restriction in words',
    '[].summary': 'with --full: what it allows, in one sentence',
  },
  run: async (io, { flags }) => {
    const shown: Json[] = [];
    let bad = 0;
    for (const [index, { text, token }] of presentedParts(io, flags).entries()) {
      if (token instanceof TokenError) {
        bad += 1;
        say(io, `token ${index + 1} (${text.length} characters) cannot be read: ${token.message}`);
        continue;
      }
      const { location, unsafeCaveats } = token;
      shown.push(
        flags.full
          ? { uuid: await uuidOf(token), ...inspect(token) }
          : { location, caveats: caveatsToJson(unsafeCaveats) },
      );
    }
    // Two blanks and an empty line more: this is flyctl's form, which scripts read.
    io.stdout.write(`${harmless(stringifyExactJson(shown, 2))}\n\n`);
    return bad > 0 ? EXIT_CODES.auth : EXIT_CODES.ok;
  },
});

/** Cryptography is loaded only here: it takes a third of the time of the whole command. */
async function uuidOf(token: UnverifiedToken): Promise<string> {
  const { nodeCrypto } = await import('@postern/token/mac/node');
  return tokenUuid(token.nonce, nodeCrypto);
}
