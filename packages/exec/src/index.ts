/**
 * `@postern/exec`: running commands.
 *
 * Drivers start an argv on a machine; the agent link carries execs between gateway and agent with credit-based flow
 * control. Nothing here decides what is allowed, and nothing here touches an argv. Start reading at `driver.ts`,
 * then `link/message.ts`.
 */
export {
  ControlError,
  type Driver,
  type DriverFeature,
  type MachineControl,
  type OutputChannel,
  type OutputSink,
  type RunningCommand,
} from './driver.ts';
export { createDockerDriver, type DockerDriverOptions } from './docker/driver.ts';
export { createAgentLink, type Admission, type AgentLink } from './link/agent-link.ts';
export {
  createAgentKey,
  proveAgent,
  publicKeyOf,
  verifyAgentProof,
  type AgentKey,
} from './link/agent-proof.ts';
export { createGatewayLink, type GatewayLink } from './link/gateway-link.ts';
export { createResumableChannel, RESUME_LIMITS, type ResumableChannel } from './link/resumable-channel.ts';
export { LinkError } from './link/message.ts';
export { cgroupProblem, type MachineLimits } from './process/cgroups.ts';
export { createProcessDriver, type ProcessDriverOptions } from './process/driver.ts';
export { parseSignal, signalNumber, type SignalName } from './signals.ts';
export { createSpawner, type Spawner } from './spawner/client.ts';
export { locateSpawner } from './spawner/locate.ts';
export { createSshDriver, type SshDriver } from './ssh/driver.ts';
export type { SshTarget } from './ssh/master.ts';
