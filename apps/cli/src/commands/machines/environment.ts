import { PosternError } from '@postern/contract/errors';

/** `NAME=VALUE` flags as a record; undefined when there are none. */
export function readEnvironment(pairs: readonly string[]): Record<string, string> | undefined {
  if (pairs.length === 0) return undefined;
  const entries = pairs.map((pair) => {
    const equals = pair.indexOf('=');
    if (equals < 1) {
      throw new PosternError('bad_request', `--env: "${pair}" is not NAME=VALUE`, {
        hint: 'your own variables are not sent; write --env "LANG=$LANG"',
      });
    }
    return [pair.slice(0, equals), pair.slice(equals + 1)] as const;
  });
  return Object.fromEntries(entries);
}
