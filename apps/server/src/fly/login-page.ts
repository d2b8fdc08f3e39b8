/** The page that approves a terminal: plain HTML without a script, under a policy that allows none. */
import type { CliSession } from './cli-sessions.ts';

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}' +
  'button{font:inherit;padding:.5rem 1.25rem}input{font:inherit;width:100%;padding:.5rem;box-sizing:border-box;margin:.5rem 0 1rem}' +
  'code{font-size:1.25em;overflow-wrap:anywhere}';

export function approvePage(session: CliSession, email: string | undefined): string {
  const who =
    email === undefined
      ? '<label>One-time login secret (from the link you were given: what follows #)<input name="login_secret" required autocomplete="off"></label>'
      : `<p>You are signed in as <b>${escapeHtml(email)}</b>.</p>`;
  return page(
    'Approve this terminal?',
    `<p><b>${escapeHtml(session.name)}</b> asks to act as you until you sign it out.</p>
     <form method="post" action="/cli/${session.id}">
       <input type="hidden" name="form_token" value="${session.formToken}">
       ${who}
       <button>Approve</button>
     </form>
     <p>If you did not just run a login command, close this page.</p>`,
  );
}

/** The image carries the code to the terminal when the browser runs beside it; no script is needed. */
export function approvedPage(session: CliSession, code: string): string {
  const query = new URLSearchParams({ code, state: session.state ?? '' });
  const carry =
    session.redirectPort === undefined
      ? ''
      : `<img src="http://127.0.0.1:${session.redirectPort}/callback?${escapeHtml(query.toString())}" alt="" width="1" height="1">`;
  return page(
    'Approved',
    `<p>Go back to the terminal. If it asks for a code, paste this one:</p><p><code>${code}</code></p>${carry}`,
  );
}

export function messagePage(title: string, text: string): string {
  return page(title, `<p>${escapeHtml(text)}</p>`);
}

/** Nothing may run, be framed or be fetched; an image may be asked of the terminal's own port. */
export function pagePolicy(session: CliSession | undefined): string {
  const images = session?.redirectPort === undefined ? "'none'" : `http://127.0.0.1:${session.redirectPort}`;
  return `default-src 'none'; style-src 'unsafe-inline'; img-src ${images}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`;
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title} · Postern</title><style>${STYLE}</style><h1>${title}</h1>${body}</html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
