#!/usr/bin/env node
// Runs the agent from its sources; Node 24 or newer strips the types.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`error: postern-agent needs Node 24 or newer; this is ${process.version}\n`);
  process.exit(70);
}
await import('../src/main.ts');
