/**
 * `@postern/client`: talk to a Postern server from Node or a browser.
 *
 * Everything is derived from `@postern/contract`: `client.call(operations.listApps, {})` builds the request from
 * the operation's schemas and parses the answer with them. How bytes leave is injected (`Transport`, `OpenSocket`),
 * so there is no Node built-in and no global in here. Start reading at client.ts.
 */
export { createClient, type CallInput, type Client, type ClientOptions } from './client.ts';
export { buildRequest, fillPath, joinUrl, type Target } from './build-request.ts';
export { readError, readResponse } from './read-response.ts';
export { createFetchTransport } from './fetch-transport.ts';
export type { HttpRequest, HttpResponse, Transport } from './transport.ts';
export {
  openExecStream,
  type ExecResult,
  type ExecStream,
  type ExecStreamOptions,
  type ExecTerminal,
} from './exec-stream.ts';
export { openBrowserSocket } from './browser-socket.ts';
export type { OpenSocket, Socket, SocketHandlers, SocketRequest } from './socket.ts';
