/** From what a token really ran to a successor that runs no more than that. */
import { operations, type TokenResource } from '@postern/contract';
import { useState } from 'react';
import type { z } from 'zod';
import { useCall } from '../../api/use-call.ts';
import { Await } from '../../components/await.tsx';
import { Notice } from '../../components/notice.tsx';
import { Command } from '../../components/text.tsx';
import { allowanceOf, readCaveats } from '../../tokens/allowance.ts';
import { AllowanceText } from '../../tokens/allows.tsx';
import { RotateDialog } from './rotate-dialog.tsx';

type Narrowing = z.output<typeof operations.narrowToken.output>;
type Proposal = Narrowing['proposals'][number];

/** Commands that are listed; the rest is counted. */
const LISTED = 8;

const KINDS: Readonly<Record<Proposal['kind'], string>> = {
  exact: 'Exactly these commands',
  template: 'Forms with holes',
  prefix: 'Beginnings',
};

export interface NarrowDialogProps {
  readonly token: TokenResource;
  readonly onClose: () => void;
}

export function NarrowDialog({ token, onClose }: NarrowDialogProps) {
  const answer = useCall(operations.narrowToken, { params: { token: token.id } });
  const [chosen, setChosen] = useState(0);
  const proposal = answer.data?.proposals[chosen];
  return (
    <RotateDialog
      title="Narrow to what it really ran"
      token={token}
      onClose={onClose}
      ready={proposal !== undefined}
      caveats={proposal === undefined ? [] : [proposal.caveat]}
    >
      <Await answer={answer}>
        {(found) => (
          <>
            <Used found={found} />
            {proposal === undefined ? (
              found.execs > 0 && <p>These are too many different commands to write down as a list.</p>
            ) : (
              <Proposals proposals={found.proposals} chosen={proposal} onChoose={setChosen} />
            )}
          </>
        )}
      </Await>
    </RotateDialog>
  );
}

function Used({ found: { execs, complete, used } }: { readonly found: Narrowing }) {
  if (execs === 0) {
    return <Notice kind="info" title="It has run nothing yet: there is nothing to go by." />;
  }
  const more = used.length - LISTED;
  return (
    <>
      <p>
        {complete ? 'In all' : 'Of late'} it ran {execs} {execs === 1 ? 'command' : 'commands'}, {used.length}{' '}
        {used.length === 1 ? 'of its kind' : 'different ones'}:
      </p>
      <ul className="loss loss-names">
        {used.slice(0, LISTED).map(({ command, times }) => (
          <li key={JSON.stringify(command)}>
            <Command argv={command} />{' '}
            <span className="muted">
              {times} {times === 1 ? 'time' : 'times'}
            </span>
          </li>
        ))}
        {more > 0 && <li className="muted">and {more} more</li>}
      </ul>
      {!complete && (
        <p className="hint">Older execs were not looked at; what only they ran would be refused.</p>
      )}
    </>
  );
}

interface ProposalsProps {
  readonly proposals: readonly Proposal[];
  readonly chosen: Proposal;
  readonly onChoose: (index: number) => void;
}

function Proposals({ proposals, chosen, onChoose }: ProposalsProps) {
  const caveats = readCaveats([chosen.caveat]);
  return (
    <fieldset>
      <legend className="field-label">The new token allows</legend>
      <div className="chips">
        {proposals.map((proposal, index) => (
          <label key={proposal.kind} className="chip">
            <input
              type="radio"
              name="proposal"
              checked={proposal === chosen}
              onChange={() => onChoose(index)}
            />
            {KINDS[proposal.kind]}
          </label>
        ))}
      </div>
      <div className="loss proposal">
        {caveats === undefined ? (
          <p>{chosen.summary}</p>
        ) : (
          <AllowanceText allowance={allowanceOf(caveats)} machineName={(id) => id} />
        )}
      </div>
    </fieldset>
  );
}
