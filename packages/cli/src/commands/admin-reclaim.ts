// coset admin reclaim
import type { ReclaimOutcome } from '@coset/server'
import { Command, Option } from 'commander'
import { progressLine } from '../output.js'
import { showBytes } from '../units.js'
import { type AdminFlags, foldersOf, type Perform } from './admin-flags.js'

interface ReclaimFlags extends AdminFlags {
  readonly dryRun: boolean
}

const HELP = `
What replaced and deleted objects leave is kept for 15 minutes, for those who read it still, and then given back by the
server itself within a minute. Orphans, which a crash or a broken upload leaves, are given back at once when nobody else
has the folder open; beside a server only those are touched that are older than the longest request, and a server takes
them 15 minutes later. While it runs without a server, no server can take the folder.

Examples:
  coset admin reclaim --dry-run               tell only; writes nothing
  coset admin reclaim --data /srv/coset
  coset admin reclaim --json | jq .reclaimed.bytes

Exit code: 0 when done, 2 when it could not be, 130 after Ctrl-C, after which it can be run again.`

export function reclaimCommand(perform: Perform): Command {
  return new Command('reclaim')
    .description('Give disk space that nothing needs any more back.')
    .addOption(new Option('--dry-run', 'only tell what would be given back').default(false))
    .addHelpText('after', HELP)
    .action((flags: ReclaimFlags) => perform((signal) => reclaim(flags, signal)))
}

async function reclaim(flags: ReclaimFlags, signal: AbortSignal): Promise<void> {
  const { dryRun, json } = flags
  const { reclaimFolder } = await import('@coset/server')
  const line = progressLine()
  const onProgress = (blobs: number) => line.show(() => `${blobs} blobs looked at`)
  try {
    const outcome = await reclaimFolder({ ...foldersOf(flags), dryRun, signal, onProgress })
    line.clear()
    console.log(json ? JSON.stringify(asJson(outcome, dryRun)) : asText(outcome))
  } finally {
    line.clear()
  }
}

function asJson({ shared, found, reclaimed }: ReclaimOutcome, dryRun: boolean) {
  const { due, orphans, young, waiting } = found
  const { blobs, bytes, firstMs, lastMs } = waiting
  return {
    event: 'reclaim',
    dryRun,
    shared,
    due,
    waiting: { blobs, bytes, first: timeOf(firstMs), last: timeOf(lastMs) },
    orphans,
    young,
    reclaimed: reclaimed ?? null,
  }
}

function timeOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString()
}

function asText({ shared, found, reclaimed }: ReclaimOutcome): string {
  const { due, waiting, orphans, young } = found
  const until = waiting.lastMs === undefined ? '' : `until ${timeOf(waiting.lastMs)}`
  const rows = [
    ['due', due, 'replaced or deleted'],
    ['not due yet', waiting, until],
    ['orphans', orphans, 'left by a crash or a broken upload'],
    ['too young to tell', young, 'may belong to uploads under way'],
  ] as const
  const lines = rows.map(([name, { blobs, bytes }, note]) => {
    const shown = note !== '' && blobs > 0 ? `   ${note}` : ''
    return `${name.padEnd(18)} ${String(blobs).padStart(9)} blobs ${showBytes(bytes).padStart(11)}${shown}`
  })
  return [...lines, '', conclusion(found, shared, reclaimed)].join('\n')
}

function conclusion(
  { due, orphans }: ReclaimOutcome['found'],
  shared: boolean,
  reclaimed: ReclaimOutcome['reclaimed'],
): string {
  const later = shared && orphans.blobs > 0 ? ' The orphans follow in 15 minutes.' : ''
  if (reclaimed) return `Given back: ${reclaimed.blobs} blobs, ${showBytes(reclaimed.bytes)}.${later}`
  const blobs = due.blobs + (shared ? 0 : orphans.blobs)
  const bytes = due.bytes + (shared ? 0 : orphans.bytes)
  return `Would be given back: ${blobs} blobs, ${showBytes(bytes)}.${later}`
}
