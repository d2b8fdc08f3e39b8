/** Builds what does not run from source: the command line as one bundled file. */
import { buildCli } from './build-cli.ts';

await buildCli();
