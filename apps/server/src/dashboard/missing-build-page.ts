/** Said in place of the dashboard where it was not built. */
export function missingBuildPage(): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Postern</title>
<h1>The dashboard is not built</h1>
<p>The server works, and so does the command line. To build the dashboard, run this where Postern is installed, and
load the page again:</p>
<pre>npm run build</pre>
<p>The way in for programs is described at <a href="/v1/openapi.json">/v1/openapi.json</a>.</p></html>`;
}
