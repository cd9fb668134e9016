// Runs a command as one test, so that it counts in the sum: node as-test.mjs NAME COMMAND ARG...
import { spawnSync } from 'node:child_process';

const [name, command, ...args] = process.argv.slice(2);
const { status, signal, error } = spawnSync(command, args, { stdio: 'inherit' });
const passed = status === 0;
if (!passed) console.log(`not ok 1 - ${name}: ${error?.message ?? `exit ${status ?? signal}`}`);
console.log(`# pass ${passed ? 1 : 0}\n# fail ${passed ? 0 : 1}`);
process.exitCode = passed ? 0 : 1;
