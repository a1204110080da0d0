// The options of coset serve about SELECT: whether it is there, and what queries may take.
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import type { SelectSettings } from '@coset/server'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseBytes, parseDuration } from '../units.js'

export interface SelectFlags {
  readonly select: 'on' | 'off'
  readonly selectConcurrency: number
  readonly selectWaiting: number
  readonly selectTime: number
  readonly selectMemory: number
  readonly selectThreads?: number
  readonly selectSpool?: string
  readonly selectParquetSize: number
}

const MEMORY_DEFAULT = '512MiB'
const MEMORY_MIN = '192MiB'
const TIME_DEFAULT = '10m'
const PARQUET_DEFAULT = '2GiB'

export function withSelectOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--select <on|off>', 'answer queries about objects (SELECT Object Content)')
        .env('COSET_SELECT')
        .choices(['on', 'off'])
        .default('on'),
    )
    .addOption(
      new Option('--select-concurrency <count>', 'queries that run at a time, each in a process of its own')
        .env('COSET_SELECT_CONCURRENCY')
        .argParser(parseCount)
        .default(2),
    )
    .addOption(
      new Option('--select-waiting <count>', 'queries that wait for their turn, at most 10 seconds')
        .env('COSET_SELECT_WAITING')
        .argParser(parseCount)
        .default(8),
    )
    .addOption(
      new Option('--select-time <duration>', 'how long one query may take')
        .env('COSET_SELECT_TIME')
        .argParser(parseDuration)
        .default(parseDuration(TIME_DEFAULT), TIME_DEFAULT),
    )
    .addOption(
      new Option('--select-memory <bytes>', `memory that one query may take, at least ${MEMORY_MIN}`)
        .env('COSET_SELECT_MEMORY')
        .argParser(parseMemory)
        .default(parseBytes(MEMORY_DEFAULT), MEMORY_DEFAULT),
    )
    .addOption(
      new Option('--select-threads <count>', 'threads of one query; by default the cores, at most 4')
        .env('COSET_SELECT_THREADS')
        .argParser(parseCount),
    )
    .addOption(
      new Option(
        '--select-spool <dir>',
        'where objects pass through on their way to queries: some 64 MiB each',
      )
        .env('COSET_SELECT_SPOOL')
        .default(undefined, tmpdir()),
    )
    .addOption(
      new Option('--select-parquet-size <bytes>', 'most of an object of Parquet that is read at a time')
        .env('COSET_SELECT_PARQUET_SIZE')
        .argParser(parseBytes)
        .default(parseBytes(PARQUET_DEFAULT), PARQUET_DEFAULT),
    )
}

/** Undefined: no queries. */
export function selectSettingsOf(flags: SelectFlags, usual: SelectSettings): SelectSettings | undefined {
  if (flags.select === 'off') return undefined
  return {
    ...usual,
    concurrency: flags.selectConcurrency,
    waitingMax: flags.selectWaiting,
    queryMsMax: flags.selectTime,
    memoryBytesMax: flags.selectMemory,
    threads: flags.selectThreads ?? usual.threads,
    spoolFolder: resolve(flags.selectSpool ?? usual.spoolFolder),
    wholeBytesMax: flags.selectParquetSize,
  }
}

function parseCount(text: string): number {
  const count = Number(text)
  if (!/^\d{1,4}$/.test(text) || count < 1 || count > 1024) {
    throw new InvalidArgumentError('It is a number from 1 to 1024.')
  }
  return count
}

function parseMemory(text: string): number {
  const bytes = parseBytes(text)
  if (bytes < parseBytes(MEMORY_MIN)) throw new InvalidArgumentError(`It is at least ${MEMORY_MIN}.`)
  return bytes
}
