/** The version of the whole product; the bundler puts the number in place. */
import manifest from '../package.json' with { type: 'json' };

export const VERSION: string = manifest.version;
