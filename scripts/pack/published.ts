/** What is published, and how each package becomes a tarball. */

export interface Published {
  /** Folder in the repository. */
  readonly folder: string;
  readonly description: string;
  /**
   * `compiled`: its sources become JavaScript and declarations, its dependencies stay dependencies.
   * `bundled`: one file holds it with everything it needs, so that it installs alone.
   */
  readonly form: 'compiled' | 'bundled';
  /** Files and folders taken as they are, relative to the package's folder; `from` where they come from elsewhere. */
  readonly files: readonly (string | { readonly from: string; readonly to: string })[];
  /** Packages of ours that a compiled program starts or serves, without importing them. */
  readonly alsoNeeds?: readonly string[];
  /** Programs by name, when the package in the repository does not say so itself. */
  readonly bin?: Readonly<Record<string, string>>;
}

const library = (folder: string, description: string): Published => ({
  folder,
  description,
  form: 'compiled',
  files: [],
});

export const PUBLISHED: readonly Published[] = [
  library('packages/token', 'fm2 macaroons: mint, attenuate, verify, clear. Pure, no dependency.'),
  library('packages/contract', 'Operations, errors, limits and frames of a Postern server, as data.'),
  library('packages/client', 'Typed client of a Postern server, for Node and browsers.'),
  library('packages/store', 'Records and the audit log of a Postern server, on SQLite or Postgres.'),
  library('packages/authority', 'Mints, verifies and revokes machine-exec tokens.'),
  library('packages/trace', 'Spans of one exec in OpenTelemetry terms: W3C trace context, OTLP in JSON.'),
  library('packages/exec', 'Drivers that run commands, and the link between gateway and agent.'),
  {
    folder: 'apps/cli',
    description: 'postern: the command line of Postern.',
    form: 'bundled',
    files: ['bin/postern.js', 'bin/package.json', 'dist/postern.cjs'],
  },
  {
    folder: 'apps/agent',
    description: 'postern-agent: runs the commands a Postern server orders, on one machine.',
    form: 'bundled',
    files: [
      'bin/postern-agent.js',
      'dist/postern-agent.cjs',
      // Built where it runs: `make` in this folder. A binary in a tarball would fit one kind of machine.
      ...['Makefile', 'request.c', 'request.h', 'spawner.c', 'supervise.c', 'supervise.h'].map((name) => ({
        from: `native/spawner/${name}`,
        to: `native/spawner/${name}`,
      })),
      { from: 'packaging/systemd/postern-agent.service', to: 'packaging/postern-agent.service' },
    ],
  },
  {
    folder: 'apps/dashboard',
    description: 'The built dashboard that a Postern server serves.',
    form: 'bundled',
    files: ['dist/site'],
  },
  {
    folder: 'apps/server',
    description: 'postern-server: authority, gateway and dashboard.',
    form: 'compiled',
    files: [],
    // Found beside it: node_modules/@postern looks like apps/.
    alsoNeeds: ['@postern/agent', '@postern/dashboard'],
    bin: { 'postern-server': './dist/main.js' },
  },
];
