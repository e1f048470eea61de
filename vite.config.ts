/** How the pages are built: `vite build` writes them to dist/web/public, where the server finds them. */
import { join } from 'node:path';
import { defineConfig } from 'vite';

export default defineConfig({
  root: join(import.meta.dirname, 'src/web/ui'),
  publicDir: join(import.meta.dirname, 'src/web/ui/public'),
  // `jsxDEV` asks for what only a development build has.
  oxc: { jsx: { runtime: 'automatic', development: false } },
  build: {
    outDir: join(import.meta.dirname, 'dist/web/public'),
    emptyOutDir: true,
    target: 'es2024',
    // The packages in the bundle want their licences to go along.
    license: { fileName: 'licenses.md' },
    reportCompressedSize: false,
    rolldownOptions: {
      onLog(level, log, handle) {
        // `'use client'` says something to other builders than this one.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
      },
    },
  },
});
