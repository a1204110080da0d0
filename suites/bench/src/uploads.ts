// Multipart uploads: parts of 8 MiB over 8 connections, and completing 10,000 of them.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { openLocalStore } from '@coset/store-local'
import { ask, askText } from './ask.js'
import { reportUpload } from './disk.js'
import type { LargeOptions } from './large.js'
import { type Coset, startCoset } from './processes.js'
import { report } from './report.js'
import { signedHead } from './requests.js'
import { median } from './rounds.js'
import { transfer } from './transfer.js'

const MIB = 1024 * 1024
const PART = 8 * MIB
const CONNECTIONS = 8
const PARTS_MAX = 10_000
const BODY = randomBytes(PART)

export async function uploadParts({ coset, bucket, dir, rounds }: LargeOptions): Promise<void> {
  const uploadId = await createUpload(coset, bucket, 'parts')
  let put = 0
  const many = 64
  await reportUpload({
    name: 'UploadPart 8 MiB, 8 connections',
    dir,
    body: BODY,
    connections: CONNECTIONS,
    rounds,
    run() {
      const requests = Array.from({ length: many }, () => [
        partHead(coset, { bucket, key: 'parts', uploadId, number: (put++ % many) + 1 }),
        BODY,
      ])
      return transfer(coset.port, requests, CONNECTIONS)
    },
  })
}

/** One part is uploaded by request; its row is then written again for every number, so that it takes seconds. */
export async function complete(dir: string, bucket: string, rounds: number): Promise<void> {
  const small = await completeTimes(join(dir, 'complete-small'), bucket, { bytes: MIB, rounds })
  const large = await completeTimes(join(dir, 'complete-large'), bucket, { bytes: 64 * MIB, rounds })
  const figure = { reference: Number.NaN, unit: 'ms', of: '', direction: 'most' } as const
  report({ case: 'complete 10,000 parts of 1 MiB', coset: small, target: 2000, ...figure })
  report({
    case: 'complete 10,000 parts of 64 MiB',
    coset: large,
    reference: small,
    unit: 'ms',
    of: 'parts of 1 MiB',
    target: 1.5,
    direction: 'most',
  })
}

interface CompleteOptions {
  readonly bytes: number
  readonly rounds: number
}

async function completeTimes(dir: string, bucket: string, options: CompleteOptions): Promise<number> {
  const key = 'complete'
  const uploads: { readonly uploadId: string; readonly etag: string }[] = []
  const first = await startCoset(dir)
  await ask(first, { method: 'PUT', bucket, headers: [['Content-Length', '0']] })
  const body = randomBytes(options.bytes)
  for (let round = 0; round <= options.rounds; round++) {
    const uploadId = await createUpload(first, bucket, key)
    const { headers } = await ask(first, { ...partOf({ bucket, key, uploadId, number: 1 }), body })
    uploads.push({ uploadId, etag: headers.etag ?? '' })
  }
  await first.stop()
  const local = await openLocalStore({ dir })
  for (const { uploadId } of uploads) await multiplyPart(local, uploadId)
  await local.close()
  const coset = await startCoset(dir)
  const times: number[] = []
  for (const { uploadId, etag } of uploads)
    times.push(await completeTime(coset, { bucket, key, uploadId, etag }))
  await coset.stop()
  return median(times.slice(1))
}

interface Uploaded {
  readonly bucket: string
  readonly key: string
  readonly uploadId: string
  readonly etag: string
}

async function completeTime(coset: Coset, { bucket, key, uploadId, etag }: Uploaded): Promise<number> {
  const parts = Array.from(
    { length: PARTS_MAX },
    (_, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
  )
  const body = Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`)
  const start = performance.now()
  const text = await askText(coset, { method: 'POST', bucket, key, params: [['uploadId', uploadId]], body })
  const took = performance.now() - start
  if (!text.includes(`-${PARTS_MAX}`)) throw new Error(`completing failed: ${text.slice(0, 300)}`)
  return took
}

/** The claims on its blob are made with the rows, as an upload of each would make them. */
async function multiplyPart(
  { metadata }: Awaited<ReturnType<typeof openLocalStore>>,
  uploadId: string,
): Promise<void> {
  const base = Buffer.from(`part/${uploadId}`)
  const [row] = await metadata.scan({ start: base, end: Buffer.from(`part/${uploadId}~`) }, { limit: 1 })
  if (!row) throw new Error('the first part is missing')
  const blob = /"blob":"([^"]+)"/.exec(Buffer.from(row.value).toString('latin1'))?.[1] ?? ''
  const claim = Buffer.concat([Buffer.from(`ref/${blob}/`), Buffer.alloc(8), Buffer.from(`m${uploadId}`)])
  for (let from = 1; from <= PARTS_MAX; from += 1000) {
    const writes = Array.from({ length: 1000 }, (_, at) => numbered(from + at)).flatMap(({ short, long }) => [
      { kind: 'put', key: Buffer.concat([base, short]), value: row.value } as const,
      { kind: 'put', key: Buffer.concat([claim, long]), value: new Uint8Array() } as const,
    ])
    await metadata.commit({ checks: [], writes })
  }
}

function numbered(number: number) {
  const short = Buffer.alloc(2)
  short.writeUInt16BE(number)
  const long = Buffer.alloc(8)
  long.writeBigUInt64BE(BigInt(number))
  return { short, long }
}

export async function createUpload(coset: Coset, bucket: string, key: string): Promise<string> {
  const text = await askText(coset, {
    method: 'POST',
    bucket,
    key,
    params: [['uploads', '']],
    body: Buffer.alloc(0),
  })
  return /<UploadId>(.+)<\/UploadId>/.exec(text)?.[1] ?? ''
}

interface Part {
  readonly bucket: string
  readonly key: string
  readonly uploadId: string
  readonly number: number
}

function partOf({ bucket, key, uploadId, number }: Part) {
  const params = [
    ['partNumber', String(number)],
    ['uploadId', uploadId],
  ] as const
  return { method: 'PUT', bucket, key, params }
}

function partHead(coset: Coset, part: Part): Buffer {
  return signedHead(coset, { ...partOf(part), headers: [['Content-Length', String(PART)]] })
}
