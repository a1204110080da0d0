// npm run kernel: compiles packages/select/kernel into packages/select/src/columns/kernel-code.ts; with --check, fails where that
// would change something.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import asc from 'assemblyscript/asc'
import { end, root } from './bootstrap.mjs'

const SOURCE = join(root, 'packages/select/kernel')
const TARGET = join(root, 'packages/select/src/columns/kernel-code.ts')
const LINE = 100
const OPTIONS = [
  '-O3',
  '--noAssert',
  '--runtime=stub',
  '--enable=simd',
  '--enable=bulk-memory',
  '--initialMemory=4',
  // Vectors go from function to function here, and never to the host.
  '--disableWarning=112',
]

const { error, stdout, stderr } = await asc.main(
  ['index.ts', '--outFile=kernel.wasm', `--baseDir=${SOURCE}`, ...OPTIONS],
  { writeFile: (_name, contents) => take(contents) },
)
process.stderr.write(stderr.toString())
process.stdout.write(stdout.toString())
if (error) end(error.message)

function take(contents) {
  const lines =
    Buffer.from(contents)
      .toString('base64')
      .match(new RegExp(`.{1,${LINE}}`, 'g')) ?? []
  const text = [
    '// Written by `npm run kernel` from packages/select/kernel: change that instead.',
    '',
    '/** A module of WebAssembly, in base64. */',
    'export const KERNEL_CODE =',
    lines.map((line) => `  '${line}'`).join(' +\n'),
    '',
  ].join('\n')
  if (!process.argv.includes('--check')) writeFileSync(TARGET, text)
  else if (readFileSync(TARGET, 'utf8') !== text) end('The kernel was not compiled: npm run kernel.')
}
