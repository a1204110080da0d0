// Encrypted transfers beside plain ones, and what encrypting costs beside Node's own ciphers.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { report } from './report.js'
import { median } from './rounds.js'
import {
  allInTurn,
  LARGE_BYTES,
  measure,
  medianOf,
  type Runs,
  type Sdk,
  type SdkOptions,
  writeLarge,
} from './sdks.js'

const MIB = 1024 * 1024
const PIECE_BYTES = 64 * 1024
const FORMATS = ['coset, sealed', 'coset, python'] as const
type Format = (typeof FORMATS)[number]

/** A file of 256 MiB, up and down, plain and in each format, each time in a process of its own. */
export async function encryption(options: SdkOptions): Promise<void> {
  const path = join(options.dir, 'plain.bin')
  await writeLarge(path)
  const raw = new Map(FORMATS.map((format) => [format, rawCipherMs(format, options.rounds)]))
  for (const task of ['put-file', 'get-file'] as const) {
    const runs = await allInTurn(options, ['coset', ...FORMATS], async (sdk, round) => {
      const target = join(options.dir, `plain-${round}.down`)
      const figures = await measure(options, sdk, {
        task,
        key: `encrypted-${sdk}`,
        path: task === 'put-file' ? path : target,
      })
      await rm(target, { force: true })
      return figures
    })
    for (const format of FORMATS) reportFormat(task, format, runs, raw.get(format) ?? Number.NaN)
  }
  await rm(path)
}

function reportFormat(task: string, format: Format, runs: Runs, rawMs: number): void {
  const figure = (sdk: Sdk, of: 'ms' | 'cpuMs' | 'peakMiB') => medianOf(runs.get(sdk), of)
  const name = `${task === 'put-file' ? 'upload' : 'download'} 256 MiB, ${format.slice('coset, '.length)}`
  const mibPerSecond = (ms: number) => (LARGE_BYTES / MIB / ms) * 1000
  report({
    case: name,
    coset: mibPerSecond(figure(format, 'ms')),
    reference: mibPerSecond(figure('coset', 'ms')),
    unit: 'MiB/s',
    of: 'plain',
    target: 0.5,
    direction: 'least',
  })
  report({
    case: `${name}: what encryption takes of the processor`,
    coset: mibPerSecond(figure(format, 'cpuMs') - figure('coset', 'cpuMs')),
    reference: mibPerSecond(rawMs),
    unit: 'MiB/s',
    of: 'the bare cipher',
    target: 0.7,
    direction: 'least',
  })
  report({
    case: `${name}: most memory`,
    coset: figure(format, 'peakMiB'),
    reference: figure('coset', 'peakMiB'),
    unit: 'MiB',
    of: 'plain',
    target: 1.5,
    direction: 'most',
  })
}

/** Processor time for the same number of bytes: CTR as one stream, GCM in segments, encrypted and decrypted in turn. */
function rawCipherMs(format: Format, rounds: number): number {
  const piece = randomBytes(PIECE_BYTES)
  const run = format === 'coset, python' ? counterMode : segments
  run(piece, 16 * MIB)
  return median(
    Array.from({ length: rounds }, () => {
      const before = process.cpuUsage()
      run(piece, LARGE_BYTES)
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1000
    }),
  )
}

function counterMode(piece: Uint8Array, bytes: number): void {
  const cipher = createCipheriv('aes-256-ctr', randomBytes(32), randomBytes(16))
  for (let done = 0; done < bytes; done += piece.length) cipher.update(piece)
}

/** Half of the segments are opened, so that it is the mean of both. */
function segments(piece: Uint8Array, bytes: number): void {
  const key = randomBytes(32)
  for (let done = 0; done < bytes; done += 2 * piece.length) {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    const sealed = cipher.update(piece)
    cipher.final()
    const decipher = createDecipheriv('aes-256-gcm', key, nonce)
    decipher.setAuthTag(cipher.getAuthTag())
    decipher.update(sealed)
    decipher.final()
  }
}
