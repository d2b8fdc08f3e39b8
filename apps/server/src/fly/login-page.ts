/**
 * The page that approves a terminal: plain HTML without a script, under a policy that allows none. It looks like the
 * dashboard, but needs nothing of it.
 */
import { createHash } from 'node:crypto';
import type { CliSession } from './cli-sessions.ts';

const STYLE = `:root{color-scheme:light dark;--ground:light-dark(#f6f5f1,#121412);--surface:light-dark(#fff,#1a1d1a);
--line:light-dark(#e0ddd4,#2e332e);--strong:light-dark(#8d897d,#6f776f);--text:light-dark(#1b1c19,#eceee9);
--soft:light-dark(#595850,#a9ada4);--sunken:light-dark(#efede7,#0d0f0d);--accent:light-dark(#0b6652,#63d2ae);
--on:light-dark(#fff,#06251c)}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:var(--ground);
color:var(--text);font:15px/1.5 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:min(28rem,100%);padding:2rem;border:1px solid var(--line);border-radius:14px;background:var(--surface);
overflow-wrap:anywhere}
.mark{display:flex;align-items:center;gap:.55rem;font-size:1.12rem;font-weight:680}
.mark svg{width:1.5em;height:1.5em;fill:none;stroke:var(--accent);stroke-width:2.6;stroke-linecap:round}
h1{margin:1.1rem 0 .6rem;font-size:1.5rem;line-height:1.25}
p{margin:0 0 1rem}.soft{color:var(--soft)}label{display:block;font-weight:560}small{display:block;color:var(--soft);font-weight:400}
input{width:100%;min-height:2.4rem;margin:.4rem 0 1rem;padding:.4rem .7rem;border:1px solid var(--strong);border-radius:7px;
background:var(--surface);color:var(--text);font:inherit}
button{min-height:2.4rem;margin-bottom:1rem;padding:.35rem 1.1rem;border:0;border-radius:7px;background:var(--accent);
color:var(--on);font:inherit;font-weight:560;cursor:pointer}
:focus-visible{outline:2px solid light-dark(#0b57d0,#8ab8ff);outline-offset:2px}
code{display:block;padding:.7rem .9rem;border-radius:7px;background:var(--sunken);font:1.05em ui-monospace,Menlo,Consolas,monospace}`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

export function approvePage(session: CliSession, email: string | undefined): string {
  const who =
    email === undefined
      ? `<label>One-time link<small>The one you were given, or what follows its #.</small>
         <input name="login_secret" type="password" required autocomplete="off" spellcheck="false"></label>`
      : `<p>You are signed in as <b><bdi>${shownText(email)}</bdi></b>.</p>`;
  return page(
    'Approve this terminal?',
    `<p><b><bdi>${shownText(session.name)}</bdi></b> asks to act as you until you sign it out.</p>
     <form method="post" action="/cli/${session.id}">
       <input type="hidden" name="form_token" value="${session.formToken}">
       ${who}
       <button>Approve</button>
     </form>
     <p class="soft">If you did not just run a login command, close this page.</p>`,
  );
}

/** The image carries the code to the terminal when the browser runs beside it; no script is needed. */
export function approvedPage(session: CliSession, code: string): string {
  const query = new URLSearchParams({ code, state: session.state ?? '' });
  const carry =
    session.redirectPort === undefined
      ? ''
      : `<img src="http://127.0.0.1:${session.redirectPort}/callback?${shownText(query.toString())}" alt="" width="1" height="1">`;
  return page(
    'Approved',
    `<p>Go back to the terminal. If it asks for a code, paste this one:</p><p><code>${code}</code></p>${carry}`,
  );
}

export function messagePage(title: string, text: string): string {
  return page(title, `<p>${shownText(text)}</p>`);
}

/** Nothing may run, be framed or be fetched; an image may be asked of the terminal's own port. */
export function pagePolicy(session: CliSession | undefined): string {
  const images = session?.redirectPort === undefined ? "'none'" : `http://127.0.0.1:${session.redirectPort}`;
  return `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src ${images}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`;
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Postern</title><style>${STYLE}</style></head><body><main>
<div class="mark"><svg viewBox="0 0 32 32" aria-hidden="true"><path d="M7 28V14a9 9 0 0 1 18 0v14M16 28V12"/></svg>Postern</div>
<h1>${title}</h1>${body}</main></body></html>`;
}

/** Text of strangers: no markup, and what turns its direction or cannot be seen spelled out. */
function shownText(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`)
    .replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
