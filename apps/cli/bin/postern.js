#!/usr/bin/env node
/**
 * Starts `postern`: the bundle when it was built, else the sources. Plain JavaScript that old versions of Node can
 * read: an older Node looks for the pinned one and hands over to it.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const OLDEST = 24;

if (Number(process.versions.node.split('.')[0]) < OLDEST) handOver();
else start();

function start() {
  const bundle = path.join(__dirname, '..', 'dist', 'postern.cjs');
  if (fs.existsSync(bundle)) {
    keepCompiled();
    require(bundle);
  } else {
    void import(path.join(__dirname, '..', 'src', 'main.ts'));
  }
}

/**
 * Keeps compiled code between runs, in the person's own cache folder. Node's default is a folder in /tmp, where
 * another user of the host could put code of theirs before us.
 */
function keepCompiled() {
  const { HOME, XDG_CACHE_HOME } = process.env;
  const base = XDG_CACHE_HOME?.startsWith('/') ? XDG_CACHE_HOME : HOME && path.join(HOME, '.cache');
  if (base?.startsWith('/')) require('node:module').enableCompileCache?.(path.join(base, 'postern'));
}

/** Hands over to the pinned Node of the nearest node_modules, with the same streams, signals and exit status. */
function handOver() {
  const node = findPinnedNode(__dirname);
  if (node === undefined || process.env['POSTERN_NODE_HANDOVER'] === '1') {
    process.stderr.write(
      `error: postern needs Node.js ${OLDEST} or newer, and this is ${process.version}\n` +
        'hint: install Node.js 24, or run `npm ci` in the folder of postern, which brings its own\n',
    );
    process.exitCode = 70;
    return;
  }
  const { spawn } = require('node:child_process');
  const { constants } = require('node:os');
  const child = spawn(node, [__filename, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, POSTERN_NODE_HANDOVER: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'])
    process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`error: cannot start ${node}: ${error.message}\n`);
    process.exitCode = 70;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
}

/** @param {string} start folder to look from, upwards */
function findPinnedNode(start) {
  for (let folder = start; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules', '.bin', 'node');
    if (fs.existsSync(candidate)) return candidate;
    if (path.dirname(folder) === folder) return undefined;
  }
}
