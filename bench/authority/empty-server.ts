/**
 * The peer of an authorization: Node's own HTTP server with our options, that reads the same request, checks it against
 * the same schema, does nothing, and answers as many bytes. Prints its port; ends with its parent.
 */
import { LIMITS, operations } from '@postern/contract';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readJsonBody } from '../../apps/server/src/http/read-body.ts';
import { httpServerOptions } from '../../apps/server/src/http/server-options.ts';

const ANSWER = JSON.stringify({ access: {}, verified_token: 'x'.repeat(1100) });

const server = createServer(httpServerOptions(LIMITS), (incoming, outgoing) => {
  void readJsonBody(incoming).then((body) => {
    operations.authorizeAccess.body.parse(body);
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER);
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
