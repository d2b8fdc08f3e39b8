/** Reads one JSON request body within its limits. */
import { LIMITS, PosternError } from '@postern/contract';
import type { IncomingMessage } from 'node:http';

/**
 * @param message the request; its body is read to the end or to the limit.
 * @returns the parsed JSON value; `{}` for an empty body.
 * @throws PosternError `body_too_large` or `bad_request`.
 */
export async function readJsonBody(message: IncomingMessage): Promise<unknown> {
  const text = decode(await readBytes(message, LIMITS.bodyBytes));
  if (text.trim() === '') return {};
  const value = parseJson(text);
  refuseDepth(value, LIMITS.jsonDepth);
  return value;
}

/**
 * @returns the fields of a submitted form, `application/x-www-form-urlencoded`.
 * @throws PosternError `body_too_large` or `bad_request`.
 */
export async function readForm(message: IncomingMessage): Promise<URLSearchParams> {
  return new URLSearchParams(decode(await readBytes(message, LIMITS.formBytes)));
}

async function readBytes(message: IncomingMessage, most: number): Promise<Buffer> {
  const declared = Number(message.headers['content-length'] ?? '0');
  if (declared > most) throw tooLarge(most);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    message.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > most) {
        message.removeAllListeners('data');
        message.resume();
        reject(tooLarge(most));
      } else {
        chunks.push(chunk);
      }
    });
    message.on('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    const cutOff = (): void => {
      if (!message.complete) reject(new PosternError('bad_request', 'the request body was cut off'));
    };
    message.on('error', cutOff);
    message.on('close', cutOff);
  });
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (error) {
    throw new PosternError('bad_request', 'the request body is not valid UTF-8', { cause: error });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PosternError('bad_request', 'the request body is not valid JSON', {
      hint: 'send one JSON object, with Content-Type: application/json',
      cause: error,
    });
  }
}

function refuseDepth(value: unknown, left: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (left === 0)
    throw new PosternError('bad_request', `the request body is nested deeper than ${LIMITS.jsonDepth}`);
  for (const item of Object.values(value)) refuseDepth(item, left - 1);
}

function tooLarge(most: number): PosternError {
  return new PosternError('body_too_large', `the request body is larger than ${most} bytes`);
}
