/** Builds what does not run from source: the command line as one bundled file, and the native spawner. */
import { buildCli } from './build-cli.ts';
import { buildSpawner } from './build-spawner.ts';

buildSpawner();
await buildCli();
