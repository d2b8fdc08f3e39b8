/** The cryptography of tokens: hashes in WebAssembly, the rest and the fallback from Node. */
import type { TokenCrypto } from '@postern/token';
import { nodeCrypto } from '@postern/token/mac/node';
import { withWasm } from '@postern/token/mac/wasm';

export const tokenCrypto: TokenCrypto = withWasm(nodeCrypto);
