/**
 * Builds what does not run from source: the command line and the agent as one file each, the dashboard, and the native
 * spawner.
 */
import { buildAgent } from './build-agent.ts';
import { buildCli } from './build-cli.ts';
import { buildDashboard } from './build-dashboard.ts';
import { buildSpawner } from './build-spawner.ts';

buildSpawner();
await Promise.all([buildCli(), buildAgent(), buildDashboard()]);
