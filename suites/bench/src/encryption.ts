// Encrypted transfers beside plain ones.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ciphers } from './ciphers.js'
import { report } from './report.js'
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
const FORMATS = ['coset, sealed', 'coset, python'] as const
type Format = (typeof FORMATS)[number]

/** A file of 256 MiB, up and down, plain and in each format, each time in a process of its own. */
export async function encryption(options: SdkOptions): Promise<void> {
  await ciphers(options.rounds)
  const path = join(options.dir, 'plain.bin')
  await writeLarge(path)
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
    for (const format of FORMATS) reportFormat(task, format, runs)
  }
  await rm(path)
}

function reportFormat(task: string, format: Format, runs: Runs): void {
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
    case: `${name}: processor time`,
    coset: figure(format, 'cpuMs'),
    reference: figure('coset', 'cpuMs'),
    unit: 'ms',
    of: 'plain',
    target: 4,
    direction: 'most',
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
