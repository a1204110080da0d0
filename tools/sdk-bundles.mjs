// What of the SDK's package tsc does not make: CommonJS for Node with its types, and files for browsers without a bundler.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const packages = join(dirname(dirname(fileURLToPath(import.meta.url))), 'packages')
const dist = join(packages, 'sdk', 'dist')
/** Written last, so that it tells whether all the rest is there. */
const stamp = join(dist, 'cjs', 'package.json')
/** Whose code goes into the bundles: these are not asked for at run time, but for undici. */
const PARTS = ['model', 'protocol', 'sdk']

if (isStale()) await bundle()

function isStale() {
  if (!existsSync(stamp)) return true
  const builtMs = statSync(stamp).mtimeMs
  return PARTS.some((name) => statSync(join(packages, name, 'dist', '.tsbuildinfo')).mtimeMs > builtMs)
}

async function bundle() {
  // Only here, as most runs have nothing to do.
  const { build } = await import('esbuild')
  for (const folder of ['cjs', 'browser']) rmSync(join(dist, folder), { recursive: true, force: true })
  const common = { bundle: true, logLevel: 'warning', legalComments: 'none' }
  await Promise.all([
    bundleCommonJs(common),
    build({
      ...common,
      entryPoints: {
        'coset-sdk': join(dist, 'browser.js'),
        'coset-sdk-encryption': join(dist, 'encryption', 'browser.js'),
      },
      outdir: join(dist, 'browser'),
      platform: 'browser',
      format: 'esm',
      target: 'es2022',
      minify: true,
      splitting: true,
    }),
  ])
  for (const name of PARTS) copyTypes(join(packages, name, 'dist'), join(dist, 'cjs', name))
  writeFileSync(stamp, '{ "type": "commonjs" }\n')
}

/**
 * Both entries share what they have in common, such as the classes of errors. esbuild does that for ES modules only, so each file
 * of theirs is rewritten afterwards.
 */
async function bundleCommonJs(common) {
  const { build, transform } = await import('esbuild')
  const target = 'node20.19'
  const { outputFiles } = await build({
    ...common,
    entryPoints: { index: join(dist, 'index.js'), encryption: join(dist, 'encryption', 'index.js') },
    outdir: join(dist, 'cjs'),
    platform: 'node',
    format: 'esm',
    splitting: true,
    write: false,
    target,
    external: ['undici'],
    // Of hash-wasm, only its ES modules can be shaken.
    mainFields: ['module', 'main'],
  })
  mkdirSync(join(dist, 'cjs'), { recursive: true })
  for (const { path, text } of outputFiles) {
    const options = { format: 'cjs', platform: 'node', target, supported: { 'dynamic-import': false } }
    writeFileSync(path, (await transform(text, options)).code)
  }
}

/**
 * Declarations in a folder of type commonjs describe CommonJS. They name each other by path, as a CommonJS file may not import
 * the types of packages that are ESM.
 */
function copyTypes(from, to) {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name)
    const target = join(to, entry.name)
    if (entry.isDirectory()) {
      if (!['cjs', 'browser', 'testing'].includes(entry.name)) copyTypes(source, target)
    } else if (entry.name.endsWith('.d.ts')) {
      mkdirSync(to, { recursive: true })
      writeFileSync(target, withPaths(readFileSync(source, 'utf8'), to))
    }
  }
}

function withPaths(text, folder) {
  return text
    .replaceAll(/(['"])@coset\/(model|protocol)\1/g, (_all, quote, name) => {
      const path = relative(folder, join(dist, 'cjs', name, 'index.js')).replaceAll('\\', '/')
      return `${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`
    })
    .replaceAll(/^\/\/# sourceMappingURL=.*$/gm, '')
}
