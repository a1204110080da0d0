// npm run docs: writes docs/reference from the declarations and the coverage tests; with --check, fails where that would change something.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bootstrap, end, root } from './bootstrap.mjs'
import { commentOf, readSource } from './docs/comments.mjs'
import { coveragePage } from './docs/coverage-page.mjs'
import { table } from './docs/markdown.mjs'
import { cosNameOf, operationPage, uncommented } from './docs/operation-page.mjs'
import { errorsPage, limitsPage } from './docs/table-pages.mjs'

const REFERENCE = join(root, 'docs', 'reference')
/** Files of the same folder that people write, or tests. */
const WRITTEN = new Set([
  'performance.md',
  'select-language.md',
  'encryption-format.md',
  'encryption-vectors.json',
])
const MARK = '<!-- Written by `npm run docs` from declarations and tests: change those instead. -->'

const isCheck = process.argv.includes('--check')
bootstrap('packages/protocol', 'suites/conformance/page')
const { FAULTS, LIMITS, STORAGE_CLASSES } = await load('packages/model/dist/index.js')
const { cosDialect } = await load('packages/protocol/dist/index.js')
const coverage = await load('suites/conformance/page/dist/index.js')
const nouns = await readNouns()
const bare = nouns.flatMap(uncommented)
if (bare.length > 0) end(`Every member needs a doc comment; these have none: ${bare.join(', ')}.`)

const pages = new Map([
  ...nouns.map((noun) => [
    `${noun.noun}.md`,
    operationPage(noun, { vendorPrefix: cosDialect.vendorPrefix, faults: FAULTS }),
  ]),
  ['errors.md', errorsPage(FAULTS, nouns)],
  ['limits.md', limitsPage(LIMITS, join(root, 'packages/model/src/limits.ts'))],
  ['coverage.md', coveragePage(coverage, nouns)],
  ['README.md', indexPage()],
])
if (isCheck) check()
else write()

/** Each file of declarations, in the registry's order, with the operations it exports. */
async function readNouns() {
  const folder = join(root, 'packages/protocol/src/operations')
  const registry = readFileSync(join(root, 'packages/protocol/src/registry.ts'), 'utf8')
  const names = Array.from(registry.matchAll(/'\.\/operations\/([\w-]+)\.js'/g), ([, name]) => name)
  const cache = new Map()
  return Promise.all(
    names.map(async (noun) => {
      const path = join(folder, `${noun}.ts`)
      const exports = await load(`packages/protocol/dist/operations/${noun}.js`)
      const operations = Object.entries(exports).filter(([, value]) => value?.method && value.input)
      const source = readSource(path, cache)
      const order = [...source.constants.keys()]
      operations.sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
      const purpose = /^\/\/ (.*)$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? ''
      return { noun, purpose, source, operations: Object.fromEntries(operations) }
    }),
  )
}

function indexPage() {
  const rows = nouns.flatMap(({ noun, source, operations }) =>
    Object.entries(operations).map(([name, operation]) => [
      `[\`${name}\`](${noun}.md#${name.toLowerCase()})`,
      cosNameOf(commentOf(source, name), operation),
      operation.summary,
    ]),
  )
  return `# Reference

Each operation: what it takes and tells, where that stands on the wire, how it fails, and a line of the SDK. The pages are written from
the declarations in \`packages/protocol/src/operations\`, which the server and the SDK are read from too.

${table(rows, ['SDK method', 'COS name', ''])}

Members are named as in COS's own documents and SDKs. Numbers, booleans and dates may be given as text too, and come back with their
real types; lists are always arrays. Every reply also has \`statusCode\`, \`requestId\` and \`headers\`.

- [Errors](errors.md): every code, with status and message
- [Limits](limits.md): every bound
- [Coverage](coverage.md): each parameter of COS's document on objects, with its test
- [The language of SELECT](select-language.md): its grammar, and what statements mean
- [Performance](performance.md): how fast it is, and how to measure it
- [Encryption format](encryption-format.md): what client-side encryption stores, to the byte, with [vectors](encryption-vectors.json)

## Types

- \`StorageClass\`: ${STORAGE_CLASSES.map((name) => `\`'${name}'\``).join(', ')}; those of several zones are refused, as there is one
- \`CopySource\`: \`{ Bucket, Key, Region?, VersionId? }\`, or the header's own text
- Bodies: see [Use the SDK](../guide/sdk.md)
- \`CallOptions\`: \`{ signal?: AbortSignal, crcCheck?: boolean }\`
`
}

function write() {
  mkdirSync(REFERENCE, { recursive: true })
  const stale = foreign()
  for (const name of stale) rmSync(join(REFERENCE, name))
  for (const [name, text] of pages) writeFileSync(join(REFERENCE, name), finish(text))
  console.error(`${pages.size} pages written to docs/reference.`)
}

function check() {
  const changed = [...pages].filter(([name, text]) => textOf(name) !== finish(text)).map(([name]) => name)
  const stale = [...changed, ...foreign()]
  if (stale.length > 0) end(`docs/reference is stale: ${stale.join(', ')}. Run: npm run docs`)
}

/** Pages of operations that are gone. */
function foreign() {
  return readdirSync(REFERENCE).filter((name) => !pages.has(name) && !WRITTEN.has(name))
}

function textOf(name) {
  try {
    return readFileSync(join(REFERENCE, name), 'utf8')
  } catch {
    return undefined
  }
}

function finish(text) {
  return `${MARK}\n\n${text.trimEnd()}\n`
}

function load(path) {
  return import(pathToFileURL(join(root, path)).href)
}
