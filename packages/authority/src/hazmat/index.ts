/** The one door to key bytes. See README.md beside this file. */
export { keyIdOf, Keyring, kidOf } from './keyring.ts';
