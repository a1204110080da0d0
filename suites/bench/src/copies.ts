// Copies within the server, which move no bytes.
import { randomBytes } from 'node:crypto'
import { ask } from './ask.js'
import type { LargeOptions } from './large.js'
import { report } from './report.js'
import { signedHead } from './requests.js'
import { median } from './rounds.js'
import { transfer } from './transfer.js'
import { createUpload } from './uploads.js'

const MIB = 1024 * 1024
const PART = 8 * MIB
const COPIES = 20

/** A source of `bytes`, put whole, and one of as many in parts. */
export async function copies({ coset, bucket }: LargeOptions, bytes: number): Promise<void> {
  const piece = randomBytes(PART)
  const pieces: Uint8Array[] = Array(bytes / PART).fill(piece)
  const headers = [['Content-Length', String(bytes)]] as const
  await transfer(
    coset.port,
    [[signedHead(coset, { method: 'PUT', bucket, key: 'whole', headers }), ...pieces]],
    1,
  )
  await putInParts({ coset, bucket }, pieces)
  for (const key of ['whole', 'parts']) {
    report({
      case: `copy ${bytes / MIB} MiB, ${key === 'whole' ? 'put whole' : `${pieces.length} parts`}, median`,
      coset: await copyTime({ coset, bucket }, key),
      reference: Number.NaN,
      unit: 'ms',
      of: '',
      target: 50,
      direction: 'most',
    })
  }
}

type Where = Pick<LargeOptions, 'coset' | 'bucket'>

async function putInParts({ coset, bucket }: Where, pieces: readonly Uint8Array[]): Promise<void> {
  const key = 'parts'
  const uploadId = await createUpload(coset, bucket, key)
  const listed: string[] = []
  for (const [at, body] of pieces.entries()) {
    const params = [
      ['partNumber', String(at + 1)],
      ['uploadId', uploadId],
    ] as const
    const { headers } = await ask(coset, { method: 'PUT', bucket, key, params, body })
    listed.push(`<Part><PartNumber>${at + 1}</PartNumber><ETag>${headers.etag}</ETag></Part>`)
  }
  const body = Buffer.from(`<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`)
  await ask(coset, { method: 'POST', bucket, key, params: [['uploadId', uploadId]], body })
}

async function copyTime({ coset, bucket }: Where, key: string): Promise<number> {
  const times: number[] = []
  for (let copy = 0; copy < COPIES; copy++) {
    const headers = [
      ['x-cos-copy-source', `${bucket}.cos.ap-guangzhou.myqcloud.com/${key}`],
      ['Content-Length', '0'],
    ] as const
    const start = performance.now()
    await ask(coset, { method: 'PUT', bucket, key: `${key}-${copy}`, headers })
    times.push(performance.now() - start)
  }
  return median(times)
}
