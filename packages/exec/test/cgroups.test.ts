/** Control groups of this host, and of hosts with the other version: which files are given what. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cgroupProblem, createExecCgroup } from '../src/process/cgroups.ts';

const LIMITS = { pids: 40, memoryBytes: 64 * 2 ** 20 };
const OWN = '/sys/fs/cgroup';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'postern-cgroup-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');
const ownGroups = (): string[] =>
  readdirSync(OWN, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.includes(`postern-${process.pid}-`),
  );

test('here: a group is made, holds its limits, and is gone afterwards', () => {
  expect(cgroupProblem(LIMITS)).toBeUndefined();
  expect(ownGroups()).toEqual([]);
  const group = createExecCgroup(`${process.pid}-1`, LIMITS);
  expect(group?.procs.every((file) => existsSync(file))).toBe(true);
  expect(ownGroups()).not.toEqual([]);
  group?.remove();
  expect(ownGroups()).toEqual([]);
});

test('without limits there is no group', () => {
  expect(createExecCgroup('x', {})).toBeUndefined();
  expect(cgroupProblem({}, join(root, 'none'))).toBeUndefined();
});

test('version 1: a folder in the hierarchy of each controller', () => {
  for (const controller of ['pids', 'memory']) mkdirSync(join(root, controller));
  expect(createExecCgroup('x', LIMITS, root)?.procs).toEqual([
    join(root, 'pids/postern-x/cgroup.procs'),
    join(root, 'memory/postern-x/cgroup.procs'),
  ]);
  expect(read('pids/postern-x/pids.max')).toBe('40');
  expect(read('memory/postern-x/memory.limit_in_bytes')).toBe('67108864');
});

test('version 2: one folder, and the controllers it needs', () => {
  writeFileSync(join(root, 'cgroup.controllers'), 'cpu memory pids\n');
  expect(createExecCgroup('x', LIMITS, root)?.procs).toEqual([join(root, 'postern-x/cgroup.procs')]);
  expect(read('cgroup.subtree_control')).toBe('+pids +memory');
  expect(read('postern-x/pids.max')).toBe('40');
  expect(read('postern-x/memory.max')).toBe('67108864');
  createExecCgroup('y', { pids: 1 }, root);
  expect(read('cgroup.subtree_control')).toBe('+pids');
});

test('what cannot be kept is said before anything runs, and nothing is left of the try', () => {
  expect(cgroupProblem(LIMITS, root)).toBe(`no control group at ${join(root, 'pids')}`);
  writeFileSync(join(root, 'cgroup.controllers'), 'cpu memory\n');
  expect(cgroupProblem({ pids: 1 }, root)).toBe('no control group for processes');
  writeFileSync(join(root, 'cgroup.controllers'), 'cpu pids\n');
  expect(cgroupProblem({ memoryBytes: 1 }, root)).toBe('no control group for memory');
  // A group that may not be divided, as in a container.
  mkdirSync(join(root, 'cgroup.subtree_control'));
  expect(cgroupProblem({ pids: 1 }, root)).toMatch(/^no control group can be made \(EISDIR/);
  expect(readdirSync(root).filter((name) => name.startsWith('postern-'))).toEqual([]);
});
