import { describe, expect, test } from 'vitest';
import { ERRORS, ERROR_CODES, EXIT_CODES, operations } from '../src/index.ts';

const all = Object.values(operations);

describe('operations', () => {
  test('names and routes are unique', () => {
    expect(new Set(all.map((operation) => operation.name)).size).toBe(all.length);
    expect(new Set(all.map((operation) => `${operation.method} ${operation.path}`)).size).toBe(all.length);
  });

  test.each(all.map((operation) => [operation.name, operation] as const))(
    '%s: path and params agree',
    (_, operation) => {
      const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      expect(new Set(Object.keys(operation.params.shape))).toEqual(new Set(inPath));
    },
  );
});

describe('errors', () => {
  test('no status makes flyctl send a request twice that may have run', () => {
    const again = ERROR_CODES.filter((code) => [502, 503].includes(ERRORS[code].status));
    // Nothing was started, and a server that stops is soon another one.
    expect(again).toEqual(['shutting_down']);
  });

  test('exit codes are pinned', () => {
    expect(EXIT_CODES).toEqual({
      ok: 0,
      usage: 64,
      auth: 67,
      notFound: 68,
      unreachable: 69,
      internal: 70,
      conflict: 73,
      busy: 75,
      refused: 77,
      timeout: 124,
    });
  });
});
