import { defineConfig } from 'vite'

/** Every address in the page is relative, so that it works under any prefix, such as an API stage's. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // Inlined, a file would become a data: URL, which the Content-Security-Policy refuses but for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
