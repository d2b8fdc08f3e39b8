/**
 * Writes the test vectors of the token format: `npm run vectors`. Randomness is fixed, so a second run changes nothing;
 * a test compares.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringifyExactJson } from '@postern/token';
import { signatureVectors } from './vectors/broken.ts';
import { acceptVectors, denyVectors } from './vectors/cleared.ts';
import type { Vector } from './vectors/common.ts';
import { formatVectors } from './vectors/format.ts';
import { readVectors } from './vectors/read.ts';
import { ticketVectors } from './vectors/tickets.ts';

const GROUPS: Readonly<Record<string, readonly [does: string, vectors: () => Vector[]]>> = {
  accept: ['Tokens that verify with the key, and requests their caveats allow.', acceptVectors],
  deny: [
    'Tokens that verify, and requests their caveats refuse, with the code of the first refusal.',
    denyVectors,
  ],
  'accept-format': ['Bytes and texts that are read, with what they are.', readVectors],
  'reject-format': [
    'Bytes and texts that are refused when they are read, with the code of the error.',
    formatVectors,
  ],
  'reject-signature': [
    'Well-formed tokens that do not verify, with the code of the error.',
    signatureVectors,
  ],
  ticket: [
    'What a third party finds in a ticket, and requests for a discharge that its caveats allow or, with a code, refuse.',
    ticketVectors,
  ],
};

/** The text of each file, by its name. */
export function vectorFiles(): Map<string, string> {
  return new Map(
    Object.entries(GROUPS).map(([group, [does, vectors]]) => {
      const all = vectors();
      const lines = all.map((vector) => `  ${stringifyExactJson(vector)}`);
      const head = stringifyExactJson({
        group,
        does,
        location: 'https://api.example.test/v1',
        count: all.length,
      });
      return [`${group}.json`, `${head.slice(0, -1)},\n"vectors": [\n${lines.join(',\n')}\n]}\n`];
    }),
  );
}

if (import.meta.main) {
  const folder = join(import.meta.dirname, '../vectors');
  for (const [name, text] of vectorFiles()) {
    writeFileSync(join(folder, name), text);
    console.log(`${name}: ${text.split('\n').length - 4} vectors`);
  }
}
