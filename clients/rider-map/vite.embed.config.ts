/** The embedded map: one file, with MapLibre, workers, styles, texts and font in it. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2022',
    outDir: here('dist/embed'),
    emptyOutDir: false,
    chunkSizeWarningLimit: 2000,
    lib: { entry: here('src/embed/embed.ts'), formats: ['es'], fileName: () => 'ride-tracker-trip.js' },
    rollupOptions: { output: { codeSplitting: false, minify: true } },
  },
  resolve: {
    alias: [{ find: /^(.*\/)?workers\.js$/, replacement: here('src/embed/workers.ts') }],
  },
});
