/**
 * The agent's link to its gateway, which outlives a connection: while there is none, commands go on and what they
 * write is kept within their windows. When the gateway does not come back in time, or knows nothing of the link any
 * more, the commands are ended: nobody could take their output or end them.
 */
import type { Welcome } from '@postern/contract';
import {
  createAgentLink,
  createResumableChannel,
  LinkError,
  RESUME_LIMITS,
  type AgentLink,
  type ResumableChannel,
} from '@postern/exec';
import { admit, type Machines, type Means } from './admit.ts';
import { controlMachine } from './control.ts';
import { createMachineReporter } from './report-machines.ts';

export interface LinkKeeper {
  /** What the agent asks to go on with; undefined when there is nothing. */
  place(): { readonly session: string; readonly received: number } | undefined;
  /** Takes the gateway's welcome: a new link, the old one again, or only other machines. @throws LinkError. */
  welcome(welcome: Welcome, transmit: (message: Uint8Array) => void): void;
  /** @throws LinkError. */
  take(bytes: Uint8Array): void;
  detach(): void;
  /** An attempt to connect has failed. @param isSilent whether nobody answered. */
  failed(isSilent: boolean): void;
  /** Ends every command as `connection-lost`; nothing is resumed. */
  giveUp(): void;
  /** Ends every command as `agent-shutdown`. Resolves when none is left. */
  shutDown(): Promise<void>;
}

interface Session {
  readonly id: string;
  readonly link: AgentLink;
  readonly channel: ResumableChannel;
}

export function createLinkKeeper(means: Means, now: () => number): LinkKeeper {
  let machines: Machines = [];
  let session: Session | undefined;
  let deadline: number | undefined;
  let timer: NodeJS.Timeout | undefined;

  const reporter = createMachineReporter(
    () => machines,
    means,
    (reports) => session?.link.report(reports),
  );

  const stopWaiting = (): void => {
    clearTimeout(timer);
    deadline = undefined;
  };
  const giveUp = (): void => {
    stopWaiting();
    const lost = session;
    session = undefined;
    lost?.channel.detach();
    lost?.link.endAll('connection-lost');
  };
  const begin = (id: string): Session => {
    const channel = createResumableChannel((message) => link.receive(message));
    const link = createAgentLink(
      (order) => admit(order, machines, means),
      async (ask) => {
        const answer = await controlMachine(ask, machines, means);
        // Whoever asked then reads the state: it must be known before the answer is.
        await reporter.look(false);
        return answer;
      },
      channel.send,
    );
    return { id, link, channel };
  };

  return {
    place() {
      // From here on the answer decides, not the time.
      clearTimeout(timer);
      return session && { session: session.id, received: session.channel.received };
    },
    welcome(welcome, transmit) {
      ({ machines } = welcome);
      const { link } = welcome;
      if (link === undefined) {
        void reporter.look(false);
        return;
      }
      if (link.resumed && session?.id === link.session) {
        stopWaiting();
        session.channel.attach(transmit, link.received);
        return;
      }
      if (link.resumed) throw new LinkError('a link goes on that is over');
      giveUp();
      session = begin(link.session);
      session.channel.attach(transmit, 0);
      void reporter.look(true);
    },
    take: (bytes) => session?.channel.take(bytes),
    detach: () => session?.channel.detach(),
    failed(isSilent) {
      if (session === undefined) return;
      const latest = now() + (isSilent ? RESUME_LIMITS.silentMs : RESUME_LIMITS.brokenMs);
      deadline = Math.min(deadline ?? latest, latest);
      clearTimeout(timer);
      timer = setTimeout(giveUp, deadline - now());
    },
    giveUp,
    async shutDown() {
      reporter.stop();
      session?.link.endAll('agent-shutdown');
      await session?.link.idle();
    },
  };
}
