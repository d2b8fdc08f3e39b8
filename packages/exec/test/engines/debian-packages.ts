/** What the driver tests run for real: a program, and the Debian package it comes in. Nothing is started here. */
export const DRIVER_TEST_PROGRAMS: ReadonlyArray<readonly [program: string, debian: string]> = [
  ['dockerd', 'docker.io'],
  ['podman', 'podman'],
  ['runc', 'runc'],
  ['busybox', 'busybox-static'],
  ['/usr/sbin/sshd', 'openssh-server'],
  ['ssh', 'openssh-client'],
];
