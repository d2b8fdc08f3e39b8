/** The two peers that bring no types: what is used of them. */
declare module 'jsonwebtoken' {
  const jwt: {
    verify(token: string, key: unknown, options: { algorithms: string[] }): unknown;
  };
  export = jwt;
}
declare module 'macaroon' {
  interface Macaroon {
    addFirstPartyCaveat(caveat: string): void;
    exportJSON(): object;
    verify(key: Uint8Array, check: (caveat: string) => string | null, discharges?: Macaroon[]): void;
  }
  export function newMacaroon(options: {
    identifier: string;
    location: string;
    rootKey: Uint8Array;
    version: number;
  }): Macaroon;
  export function importMacaroon(json: object): Macaroon;
}
