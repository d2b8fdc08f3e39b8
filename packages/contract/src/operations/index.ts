/** All operations, in the order of the reference page. */
import type { Operation } from '../operation.ts';
import * as apps from './apps.ts';
import * as audit from './audit.ts';
import * as events from './events.ts';
import * as execs from './execs.ts';
import * as introspection from './introspection.ts';
import * as keys from './keys.ts';
import * as machines from './machines.ts';
import * as organizations from './organizations.ts';
import * as session from './session.ts';
import * as tokens from './tokens.ts';

export const operations = {
  showSession: session.showSession,
  redeemLoginLink: session.redeemLoginLink,
  createLoginLink: session.createLoginLink,
  endSession: session.endSession,
  listOrganizations: organizations.listOrganizations,
  createOrganization: organizations.createOrganization,
  showOrganization: organizations.showOrganization,
  updateOrganization: organizations.updateOrganization,
  deleteOrganization: organizations.deleteOrganization,
  listMembers: organizations.listMembers,
  addMember: organizations.addMember,
  updateMember: organizations.updateMember,
  removeMember: organizations.removeMember,
  followEvents: events.followEvents,
  listApps: apps.listApps,
  createApp: apps.createApp,
  showApp: apps.showApp,
  updateApp: apps.updateApp,
  deleteApp: apps.deleteApp,
  listMachines: machines.listMachines,
  addMachine: machines.addMachine,
  showMachine: machines.showMachine,
  updateMachine: machines.updateMachine,
  removeMachine: machines.removeMachine,
  startMachine: machines.startMachine,
  stopMachine: machines.stopMachine,
  restartMachine: machines.restartMachine,
  signalMachine: machines.signalMachine,
  waitMachine: machines.waitMachine,
  listProcesses: machines.listProcesses,
  runExec: execs.runExec,
  listExecs: execs.listExecs,
  showExec: execs.showExec,
  readExecOutput: execs.readExecOutput,
  killExec: execs.killExec,
  mintAppToken: tokens.mintAppToken,
  mintOrganizationToken: tokens.mintOrganizationToken,
  listAppTokens: tokens.listAppTokens,
  listOrganizationTokens: tokens.listOrganizationTokens,
  currentTokens: introspection.currentTokens,
  authenticateTokens: introspection.authenticateTokens,
  authorizeAccess: introspection.authorizeAccess,
  showToken: tokens.showToken,
  narrowToken: tokens.narrowToken,
  renameToken: tokens.renameToken,
  revokeToken: tokens.revokeToken,
  revokeManyTokens: tokens.revokeManyTokens,
  rotateToken: tokens.rotateToken,
  listAudit: audit.listAudit,
  verifyAudit: audit.verifyAudit,
  listKeys: keys.listKeys,
  rotateKeys: keys.rotateKeys,
  retireKey: keys.retireKey,
} as const satisfies Record<string, Operation>;

export type Operations = typeof operations;
export type OperationKey = keyof Operations;
