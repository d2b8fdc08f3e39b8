/** The page at `/docs`: every operation of this server, for people. Plain HTML without a script. */
import { describeOperation, operations, type DescribedField, type Operation } from '@postern/contract';
import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';

const STYLE = `:root{color-scheme:light dark;--line:light-dark(#d5d9de,#3a3f46);--soft:light-dark(#5a636e,#a3acb7);--code:light-dark(#f2f4f7,#22262b)}
body{font:16px/1.55 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:2rem 1rem 4rem;overflow-wrap:anywhere}
nav ul{columns:16rem;padding-left:1.2rem}h2{margin-top:3rem;border-bottom:1px solid var(--line)}h3{margin:2rem 0 .25rem}
code{font:.92em ui-monospace,monospace;background:var(--code);border-radius:4px;padding:.1em .3em}
.path{display:block;padding:.5rem .75rem}table{border-collapse:collapse;width:100%;margin:.75rem 0}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600}p.who{color:var(--soft)}`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Nothing may run, load or frame; the one style is named by its hash. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'`;

const WHO: Readonly<Record<Operation['auth'], string>> = {
  none: 'For anybody.',
  session: 'For a signed-in person.',
  access: 'For a signed-in person, or a token that allows it.',
  token: 'For any token or session that verifies.',
};

type Html = ReturnType<typeof html>;

/** @param version of the server. */
export function docsPage(version: string): Html {
  const all: readonly Operation[] = Object.values(operations);
  const groups = [...Map.groupBy(all, ({ name }) => name.split('.')[0] ?? '')];
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>HTTP operations · Postern ${version}</title>
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <h1>HTTP operations</h1>
        <p>
          Requests and answers are JSON. Send a session or a token as <code>Authorization: Bearer …</code>.
          The same as data: <a href="/v1/openapi.json">the OpenAPI document</a>.
          <a href="/">The dashboard</a>.
        </p>
        <nav aria-label="Operations">
          <ul>
            ${all.map(({ name, summary }) => html`<li><a href="#${name}" title="${summary}">${name}</a></li>`)}
          </ul>
        </nav>
        <main>
          ${groups.map(
            ([group, members]) =>
              html`<section>
                <h2>${group}</h2>
                ${members.map(operationHtml)}
              </section>`,
          )}
        </main>
      </body>
    </html>`;
}

function operationHtml(operation: Operation): Html {
  const { inputs, outputs } = describeOperation(operation);
  return html`<article>
    <h3 id="${operation.name}">${operation.name}</h3>
    <p>${operation.summary}.</p>
    <code class="path">${operation.method} ${operation.path}</code>
    <p class="who">${WHO[operation.auth]} Success is ${String(operation.status)}.</p>
    ${inputs.length === 0 ? '' : tableHtml('Input', inputs)} ${tableHtml('Answer', outputs)}
  </article>`;
}

function tableHtml(title: string, rows: readonly DescribedField[]): Html {
  return html`<table>
    <thead>
      <tr>
        <th scope="col">${title}</th>
        <th scope="col">Type</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ({ name, place, type }) =>
          html`<tr>
            <td><code>${name}</code>${place === undefined ? '' : ` in the ${place}`}</td>
            <td>${type.replaceAll('`', '')}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
