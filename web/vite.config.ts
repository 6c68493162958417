import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { staticFiles } from './tools/static-files.mjs';

// The oldest browsers that Chinese desktops still bring: nothing newer may be needed.
const OLDEST = ['chrome90', 'firefox100'];

export default defineConfig({
  plugins: [react(), staticFiles()],
  build: {
    target: OLDEST,
    cssTarget: OLDEST,
    // Everything stays a file of its own: a `data:` script or font would need a wider policy.
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    reportCompressedSize: false,
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': { target: 'http://127.0.0.1:9443', ws: true },
    },
  },
  test: {
    include: ['tests/**/*.test.{ts,tsx}'],
    environment: 'node',
    pool: 'threads',
    reporters: ['default'],
  },
});
