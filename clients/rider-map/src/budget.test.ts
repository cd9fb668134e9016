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
    // As in a page that uses all of it; a library's build would keep white space.
    build: {
      write: false,
      target: 'es2022',
      minify: true,
      modulePreload: { polyfill: false },
      rollupOptions: { input: entry, preserveEntrySignatures: 'strict' },
    },
  })) as Rollup.RollupOutput;
  const size = built.output.reduce((sum, part) => sum + gzipSync('code' in part ? part.code : part.source, { level: 9 }).length, 0);
  assert.ok(size < clientBudget, `${size} of ${clientBudget} bytes`);
  console.log(`# rider-client: ${size} bytes after gzip, of ${clientBudget}`);
});
