/** The decoders of the contract package: command lines, templates as people write them, frames, durations. */
import {
  callerControlSchema,
  CHANNEL,
  decodeControl,
  decodeFrame,
  encodeControl,
  encodeFrame,
  joinShellWords,
  parseGoDuration,
  PosternError,
  readTemplate,
  splitShellWords,
} from '@postern/contract';
import { law, type Target } from './law.ts';

const LATIN1 = new TextDecoder('latin1');

export const contractTargets: Readonly<Record<string, Target>> = {
  words: (input) => {
    const words = splitShellWords(LATIN1.decode(input));
    const again = splitShellWords(joinShellWords(words));
    law(JSON.stringify(again) === JSON.stringify(words), 'words round trip');
  },
  template: (input) => {
    const { words, tail } = readTemplate(LATIN1.decode(input));
    law(words.length > 0 || tail !== undefined, 'a template has words');
    for (const word of [...words, ...(tail === undefined ? [] : [tail.word])]) {
      if (word.kind === 'one-of') law(word.texts.length > 1, 'a choice has two words');
      if (word.kind === 'integer') law(word.least <= word.most, 'a range is not empty');
    }
  },
  frame: (input) => {
    const { channel, payload } = decodeFrame(input);
    law(Buffer.compare(encodeFrame(channel, payload), input) === 0, 'a frame round trip');
    if (channel !== CHANNEL.control) return;
    const control = decodeControl(callerControlSchema, payload);
    const again = decodeControl(callerControlSchema, encodeControl(control).subarray(1));
    law(JSON.stringify(again) === JSON.stringify(control), 'a control frame round trip');
  },
  duration: (input) => {
    const milliseconds = parseGoDuration(LATIN1.decode(input));
    law(Number.isSafeInteger(milliseconds) || milliseconds === 0, 'a duration is a whole number');
  },
};

const SEEDS: Readonly<Record<string, readonly string[]>> = {
  words: [`echo 'a b' "c \\" d" e\\ f`, "''", 'a\\\nb'],
  template: [
    'systemctl restart {web|worker}',
    'journalctl -u web -n {1..1000}',
    'grep {/[a-z_]{1,63}/} {...5:/[a-z.]+/}',
    'echo {=text}',
  ],
  frame: [
    '\u0000stdin',
    '\u0001out',
    '\u0003{"type":"start","request":{"command":["ls"]},"stdin":true,"tty":{"cols":80,"rows":24}}',
    '\u0003{"type":"close-stdin"}',
    '\u0003{"type":"resize","cols":80,"rows":24}',
    '\u0003{"type":"signal","signal":"TERM"}',
  ],
  duration: ['1h30m', '-1.5s', '0', '.5h', '100ms'],
};

/** Where a run on one of these begins; undefined for a target of the token package. */
export function contractSeedsOf(name: string): Uint8Array[] | undefined {
  return SEEDS[name]?.map((text) => Buffer.from(text, 'latin1'));
}

/** Whether a decoder of the contract may throw this. */
export function isContractError(error: unknown): boolean {
  return error instanceof PosternError;
}
