/** Exits with 0 when the server of this container is ready, with 1 when it is not or does not answer. */
import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';
import { exit } from 'node:process';

const port = /:(\d+)$/.exec(process.env['POSTERN_LISTEN'] ?? '')?.[1] ?? '7070';
const isSecure = (process.env['POSTERN_TLS_CERT'] ?? '') !== '';
const get = isSecure ? getSecure : getPlain;
const fail = (): void => exit(1);

// The certificate is made out to the public name, and this does not leave the container.
const options = { host: '127.0.0.1', port, path: '/readyz', timeout: 4000, rejectUnauthorized: false };
get(options, ({ statusCode }) => exit(statusCode === 200 ? 0 : 1))
  .on('timeout', fail)
  .on('error', fail);
