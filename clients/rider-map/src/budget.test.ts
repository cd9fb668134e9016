import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Rollup } from 'vite';

/** What the rider's connection may cost a page, bytes after gzip. */
const clientBudget = 6 * 1024;

test('the rider client, bundled, keeps its budget', async () => {
  // From artifacts/, where this runs compiled.
  const entry = fileURLToPath(new URL('../../rider-client/dist/index.js', import.meta.url));
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, target: 'es2022', minify: true, lib: { entry, formats: ['es'] } },
  })) as Rollup.RollupOutput[];
  const size = gzipSync(built[0]!.output[0].code, { level: 9 }).length;
  assert.ok(size < clientBudget, `${size} of ${clientBudget} bytes`);
  console.log(`# rider-client: ${size} bytes after gzip, of ${clientBudget}`);
});
