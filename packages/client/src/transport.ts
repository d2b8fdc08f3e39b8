/** How a request leaves: given by the program, because Node and browsers have different best ways. */

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Absolute URL. */
  readonly url: string;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/**
 * Sends one request and reads the whole answer.
 *
 * @throws PosternError `connection_lost` when the server cannot be reached or the answer breaks off.
 */
export type Transport = (request: HttpRequest) => Promise<HttpResponse>;
