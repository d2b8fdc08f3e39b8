/** Reads one JSON request body within its limits. */
import { LIMITS, PosternError } from '@postern/contract';

/**
 * @param request the request; its body is read to the end or to the limit.
 * @returns the parsed JSON value; `{}` for an empty body.
 * @throws PosternError `body_too_large` or `bad_request`.
 */
export async function readJsonBody(request: Request): Promise<unknown> {
  const declared = Number(request.headers.get('content-length') ?? '0');
  if (declared > LIMITS.bodyBytes) throw tooLarge();
  const text = await readText(request);
  if (text.trim() === '') return {};
  const value = parseJson(text);
  refuseDepth(value, LIMITS.jsonDepth);
  return value;
}

async function readText(request: Request): Promise<string> {
  if (request.body === null) return '';
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let bytes = 0;
  const body: ReadableStream<Uint8Array> = request.body;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > LIMITS.bodyBytes) throw tooLarge();
    text += decode(() => decoder.decode(chunk, { stream: true }));
  }
  return text + decode(() => decoder.decode());
}

function decode(step: () => string): string {
  try {
    return step();
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

function tooLarge(): PosternError {
  return new PosternError('body_too_large', `the request body is larger than ${LIMITS.bodyBytes} bytes`);
}
