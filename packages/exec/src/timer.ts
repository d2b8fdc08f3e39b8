/** What a timer of Node can wait; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls back after so many milliseconds, or after twenty-four days when that is sooner. */
export function startTimer(ms: number, then: () => void): NodeJS.Timeout {
  return setTimeout(then, Math.min(ms, LONGEST_TIMER_MS));
}
