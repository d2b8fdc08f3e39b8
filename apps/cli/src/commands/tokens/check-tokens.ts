/** Asks the server whether the presented tokens allow one command. Nothing is run. */
import { PosternError } from '@postern/contract/errors';
import { chooseMachine } from '../../choose/machine.ts';
import type { AppFlags } from '../../choose/app.ts';
import type { GlobalValues } from '../../core/flags.ts';
import type { Io } from '../../core/io.ts';
import { connect } from '../../settings/connect.ts';
import { authorizationFor } from '../../settings/settings.ts';
import type { Explanation } from './explain-tokens.ts';
import { presentedHeader } from './presented-tokens.ts';

interface CheckFlags extends GlobalValues, AppFlags {
  readonly machine: string | undefined;
}

export async function checkTokens(io: Io, flags: CheckFlags, argv: readonly string[]): Promise<Explanation> {
  const header = authorizationFor(presentedHeader(io, flags));
  const session = await connect(io, flags);
  const place = await chooseMachine(io, flags, session, flags.machine);
  try {
    await session.client.call(session.operations.authorizeAccess, {
      body: {
        header,
        access: { action: 'w', app_name: place.app, machine_id: place.machine, command: [...argv] },
      },
    });
    return { allowed: true, refusals: [], note: undefined };
  } catch (error) {
    if (!(error instanceof PosternError) || error.code !== 'not_allowed') throw error;
    const refusals = reasonsOf(error);
    return {
      allowed: false,
      refusals:
        refusals.length > 0
          ? refusals
          : [{ reason: error.message, wouldAllow: undefined, sentence: error.message }],
      note: undefined,
    };
  }
}

function reasonsOf(error: PosternError): Array<Explanation['refusals'][number]> {
  const { refusals } = error.details;
  if (!Array.isArray(refusals)) return [];
  return refusals.flatMap((refusal: unknown) => {
    if (typeof refusal !== 'object' || refusal === null || !('reason' in refusal)) return [];
    const { reason } = refusal;
    if (typeof reason !== 'string') return [];
    const allows = 'would_allow' in refusal ? refusal.would_allow : undefined;
    const wouldAllow = typeof allows === 'string' ? allows : undefined;
    const sentence = wouldAllow === undefined ? reason : `${reason}; allowed is ${wouldAllow}`;
    return [{ reason, wouldAllow, sentence }];
  });
}
