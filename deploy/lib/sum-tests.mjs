// Adds up what the test runners of deploy/test wrote: shows failures and the reasons of skipped tests, then the closing line. Exits 1 if anything failed.
//   node sum-tests.mjs FOLDER      with NAME.exit (the runner's exit code) and NAME.json (CTRF, from xUnit) or NAME.log (from node --test)
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const total = { passed: 0, failed: 0, skipped: 0 };

/** From xUnit's CTRF report. */
function fromReport(text) {
  const { tests, summary } = JSON.parse(text).results;
  const of = (status) => tests.filter((test) => test.status === status).map((test) => ({ name: test.name, why: test.message ?? '' }));
  return { passed: summary.passed, failures: of('failed'), skips: of('skipped') };
}

/** From what `node --test` prints for people (spec) or for programs (tap). */
function fromLog(text) {
  const count = (word) => [...text.matchAll(new RegExp(`^(?:#|ℹ) ${word} (\\d+)\\r?$`, 'gm'))].reduce((sum, match) => sum + Number(match[1]), 0);
  const names = (pattern) => [...text.matchAll(pattern)].map((match) => ({ name: match[1], why: match[2] ?? '' }));
  const failures = [...names(/^\s*not ok \d+ - (.*)$/gm), ...names(/^\s*✖ (.*?) \([\d.]+ms\)$/gm)];
  const skips = [...names(/^\s*ok \d+ - (.*?) # SKIP ?(.*)$/gm), ...names(/^\s*﹣ (.*?) \([\d.]+ms\) # ?(.*)$/gm)];
  const failed = count('fail') + count('cancelled');
  return {
    passed: count('pass'),
    failures: failures.slice(0, failed).concat(Array.from({ length: Math.max(0, failed - failures.length) }, () => ({ name: 'see the log', why: '' }))),
    skips: skips.slice(0, count('skipped')),
  };
}

function resultOf(name) {
  const report = join(folder, `${name}.json`);
  const log = join(folder, `${name}.log`);
  if (existsSync(report)) return fromReport(readFileSync(report, 'utf8'));
  return existsSync(log) ? fromLog(readFileSync(log, 'utf8')) : { passed: 0, failures: [], skips: [] };
}

const notes = { FAILED: [], skipped: [] };
const runners = readdirSync(folder).filter((file) => file.endsWith('.exit')).map((file) => file.slice(0, -'.exit'.length));
for (const name of runners) {
  const exit = readFileSync(join(folder, `${name}.exit`), 'utf8').trim();
  const { passed, failures, skips } = resultOf(name);
  // A runner that passes nothing and fails nothing, or fails without saying which test, is a failure of its own.
  if (exit !== '0' && failures.length === 0) failures.push({ name: `the runner ended with exit code ${exit}`, why: `see ${join(folder, name)}.log` });
  if (exit === '0' && passed + failures.length + skips.length === 0) failures.push({ name: 'the runner found no tests', why: '' });
  total.passed += passed;
  total.failed += failures.length;
  total.skipped += skips.length;
  for (const { name: test, why } of failures) notes.FAILED.push(`${name}: ${test}${why ? `: ${why.split('\n')[0]}` : ''}`);
  for (const { name: test, why } of skips) notes.skipped.push(`${name}: ${test}: ${why || 'no reason given'}`);
}

for (const [word, lines] of Object.entries(notes)) for (const line of lines) console.log(`${word}  ${line}`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 ? 1 : 0;
