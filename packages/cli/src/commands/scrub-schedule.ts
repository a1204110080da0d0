// The options of coset serve that let it scrub beside its work.
import type { ScrubSchedule } from '@coset/server'
import { type Command, Option } from 'commander'
import { parseBytes, parseDuration } from '../units.js'

const RATE_DEFAULT = '8MiB'

export interface ScrubScheduleFlags {
  readonly scrubEvery?: number
  readonly scrubRate: number
}

export function withScrubOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--scrub-every <duration>', 'read all objects so often to find damage, such as 30d; off')
        .env('COSET_SCRUB_EVERY')
        .argParser(parseDuration),
    )
    .addOption(
      new Option('--scrub-rate <bytes>', 'what such a pass reads a second')
        .env('COSET_SCRUB_RATE')
        .argParser(parseBytes)
        .default(parseBytes(RATE_DEFAULT), RATE_DEFAULT),
    )
}

export function scrubScheduleOf({ scrubEvery, scrubRate }: ScrubScheduleFlags): ScrubSchedule | undefined {
  return scrubEvery === undefined ? undefined : { everyMs: scrubEvery, bytesPerSecond: scrubRate }
}
