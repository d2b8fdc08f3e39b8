/** An order and an outcome, for tests of the link's two ends. */
import type { ExecOrder, ExecOutcome } from '@postern/contract';

export const ORDER: ExecOrder = {
  execId: 'exec_1',
  machineId: '00000000000001',
  organizationId: '1',
  appId: '1',
  clearedAt: 0,
  sourceAddress: null,
  caveats: '',
  spec: {
    argv: ['true'],
    stdin: false,
    tty: null,
    timeoutMs: 5000,
    cwd: null,
    user: null,
    env: {},
    outputLimitBytes: 1000,
  },
};

export const OUTCOME: ExecOutcome = {
  reason: 'exited',
  exitCode: 0,
  exitSignal: null,
  durationMs: 1,
  stdoutBytes: 0,
  stderrBytes: 0,
  stdoutTruncated: false,
  stderrTruncated: false,
  message: null,
};
