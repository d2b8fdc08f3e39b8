/** Certificates for servers of tests, made by openssl. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

const CONFIG = (name: string): string => `
[ca]
default_ca = own
[own]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
[any]
commonName = supplied
[san]
subjectAltName = ${name}
`;

/** Days from now as openssl reads them. */
const day = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/[-:T]|\.\d+/g, '');

/**
 * @param name such as `IP:127.0.0.1`.
 * @param from days from now; the past is allowed.
 * @param until days from now.
 * @returns a certificate that signs itself.
 */
export function makeCertificate(folder: string, name: string, from: number, until: number): CertificateFiles {
  const cwd = mkdtempSync(join(folder, 'certificate-'));
  const openssl = (...args: string[]): unknown => execFileSync('openssl', args, { cwd, stdio: 'ignore' });
  writeFileSync(join(cwd, 'config'), CONFIG(name));
  writeFileSync(join(cwd, 'index.txt'), '');
  writeFileSync(join(cwd, 'serial'), '01\n');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem'];
  openssl('req', '-new', ...key, '-out', 'request.pem', '-subj', '/CN=postern');
  const window = ['-startdate', day(from), '-enddate', day(until)];
  const signed = ['-in', 'request.pem', '-keyfile', 'key.pem', '-out', 'cert.pem', '-extensions', 'san'];
  openssl('ca', '-batch', '-selfsign', '-notext', '-config', 'config', ...window, ...signed);
  return { cert: join(cwd, 'cert.pem'), key: join(cwd, 'key.pem') };
}
