/** The static pages, a folder each; the embedded map is built by `vite.embed.config.ts`. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// `npm run dev` needs a server behind it that has the API: by default the demo's.
const api = process.env['RIDETRACKER_URL'] ?? 'http://localhost:8080';

export default defineConfig({
  build: {
    target: 'es2022',
    // Nothing becomes a data: URL, so that a content security policy of 'self' is enough.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: {
        overview: here('index.html'),
        rider: here('t/index.html'),
        lab: here('lab/index.html'),
        dispatch: here('dispatch/index.html'),
        drive: here('drive/index.html'),
        embed: here('embed/index.html'),
      },
      output: {
        // Not every static file server knows that .mjs is JavaScript.
        assetFileNames: ({ names }) =>
          names.some((name) => name.endsWith('.mjs')) ? 'assets/[name]-[hash].js' : 'assets/[name]-[hash][extname]',
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ['/v1', '/map', '/demo'].map((path) => [path, { target: api, changeOrigin: true, ws: true }]),
    ),
    fs: { allow: [here('..')] },
  },
});
