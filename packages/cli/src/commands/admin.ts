// coset admin: what an operator does to a data folder.
import { constants } from 'node:os'
import { Command, type CommanderError, Option } from 'commander'
import { fail } from '../output.js'
import { reclaimCommand } from './admin-reclaim.js'
import { scrubCommand } from './admin-scrub.js'

const HELP = `
Examples:
  coset admin reclaim --data /srv/coset --dry-run       what would be given back to the disk
  coset admin reclaim --data /srv/coset                 give it back now
  coset admin scrub --data /srv/coset --rate 20MiB      read everything and tell what is damaged

Both work beside a running server, and without one. "coset admin <command> --help" says more.`

export function adminCommand(): Command {
  const admin = new Command('admin')
    .description('Look after a data folder: give disk space back, find damage.')
    .addHelpText('after', HELP)
  for (const command of [reclaimCommand(perform), scrubCommand(perform)]) {
    command.addOption(
      new Option('--data <dir>', 'the data folder, which must exist')
        .env('COSET_DATA')
        .default('./coset-data'),
    )
    command.addOption(
      new Option('--cold-data <dir>', 'its cold folder, when it has one').env('COSET_COLD_DATA'),
    )
    command.addOption(new Option('--json', 'JSON instead of text').default(false))
    admin.addCommand(command.exitOverride(exitOn))
  }
  return admin.exitOverride(exitOn)
}

/** 1 is kept for what a command finds. */
const EXIT_FAILED = 2

function exitOn({ exitCode }: CommanderError): never {
  process.exit(exitCode === 0 ? 0 : EXIT_FAILED)
}

/** Does the work until it ends or a signal comes; what fails is told in one line. */
async function perform(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController()
  let exitCode: number = EXIT_FAILED
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      exitCode = 128 + constants.signals[name]
      controller.abort(new Error('It was interrupted.'))
    })
  }
  try {
    await work(controller.signal)
  } catch (error) {
    fail(controller.signal.aborted ? 'It was interrupted.' : messageOf(error), exitCode)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
