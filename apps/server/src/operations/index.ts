/** One handler for each operation of the contract; a missing one does not compile. */
import type { Handlers } from '../http/routes.ts';
import { appHandlers } from './apps.ts';
import { auditHandlers } from './audit.ts';
import { eventHandlers } from './events.ts';
import { execHandlers } from './execs.ts';
import { introspectionHandlers } from './introspection.ts';
import { keyHandlers } from './keys.ts';
import { machineHandlers } from './machines.ts';
import { organizationHandlers } from './organizations.ts';
import { sessionHandlers } from './session.ts';
import { tokenHandlers } from './tokens.ts';

export const handlers: Handlers = {
  ...sessionHandlers,
  ...organizationHandlers,
  ...eventHandlers,
  ...appHandlers,
  ...machineHandlers,
  ...execHandlers,
  ...tokenHandlers,
  ...introspectionHandlers,
  ...auditHandlers,
  ...keyHandlers,
};
