// SELECT over large objects beside DuckDB alone on the same files, and beside a client that downloads and filters.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { CosClient } from '@coset/sdk'
import { cpuTimeMs, watchingChildren } from './child-watch.js'
import { runDuckDb } from './duckdb-task.js'
import { type Coset, peakMemory } from './processes.js'
import { note, report } from './report.js'
import { median } from './rounds.js'
import {
  type DataFile,
  duckDbStatements,
  type Format,
  QUESTIONS,
  type Question,
  requestOf,
  writeData,
} from './select-data.js'

const MIB = 1024 * 1024
/** Between queries: a process for the next one is ready then, as DuckDB is that is compared. */
const REST_MS = 1500

export interface SelectOptions {
  /** Starts a server on the same data, so that what the upload took is not counted. */
  readonly start: () => Promise<Coset>
  readonly bucket: string
  readonly dir: string
  readonly rounds: number
  /** Of the CSV. */
  readonly bytes: number
}

interface Figures {
  readonly ms: number
  readonly firstMs: number
}

interface Place {
  readonly cos: CosClient
  readonly pid: number
  readonly options: SelectOptions
}

export async function selects(options: SelectOptions): Promise<void> {
  const files = await writeData(options.dir, options.bytes)
  const uploading = await options.start()
  for (const file of files) await upload(clientOf(uploading), options.bucket, file)
  await clientOf(uploading).putObject({ Bucket: options.bucket, Key: 'small', Body: 'id,score\n1,2\n' })
  await uploading.stop()
  const coset = await options.start()
  const place: Place = { cos: clientOf(coset), pid: coset.pid, options }
  try {
    // Its code is loaded and a process for the next query is ready.
    await drain(place, 'small', requestOf('csv', QUESTIONS[2] as Question))
    await forgetPeak(coset.pid)
    const before = await peakMemory(coset.pid)
    for (const file of files) {
      for (const question of QUESTIONS) await compare(place, file, question)
    }
    const after = await peakMemory(coset.pid)
    reportMemory(`SELECT: the server's growth`, after - before, 50)
    await compareClient(place, files)
  } finally {
    await coset.stop()
  }
}

function clientOf({ host, secretId, secretKey }: Coset): CosClient {
  return new CosClient({ Endpoint: host, Scheme: 'http', SecretId: secretId, SecretKey: secretKey })
}

async function upload(cos: CosClient, bucket: string, { format, path }: DataFile): Promise<void> {
  await cos.uploadFile({ Bucket: bucket, Key: format, LocalFilePath: path })
}

async function compare(place: Place, file: DataFile, question: Question): Promise<void> {
  const { rounds, dir } = place.options
  const statements = duckDbStatements(file, question, join(dir, 'duckdb-result'))
  const own: Figures[] = []
  const theirs: number[][] = statements.map(() => [])
  let cpu = 0
  let peakMiB = 0
  for (let round = 0; round <= rounds; round++) {
    await sleep(REST_MS)
    const serverMs = await cpuTimeMs(place.pid)
    const children = await watchingChildren(place.pid, async () => {
      const figures = await drain(place, file.format, requestOf(file.format, question))
      if (round > 0) own.push(figures)
    })
    cpu = (await cpuTimeMs(place.pid)) - serverMs + children.cpuMs
    peakMiB = Math.max(peakMiB, children.peakMiB)
    const { ms } = await runDuckDb({ statements })
    if (round > 0) for (const [at, one] of ms.entries()) theirs[at]?.push(one)
  }
  const speed = (ms: number) => (file.bytes / MIB / ms) * 1000
  const name = `SELECT, ${file.format}, ${question.name}`
  report({
    case: name,
    coset: speed(median(own.map(({ ms }) => ms))),
    reference: speed(Math.min(...theirs.map(median))),
    unit: 'MiB/s',
    of: 'DuckDB alone',
    target: question.target,
    direction: 'least',
  })
  const first = median(own.map(({ firstMs }) => firstMs))
  note(`${name}: first record after ${first.toFixed(0)} ms, processor time ${cpu.toFixed(0)} ms`)
  reportMemory(`${name}: most memory of the query's process`, peakMiB, 512)
}

/** Reads the whole result, and keeps nothing of it. */
async function drain(
  { cos, options }: Place,
  key: string,
  request: ReturnType<typeof requestOf>,
): Promise<Figures> {
  const start = performance.now()
  let firstMs = Number.NaN
  const { Body } = await cos.selectObjectContent({ Bucket: options.bucket, Key: key, ...request })
  for await (const event of Body) {
    if (event.type === 'records' && Number.isNaN(firstMs)) firstMs = performance.now() - start
  }
  return { ms: performance.now() - start, firstMs }
}

/** What a client does where there is no SELECT: reads the object line by line. */
async function compareClient(place: Place, files: readonly DataFile[]): Promise<void> {
  const [question] = QUESTIONS
  for (const { format, bytes } of files) {
    if (!question || format === 'parquet') continue
    const own: number[] = []
    const theirs: number[] = []
    for (let round = 0; round < place.options.rounds; round++) {
      own.push((await drain(place, format, requestOf(format, question))).ms)
      theirs.push(await downloadAndFilter(place, format))
    }
    const speed = (ms: number) => (bytes / MIB / ms) * 1000
    report({
      case: `SELECT, ${format}, ${question.name}, beside a download`,
      coset: speed(median(own)),
      reference: speed(median(theirs)),
      unit: 'MiB/s',
      of: 'a client that downloads and filters in JavaScript',
      target: 1,
      direction: 'least',
    })
  }
}

async function downloadAndFilter({ cos, options }: Place, format: Format): Promise<number> {
  const start = performance.now()
  const { Body } = await cos.getObject({ Bucket: options.bucket, Key: format })
  const isWanted = format === 'csv' ? csvHasScore : jsonHasScore
  let found = 0
  for await (const line of createInterface({ input: Body.getRawStream() })) if (isWanted(line)) found++
  if (found === 0) throw new Error('The client found no row.')
  return performance.now() - start
}

/** Nothing before the score is quoted. */
function csvHasScore(line: string): boolean {
  return line.split(',', 3)[2] === '7'
}

function jsonHasScore(line: string): boolean {
  return (JSON.parse(line) as { readonly score: number }).score === 7
}

/** The most memory so far is what it holds now. */
async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5').catch(() => undefined)
}

function reportMemory(name: string, mebibytes: number, target: number): void {
  report({
    case: name,
    coset: mebibytes,
    reference: Number.NaN,
    unit: 'MiB',
    of: '',
    target,
    direction: 'most',
  })
}
