// npm run bench: every case, both sides in one run. JSON lines, then a table.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { load } from './client.js'
import { copies } from './copies.js'
import { encryption } from './encryption.js'
import { getLarge, memory, putLarge } from './large.js'
import { lists } from './lists.js'
import { type Coset, startCoset } from './processes.js'
import { note, printTable } from './report.js'
import { signedHead } from './requests.js'
import { largeFiles, smallFiles } from './sdks.js'
import { selects } from './select.js'
import { getCarrying, getSmall, putSmall } from './small.js'
import { complete, uploadParts } from './uploads.js'

const CASES = [
  'get-small',
  'put-small',
  'get-carrying',
  'get-large',
  'put-large',
  'upload-parts',
  'copies',
  'files',
  'folders',
  'encryption',
  'select',
  'complete',
  'memory',
  'lists',
] as const
const HELP = `npm run bench -- [--quick] [--dir DIR] [CASE...]

  CASE     ${CASES.join(', ')}; all of them without one
  --quick  fewer rounds, smaller data: a look, no measurement
  --dir    where the data folders are made; default: the system's temporary folder`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean' }, dir: { type: 'string' }, help: { type: 'boolean' } },
})
if (values.help || positionals.some((name) => !(CASES as readonly string[]).includes(name))) {
  console.log(HELP)
  process.exit(values.help ? 0 : 2)
}

const quick = values.quick === true
const wanted = (name: (typeof CASES)[number]) => positionals.length === 0 || positionals.includes(name)
const dir = await mkdtemp(join(values.dir ?? tmpdir(), 'coset-bench-'))
const bucket = 'bench-1250000000'
const rounds = quick ? 1 : 5
try {
  const coset = await startWithBucket('data')
  const small = { coset, bucket, dir, rounds, durationMs: quick ? 1000 : 3000 }
  const large = { coset, bucket, dir, rounds: quick ? 1 : 3 }
  const run = async (name: (typeof CASES)[number], work: () => Promise<void>) => {
    if (!wanted(name)) return
    note(`measuring ${name}`)
    await work()
  }
  await run('get-small', () => getSmall(small))
  await run('put-small', () => putSmall(small))
  await run('get-carrying', () => getCarrying(small))
  await run('get-large', () => getLarge(large))
  await run('put-large', () => putLarge(large))
  await run('upload-parts', () => uploadParts(large))
  await run('copies', () => copies(large, (quick ? 128 : 5 * 1024) * 1024 * 1024))
  const sdks = { coset, bucket, dir, rounds: quick ? 1 : 3 }
  await run('files', () => largeFiles(sdks))
  await run('folders', () => smallFiles(sdks, quick ? 0 : 20_000))
  await run('encryption', () => encryption(sdks))
  await coset.stop()
  await run('select', () =>
    selects({
      start: () => startWithBucket('select'),
      bucket,
      dir,
      rounds: quick ? 1 : 3,
      bytes: (quick ? 64 : 1024) * 1024 * 1024,
    }),
  )
  await run('complete', () => complete(dir, bucket, large.rounds))
  await run('memory', async () => {
    // A process of its own: the most memory it ever held is what counts.
    const fresh = await startWithBucket('memory')
    await memory({ ...large, coset: fresh }, (quick ? 128 : 1024) * 1024 * 1024)
    await fresh.stop()
  })
  await run('lists', () => lists(dir, quick ? 100 : 1000))
  printTable()
} finally {
  await rm(dir, { recursive: true, force: true })
}

async function startWithBucket(name: string): Promise<Coset> {
  const coset = await startCoset(join(dir, name))
  const head = signedHead(coset, { method: 'PUT', bucket, headers: [['Content-Length', '0']] })
  let left = 1
  await load({
    port: coset.port,
    connections: 1,
    durationMs: 10_000,
    next: () => (left-- > 0 ? [head] : undefined),
  })
  return coset
}
