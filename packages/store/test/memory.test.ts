import { openMemoryStore } from '../src/sqlite/index.ts';
import { describeStore } from '../test-suite/index.ts';

describeStore('memory', () => Promise.resolve(openMemoryStore()));
