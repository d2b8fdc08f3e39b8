/** Takes the line with the marker and the process id out of the first output of a remote command. */

const MOST_BEFORE_BYTES = 64 * 1024;

export interface MarkerFilter {
  /** Bytes to pass on; what comes before the marker (a greeting) is passed on as well. */
  take(bytes: Uint8Array): Uint8Array;
  /** What was held back when the stream ended without the marker. */
  rest(): Uint8Array;
}

export function createMarkerFilter(marker: string, found: (pid: number) => void): MarkerFilter {
  let held = Buffer.alloc(0);
  let done = false;
  return {
    take(bytes) {
      if (done) return bytes;
      held = Buffer.concat([held, bytes]);
      const at = held.indexOf(`${marker} `);
      const end = at < 0 ? -1 : held.indexOf('\n', at);
      if (end < 0) {
        if (held.length < MOST_BEFORE_BYTES) return new Uint8Array(0);
        done = true;
        return held;
      }
      done = true;
      found(
        Number(
          held
            .subarray(at + marker.length + 1, end)
            .toString('latin1')
            .trim(),
        ),
      );
      return Buffer.concat([held.subarray(0, at), held.subarray(end + 1)]);
    },
    rest: () => (done ? new Uint8Array(0) : held),
  };
}
