// Our SDK against the official one for Node, and curl as the limit, on the same server: large files, small files, folders.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CosClient } from '@coset/sdk'
import type { Coset } from './processes.js'
import { note, report } from './report.js'
import { median } from './rounds.js'
import type { SdkFigures, SdkTask } from './sdk-process.js'

const MIB = 1024 * 1024
export const LARGE_BYTES = 256 * MIB
const SMALL_BYTES = 4 * 1024
const PROCESS = fileURLToPath(new URL('./sdk-process.js', import.meta.url))

export interface SdkOptions {
  readonly coset: Coset
  readonly bucket: string
  readonly dir: string
  readonly rounds: number
}

export type Sdk = SdkTask['sdk'] | 'curl'
export type Runs = ReadonlyMap<Sdk, readonly SdkFigures[]>

/** One file of 256 MiB, up and down. */
export async function largeFiles(options: SdkOptions): Promise<void> {
  const path = join(options.dir, 'large.bin')
  await writeLarge(path)
  const sides = ['coset', 'official', 'official, tuned', 'curl'] as const
  for (const task of ['put-file', 'get-file'] as const) {
    const runs = await allInTurn(options, sides, async (sdk, round) => {
      const target = join(options.dir, `large-${round}.down`)
      const place = task === 'put-file' ? { key: `large-${sdk}`, path } : { key: 'large-coset', path: target }
      const figures = await measure(options, sdk, { task, ...place })
      await rm(target, { force: true })
      return figures
    })
    const name = `${task === 'put-file' ? 'upload' : 'download'} a file of 256 MiB`
    reportRuns({ name, runs, unit: 'MiB/s', amount: LARGE_BYTES / MIB, target: 2 })
  }
  await rm(path)
}

const FEW = 2000

/** Files of 4 KiB, up and down: both sides at 2,000, and ours at `many`, which the other takes too long for. */
export async function smallFiles(options: SdkOptions, many: number): Promise<void> {
  await writeSmall(join(options.dir, 'few'), FEW)
  if (many > 0) await writeSmall(join(options.dir, 'many'), many)
  for (const task of ['put-folder', 'get-folder'] as const) {
    const verb = task === 'put-folder' ? 'upload' : 'download'
    const few = await folderRuns(options, task, 'few', ['coset', 'official', 'official, tuned'])
    reportRuns({ name: `${verb} ${FEW} files of 4 KiB`, runs: few, unit: '/s', amount: FEW, target: 3 })
    if (many === 0) continue
    const runs = await folderRuns({ ...options, rounds: 1 }, task, 'many', ['coset'])
    const own = runs.get('coset')?.[0]
    const other = medianOf(few.get('official'), 'ms')
    report({
      case: `${verb} ${many} files of 4 KiB`,
      coset: (many / (own?.ms ?? Number.NaN)) * 1000,
      reference: (FEW / other) * 1000,
      unit: '/s',
      of: `cos-nodejs-sdk-v5 at ${FEW} files`,
      target: 3,
      direction: 'least',
    })
    note(`most memory at ${many} files: ${own?.peakMiB.toFixed(0)} MiB`)
  }
}

function folderRuns(
  options: SdkOptions,
  task: 'put-folder' | 'get-folder',
  name: string,
  sides: readonly Sdk[],
): Promise<Runs> {
  const path = join(options.dir, name)
  const prepare = () => measure(options, 'coset', { task: 'put-folder', key: `${name}-coset/`, path })
  const run = async (sdk: Sdk, round: number) => {
    const isUpload = task === 'put-folder'
    const target = join(options.dir, `down-${round}`)
    const key = isUpload ? `${name}-${sdk}-${round}/` : `${name}-coset/`
    const figures = await measure(options, sdk, { task, key, path: isUpload ? path : target })
    await rm(target, { recursive: true, force: true })
    return figures
  }
  return allInTurn(options, sides, run, task === 'get-folder' ? prepare : undefined)
}

