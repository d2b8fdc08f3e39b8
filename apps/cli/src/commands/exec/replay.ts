import { PosternError } from '@postern/contract/errors';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineCommand } from '../../core/command.ts';
import { text, toggle } from '../../core/flags.ts';
import { wordAt } from '../../core/words.ts';
import { print } from '../../output/print.ts';
import { safeJson } from '../../output/safe-json.ts';
import { connect } from '../../settings/connect.ts';
import { readOutput, type Piece } from './read-output.ts';

/** Pauses longer than this are cut to it. */
const LONGEST_PAUSE_MS = 2000;
const SIZE = { width: 80, height: 24 };

export const command = defineCommand({
  description:
    'Play the output that was kept of an exec as it came, in its own time; or write it as an asciicast (version 2).',
  words: '<exec-id>',
  count: [1, 1],
  flags: {
    speed: text('FACTOR', 'How many times faster than it was', { default: '1' }),
    asciicast: toggle('Print an asciicast instead, for asciinema and other players'),
  },
  examples: [
    { does: 'Four times as fast', line: 'postern exec replay exec_abcdefghij234567 --speed 4' },
    { does: 'Into a file', line: 'postern exec replay exec_abcdefghij234567 --asciicast > run.cast' },
  ],
  run: async (io, input) => {
    const { speed: speedText, asciicast } = input.flags;
    const speed = Number(speedText);
    if (!(speed > 0)) throw new PosternError('bad_request', `--speed is a number above 0, not ${speedText}`);
    const session = await connect(io, input.flags);
    const pieces: Piece[] = [];
    const exec = await readOutput(
      session,
      wordAt(input, 0),
      false,
      undefined,
      (piece) => void pieces.push(piece),
    );
    if (asciicast) {
      const timestamp = Math.floor(Date.parse(exec.started_at) / 1000);
      print(io, safeJson({ version: 2, ...SIZE, timestamp, command: exec.command.join(' ') }));
      // A character may be split between two pieces.
      const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
      for (const { channel, at, bytes } of pieces) {
        print(io, safeJson([at / 1000, 'o', decoders[channel].decode(bytes, { stream: true })]));
      }
      return;
    }
    let before = 0;
    for (const { channel, at, bytes } of pieces) {
      await sleep(Math.min(LONGEST_PAUSE_MS, at - before) / speed);
      before = at;
      io[channel].write(bytes);
    }
  },
});
