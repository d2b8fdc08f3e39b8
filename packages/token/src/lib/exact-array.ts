/**
 * An array with room for exactly this many items, all of them to be set. One that grows by pushing takes room for
 * seventeen at the first, and keeps it as long as the token is kept.
 */
export function exactArray<Item>(length: number): Item[] {
  // oxlint-disable-next-line unicorn/no-new-array -- the argument is a number: it is the length
  return new Array<Item>(length);
}
