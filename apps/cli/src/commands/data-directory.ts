/** The data directory of the server on this host, for acts of maintenance. */
import { text } from '../core/flags.ts';

export const DATA_DIRECTORY_FLAG = text(
  'DIR',
  'Data directory of the server (default .postern; also POSTERN_DATA_DIR)',
  { complete: 'directory' },
);

export function dataDirectoryArgs({ dataDir }: { readonly dataDir: string | undefined }): string[] {
  return dataDir === undefined ? [] : [`--data-dir=${dataDir}`];
}
