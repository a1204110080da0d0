// What a page loads: the SDK for browsers, bundled from its sources as a web application's bundler would.
import { build, type OutputFile } from 'esbuild'

/** Files by their path on the page's server. */
export async function bundledSdk(): Promise<ReadonlyMap<string, string>> {
  const { outputFiles } = await build({
    entryPoints: {
      sdk: new URL('../../packages/sdk/src/browser.ts', import.meta.url).pathname,
      encryption: new URL('../../packages/sdk/src/encryption/browser.ts', import.meta.url).pathname,
      worker: new URL('worker.ts', import.meta.url).pathname,
    },
    bundle: true,
    format: 'esm',
    splitting: true,
    platform: 'browser',
    target: 'es2022',
    conditions: ['coset-source'],
    outdir: '/',
    write: false,
  })
  return new Map(outputFiles.map((file: OutputFile) => [file.path, file.text]))
}
