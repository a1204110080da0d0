// Lists of a million keys, and how soon a server with them answers.
import { openLocalStore } from '@coset/store-local'
import { load, quantile } from './client.js'
import { type Coset, startCoset } from './processes.js'
import { note, report } from './report.js'
import { signedHead } from './requests.js'

const BUCKET = 'lists-1250000000'
const PREFIXES = 1000
const LISTS = 60

/** Fills a new data folder with `PREFIXES` prefixes of `perPrefix` objects each, and measures. */
export async function lists(dir: string, perPrefix: number): Promise<void> {
  const few = await timesOf(`${dir}/few`, 10)
  const many = await timesOf(`${dir}/many`, perPrefix)
  const keys = PREFIXES * perPrefix
  const figure = (name: string, coset: number, target: number) =>
    report({ case: name, coset, reference: Number.NaN, unit: 'ms', of: '', target, direction: 'most' })
  figure(`LIST 1,000 of ${keys} keys, median`, many.plain, 15)
  figure(`LIST with delimiter over 1,000 prefixes of ${perPrefix} keys, median`, many.folded, 60)
  report({
    case: `the two lists, ${keys} keys against ${PREFIXES * 10}`,
    coset: many.plain + many.folded,
    reference: few.plain + few.folded,
    unit: 'ms',
    of: 'few keys',
    target: 1.5,
    direction: 'most',
  })
  figure(`start with ${keys} objects`, many.startMs, 1000)
}

async function timesOf(dir: string, perPrefix: number) {
  await fill(dir, perPrefix)
  const coset = await startCoset(dir)
  const plain = await listTimes(coset, [['marker', 'p0500/']])
  const folded = await listTimes(coset, [['delimiter', '/']])
  await coset.stop()
  return { plain, folded, startMs: coset.startMs }
}

async function listTimes(coset: Coset, params: readonly (readonly [string, string])[]): Promise<number> {
  const head = signedHead(coset, { method: 'GET', bucket: BUCKET, params })
  let left = LISTS
  const next = () => (left-- > 0 ? [head] : undefined)
  const result = await load({ port: coset.port, connections: 1, durationMs: 600_000, next })
  if (result.errors > 0) throw new Error('a list failed')
  return quantile(result.latencies, 0.5)
}

/** One object is stored by request; its row is then written again under every key, which takes seconds. */
async function fill(dir: string, perPrefix: number): Promise<void> {
  note(`filling ${dir} with ${PREFIXES * perPrefix} objects`)
  const coset = await startCoset(dir)
  const first = 'p0000/k0000000'
  for (const [method, key] of [
    ['PUT', undefined],
    ['PUT', first],
  ] as const) {
    const head = signedHead(coset, {
      method,
      bucket: BUCKET,
      ...(key ? { key } : {}),
      headers: [['Content-Length', '0']],
    })
    let left = 1
    await load({
      port: coset.port,
      connections: 1,
      durationMs: 10_000,
      next: () => (left-- > 0 ? [head] : undefined),
    })
  }
  await coset.stop()
  const { metadata, close } = await openLocalStore({ dir })
  const range = { start: Buffer.from('object/'), end: Buffer.from('object0') }
  const [row] = await metadata.scan(range, { limit: 1 })
  if (!row) throw new Error('the first object is missing')
  const base = Buffer.from(row.key).subarray(0, row.key.length - first.length)
  for (let prefix = 0; prefix < PREFIXES; prefix++) {
    const writes = Array.from({ length: perPrefix }, (_, at) => {
      const key = `p${String(prefix).padStart(4, '0')}/k${String(at).padStart(7, '0')}`
      return { kind: 'put', key: Buffer.concat([base, Buffer.from(key)]), value: row.value } as const
    })
    await metadata.commit({ checks: [], writes })
  }
  await close()
}