/** Each side once and unmeasured where `prepare` is not enough, then in turn. */
export async function allInTurn(
  { rounds }: SdkOptions,
  sides: readonly Sdk[],
  run: (sdk: Sdk, round: number) => Promise<SdkFigures>,
  prepare?: () => Promise<unknown>,
): Promise<Runs> {
  await prepare?.()
  const runs = new Map<Sdk, SdkFigures[]>(sides.map((sdk) => [sdk, []]))
  for (let round = 0; round < rounds; round++) {
    for (const sdk of sides) runs.get(sdk)?.push(await run(sdk, round))
  }
  return runs
}

type Place = Pick<SdkTask, 'task' | 'key' | 'path'>

export async function measure({ coset, bucket }: SdkOptions, sdk: Sdk, place: Place): Promise<SdkFigures> {
  if (sdk === 'curl') return curl(coset, bucket, place)
  const { host, secretId, secretKey } = coset
  const task: SdkTask = { sdk, host, secretId, secretKey, bucket, ...place }
  return JSON.parse(await output(process.execPath, [PROCESS, JSON.stringify(task)])) as SdkFigures
}

/** One connection, and nothing is checked: as fast as it goes. */
async function curl(coset: Coset, bucket: string, { task, key, path }: Place): Promise<SdkFigures> {
  const isUpload = task === 'put-file'
  const { host, secretId, secretKey } = coset
  const cos = new CosClient({ Endpoint: host, Scheme: 'http', SecretId: secretId, SecretKey: secretKey })
  const url = cos.getPresignedUrl({
    Method: isUpload ? 'PUT' : 'GET',
    Bucket: bucket,
    Key: key,
    Expired: 3600,
  })
  const args = ['--silent', '--show-error', '--fail', '--write-out', '%{time_total}']
  const transfer = isUpload ? ['--upload-file', path, '--output', '/dev/null'] : ['--output', path]
  const seconds = Number(await output('curl', [...args, ...transfer, url]))
  return { ms: seconds * 1000, cpuMs: Number.NaN, peakMiB: Number.NaN }
}

async function output(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command} ended with ${code}`)
  return text
}

interface Comparison {
  readonly name: string
  readonly runs: Runs
  readonly unit: string
  readonly amount: number
  /** So many times the official SDK. */
  readonly target: number
}

function reportRuns({ name, runs, unit, amount, target }: Comparison): void {
  const figure = (sdk: Sdk, of: keyof SdkFigures) => medianOf(runs.get(sdk), of)
  const speed = (sdk: Sdk) => (amount / figure(sdk, 'ms')) * 1000
  const against = (of: Sdk, least: number, text: string) =>
    report({
      case: name,
      coset: speed('coset'),
      reference: speed(of),
      unit,
      of: text,
      target: least,
      direction: 'least',
    })
  against('official', target, 'cos-nodejs-sdk-v5')
  against('official, tuned', 1, 'cos-nodejs-sdk-v5, with our part size and parallelism')
  if (runs.has('curl')) against('curl', 0.5, 'curl, unchecked')
  report({
    case: `${name}: processor time`,
    coset: figure('coset', 'cpuMs'),
    reference: figure('official', 'cpuMs'),
    unit: 'ms',
    of: 'cos-nodejs-sdk-v5',
    target: 1,
    direction: 'most',
  })
  report({
    case: `${name}: most memory`,
    coset: figure('coset', 'peakMiB'),
    reference: Number.NaN,
    unit: 'MiB',
    of: '',
    target: 150,
    direction: 'most',
  })
  note(`${name}: most memory of cos-nodejs-sdk-v5: ${figure('official', 'peakMiB').toFixed(0)} MiB`)
}

export function medianOf(runs: readonly SdkFigures[] | undefined, of: keyof SdkFigures): number {
  return median((runs ?? []).map((run) => run[of]))
}

export async function writeLarge(path: string): Promise<void> {
  const piece = randomBytes(16 * MIB)
  const file = await open(path, 'w')
  for (let at = 0; at < LARGE_BYTES; at += piece.length) await file.write(piece)
  await file.close()
}

/** A hundred in each folder. */
async function writeSmall(path: string, count: number): Promise<void> {
  const body = randomBytes(SMALL_BYTES)
  for (let at = 0; at < count; at++) {
    const folder = join(path, String(Math.floor(at / 100)))
    if (at % 100 === 0) await mkdir(folder, { recursive: true })
    body.writeUInt32LE(at)
    await writeFile(join(folder, `${at}.bin`), body)
  }
}
