// What applications get of the SDK: how much of it, and that importing it does nothing.
import { relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type BuildResult, build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Installation, installPackages } from './install.js'

/** Of the entry and all it needs at once, gzipped; chunks that are loaded later are not in it. */
const BYTES_MAX = 40 * 1024

let installation: Installation
beforeAll(() => {
  installation = installPackages()
}, 60_000)
afterAll(() => installation?.remove())

async function bundled(
  program: string,
  splitting = true,
): Promise<BuildResult<{ write: false; metafile: true }>> {
  return build({
    stdin: { contents: program, resolveDir: installation.folder },
    bundle: true,
    minify: true,
    splitting,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    absWorkingDir: installation.folder,
    outdir: 'out',
    write: false,
    metafile: true,
  })
}

/** The entry and what it imports, without what it imports later. */
function startOf({ metafile, outputFiles }: Awaited<ReturnType<typeof bundled>>): string {
  const wanted = new Set<string>()
  const add = (path: string) => {
    wanted.add(path)
    for (const { kind, path: next } of metafile.outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && !wanted.has(next)) add(next)
    }
  }
  add('out/stdin.js')
  return outputFiles
    .filter(({ path }) => wanted.has(relative(installation.folder, path)))
    .map(({ text }) => text)
    .join('\n')
}

describe('for browsers', () => {
  const putGetListPresign = (client: string) => `
    import { ${client} as Client } from '@coset/sdk/browser'
    const cos = new Client({ Region: 'ap-guangzhou' })
    const at = { Bucket: 'b-1', Key: 'k' }
    await cos.putObject({ ...at, Body: await (await cos.getObject(at)).Body.bytes() })
    await cos.listObjects({ Bucket: 'b-1' })
    cos.getPresignedUrl({ Method: 'GET', ...at })`

  it('put, get, list and presign take at most 40 KiB, gzipped', async () => {
    const bytes = gzipSync(startOf(await bundled(putGetListPresign('CosClient'))), { level: 9 }).length
    console.info(`The SDK for browsers: ${(bytes / 1024).toFixed(1)} KiB gzipped`)
    expect(bytes).toBeGreaterThan(20 * 1024)
    expect(bytes).toBeLessThanOrEqual(BYTES_MAX)
  })

  it('so they do in a single file, without the transfers', async () => {
    const { outputFiles } = await bundled(putGetListPresign('BasicCosClient'), false)
    expect(outputFiles).toHaveLength(1)
    const bytes = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length
    console.info(`In a single file, without transfers: ${(bytes / 1024).toFixed(1)} KiB gzipped`)
    expect(bytes).toBeGreaterThan(20 * 1024)
    expect(bytes).toBeLessThanOrEqual(BYTES_MAX)
  })

  it('nothing of Node is in it', async () => {
    const { outputFiles } = await bundled(`export * from '@coset/sdk/browser'`)
    const text = outputFiles.map((file) => file.text).join('\n')
    expect(text.length).toBeGreaterThan(50_000)
    // hash-wasm asks whether the global object has a Buffer.
    const found = text.match(/\brequire\(|\bprocess\.|["'`]node:|(?<!\.)\bBuffer\b|__dirname/g)
    expect(found).toBeNull()
  })

  it('nothing of Node is in encryption', async () => {
    const { outputFiles } = await bundled(`export * from '@coset/sdk/encryption/browser'`)
    const text = outputFiles.map((file) => file.text).join('\n')
    expect(text).toContain('coset-sealed-1')
    expect(text.match(/\brequire\(|\bprocess\.|["'`]node:|(?<!\.)\bBuffer\b|__dirname/g)).toBeNull()
  })

  it('nothing of encryption is in the client that does not encrypt', async () => {
    const { outputFiles } = await bundled(`export * from '@coset/sdk/browser'`)
    expect(outputFiles.map((file) => file.text).join('\n')).not.toContain('coset-sealed-1')
  })

  it('nothing is left of an import that is not used', async () => {
    const start = startOf(await bundled(`import { CosClient } from '@coset/sdk/browser'`))
    expect(start.trim()).toBe('')
  })

  it('the name of the package alone leads there too', async () => {
    const { metafile } = await bundled(`import { CosClient } from '@coset/sdk'; globalThis.cos = CosClient`)
    const inputs = Object.keys(metafile.inputs)
    expect(inputs.some((path) => path.endsWith('sdk/dist/browser.js'))).toBe(true)
    expect(inputs.filter((path) => path.includes('undici'))).toEqual([])
  })
})
