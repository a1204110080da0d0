// coset admin scrub
import type { Damage, ScrubProgress } from '@coset/server'
import { Command, Option } from 'commander'
import { progressLine } from '../output.js'
import { parseBytes, showBytes } from '../units.js'
import { type AdminFlags, foldersOf, type Perform } from './admin-flags.js'

interface ScrubFlags extends AdminFlags {
  readonly rate: number
  readonly bucket?: string
  readonly prefix?: string
}

const RATE_DEFAULT = '50MiB'
const EXIT_DAMAGED = 1

const HELP = `
Each version, old ones too, is read whole and held against its size and CRC64. Nothing is repaired or deleted. A version
counts as at least 16 KiB, so that the rate bounds small objects too. With --json there is one line for each damage and
one at the end.

Examples:
  coset admin scrub --data /srv/coset
  coset admin scrub --bucket examplebucket-1250000000 --prefix photos/ --rate 10MiB
  coset admin scrub --json > scrub.jsonl || mail -s 'coset: damage' ops@example.com < scrub.jsonl

Exit code: 0 when everything is whole, 1 when something is damaged, 2 when it could not be done, 130 after Ctrl-C.`

export function scrubCommand(perform: Perform): Command {
  return new Command('scrub')
    .description('Read every object and tell what is damaged.')
    .addOption(
      new Option('--rate <bytes>', 'read at most so much a second')
        .argParser(parseBytes)
        .default(parseBytes(RATE_DEFAULT), RATE_DEFAULT),
    )
    .addOption(new Option('--bucket <bucket>', 'only this bucket'))
    .addOption(new Option('--prefix <prefix>', 'only keys that begin so'))
    .addHelpText('after', HELP)
    .action((flags: ScrubFlags) => perform((signal) => scrub(flags, signal)))
}

async function scrub(flags: ScrubFlags, signal: AbortSignal): Promise<void> {
  const { scrubFolder } = await import('@coset/server')
  const { json, rate, bucket, prefix } = flags
  const line = progressLine()
  try {
    const done = await scrubFolder({
      ...foldersOf(flags),
      bucket,
      prefix,
      bytesPerSecond: rate,
      signal,
      onDamage(damage) {
        line.clear()
        console.log(json ? JSON.stringify({ event: 'damage', ...damage }) : textOf(damage))
      },
      onProgress: (progress) => line.show(() => summary(progress)),
    })
    line.clear()
    const { versions, bytes, damaged } = done
    console.log(json ? JSON.stringify({ event: 'scrub', versions, bytes, damaged }) : summary(done))
    if (damaged > 0) process.exitCode = EXIT_DAMAGED
  } finally {
    line.clear()
  }
}

function summary({ versions, bytes, damaged }: ScrubProgress): string {
  return `${versions} versions read, ${showBytes(bytes)}; ${damaged} damaged`
}

/** Keys may hold anything: what would break the line is written as JSON does. */
function textOf({ bucket, key, versionId = 'unknown', problem, blobs }: Damage): string {
  const name = JSON.stringify(`${bucket}/${key}`)
  const where = blobs.length === 0 ? '' : ` [${blobs.join(', ')}]`
  return `damaged: ${name} version ${versionId}: ${problem}${where}`
}
