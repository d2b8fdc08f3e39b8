import { joinShellWords } from '@postern/contract/shell-words';
import { defineCommand } from '../../core/command.ts';
import { SHARED_FLAGS } from '../../core/flags.ts';
import { wordAt } from '../../core/words.ts';
import { printJson } from '../../output/print.ts';
import { printFields } from '../../output/table.ts';
import { formatTime } from '../../output/times.ts';
import { connect } from '../../settings/connect.ts';
import { describeResult } from './list.ts';

export const command = defineCommand({
  description: 'Show one exec: who ran what, where, and how it ended.',
  words: '<exec-id>',
  count: [1, 1],
  flags: { json: SHARED_FLAGS.json },
  examples: [{ does: 'One exec', line: 'postern exec show exec_abcdefghij234567' }],
  json: { version: '1', exec: 'the exec record' },
  run: async (io, input) => {
    const { client, operations } = await connect(io, input.flags);
    const exec = await client.call(operations.showExec, { params: { exec: wordAt(input, 0) } });
    if (input.flags.json) {
      printJson(io, { version: 1, exec });
      return;
    }
    printFields(io, [
      ['ID', exec.id],
      ['Command', joinShellWords(exec.command)],
      ['App', exec.app],
      ['Machine', exec.machine],
      ['By', exec.token === null ? (exec.user ?? '') : `token ${exec.token} (${exec.token_name ?? ''})`],
      ['From', exec.source ?? ''],
      ['Result', describeResult(exec)],
      ['Started', formatTime(exec.started_at)],
      ['Ended', formatTime(exec.ended_at)],
      ['Output', `${exec.stdout_bytes} + ${exec.stderr_bytes} bytes${exec.truncated ? ', cut' : ''}`],
      ['Recorded', exec.recorded ? 'yes' : 'no'],
    ]);
  },
});
