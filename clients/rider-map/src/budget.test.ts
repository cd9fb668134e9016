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

/** What each page may cost besides MapLibre, kB after gzip: all that it can load but other languages and what a setting calls for. */
const pageBudgets: Readonly<Record<string, { readonly js: number; readonly css: number }>> = {
  rider: { js: 30, css: 6.5 },
  overview: { js: 30, css: 7 },
  lab: { js: 32, css: 6 },
  dispatch: { js: 48, css: 9 },
  drive: { js: 30, css: 7 },
};
/** MapLibre's two files, and the embedded map, which has all in one, kB after gzip. */
const mapBudget = 450;
const embedBudget = 540;

const home = fileURLToPath(new URL('..', import.meta.url));
const kilobytes = (text: string | Uint8Array): number => gzipSync(text, { level: 9 }).length / 1024;
/** Loaded only where they are asked for. */
const optional = /^(de|es|ar|pmtiles|tiles-style)$/;

test('each page keeps its budget, MapLibre apart', async () => {
  const built = (await build({ root: home, configFile: `${home}vite.config.ts`, logLevel: 'error', build: { write: false } })) as Rollup.RollupOutput;
  const chunks = new Map(built.output.flatMap((part) => (part.type === 'chunk' ? [[part.fileName, part] as const] : [])));
  const isLibrary = (chunk: Rollup.OutputChunk): boolean => chunk.moduleIds.some((id) => id.includes('/maplibre-gl/dist/maplibre-gl.mjs'));
  for (const [page, budget] of Object.entries(pageBudgets)) {
    const entry = [...chunks.values()].find((chunk) => chunk.isEntry && chunk.name === page);
    assert.ok(entry, page);
    const own = new Set<Rollup.OutputChunk>();
    const styles = new Set<string>();
    const visit = (chunk: Rollup.OutputChunk): void => {
      if (own.has(chunk) || optional.test(chunk.name)) return;
      own.add(chunk);
      for (const style of (chunk as { viteMetadata?: { importedCss: Set<string> } }).viteMetadata?.importedCss ?? []) styles.add(style);
      for (const next of [...chunk.imports, ...chunk.dynamicImports]) {
        const part = chunks.get(next);
        if (part) visit(part);
      }
    };
    visit(entry);
    const js = [...own].filter((chunk) => !isLibrary(chunk)).reduce((sum, { code }) => sum + kilobytes(code), 0);
    const css = built.output.reduce((sum, part) => sum + (part.type === 'asset' && styles.has(part.fileName) ? kilobytes(part.source) : 0), 0);
    console.log(`# ${page}: ${js.toFixed(1)} kB of script (of ${budget.js}), ${css.toFixed(1)} kB of style (of ${budget.css}), after gzip`);
    assert.ok(js < budget.js && css < budget.css, page);
  }
  const library = [...chunks.values()].filter(isLibrary).reduce((sum, { code }) => sum + kilobytes(code), 0);
  const worker = built.output.reduce((sum, part) => sum + (part.type === 'asset' && part.fileName.includes('maplibre-gl-worker') ? kilobytes(part.source) : 0), 0);
  console.log(`# MapLibre: ${library.toFixed(1)} kB, and its worker ${worker.toFixed(1)} kB, of ${mapBudget}`);
  assert.ok(worker > 0 && library + worker < mapBudget);
});

test('the embedded map is one file and keeps its budget', async () => {
  const built = (await build({ root: home, configFile: `${home}vite.embed.config.ts`, logLevel: 'error', build: { write: false } })) as Rollup.RollupOutput | Rollup.RollupOutput[];
  const files = (Array.isArray(built) ? built : [built]).flatMap(({ output }) => output);
  assert.deepEqual(files.map(({ fileName }) => fileName), ['ride-tracker-trip.js']);
  const [file] = files;
  const size = file?.type === 'chunk' ? kilobytes(file.code) : NaN;
  console.log(`# embedded map: ${size.toFixed(1)} kB after gzip, of ${embedBudget}`);
  assert.ok(size < embedBudget);
});
