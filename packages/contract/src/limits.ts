/** Limits of the HTTP interface, each with a name. Bytes unless the name says otherwise. */
export const LIMITS = {
  /** One request body in JSON; stdin of a buffered exec travels in it. */
  bodyBytes: 4 * 1024 * 1024,
  /** All request headers together. */
  headerBytes: 32 * 1024,
  /** One `Authorization` value. */
  authorizationBytes: 16 * 1024,
  /** Depth of a JSON body. */
  jsonDepth: 32,
  /** A command line before it is split into words. */
  commandLineBytes: 256 * 1024,
  /** Characters of an idempotency key. */
  idempotencyKeyChars: 128,
  /** stdout and stderr of a buffered exec answer, each. */
  bufferedOutputBytes: 16 * 1024 * 1024,
  /** Seconds a command may run when the request does not say. */
  execDefaultTimeoutSeconds: 30,
  /** Seconds a command may run at most. */
  execMaxTimeoutSeconds: 24 * 60 * 60,
  /** Rows of one list page when the request does not say. */
  pageDefaultRows: 100,
  /** Rows of one list page at most. */
  pageMaxRows: 500,
  /** Characters of a token name. */
  tokenNameChars: 200,
  /** Characters of a reason given for a revocation. */
  reasonChars: 500,
  /** Commands in one machine-exec token. */
  tokenCommands: 64,
  /** Execs of a token that are looked at to propose how it could be narrower. */
  narrowExecs: 1000,
  /** Seconds a client has to send the headers of a request. */
  headerReadSeconds: 15,
  /** Seconds a client has to send a whole request. How long an answer takes is another matter. */
  requestReadSeconds: 60,
  /** Seconds an idle connection is kept: longer than clients and proxies keep theirs, so that it is they who close. */
  keepAliveSeconds: 75,
  /** Bytes of a submitted form: the page that approves a terminal. */
  formBytes: 16 * 1024,
  /** Wrong login secrets, join tokens and codes one source address may try in a window. */
  failedTriesPerSource: 30,
  /** Logins of terminals one source address may open in a window. */
  openedLoginsPerSource: 60,
  /** Seconds of that window. */
  tryWindowSeconds: 60,
  /** Source addresses whose tries are counted; the oldest are forgotten first. */
  triedSources: 10_000,
  /** Seconds an opened exec stream may stay without its `start`. */
  execStartSeconds: 30,
  /** Seconds `/wait` waits at most. */
  waitMaxSeconds: 60,
  /** Event streams one session may have open. */
  eventStreamsPerSession: 8,
  /** Events that wait for one reader; when there are more, it is told to ask again instead. */
  eventsWaiting: 256,
  /** Milliseconds events wait for each other, so that many travel together. */
  eventsTogetherMs: 50,
  /** Seconds after which a quiet stream says that it lives, and looks whether its reader still may read. */
  eventHeartbeatSeconds: 15,
  /** Seconds a reader may take nothing before its stream is ended. */
  eventReaderSeconds: 60,
} as const;
