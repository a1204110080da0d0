// The value of --restore-duration: how long each class and tier takes.
import { DEFAULT_CONFIG, type ServerConfig } from '@coset/server'
import { InvalidArgumentError } from 'commander'

export type RestoreDurations = ServerConfig['restoreMs']

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
])
const LONGEST_MS = 720 * 3_600_000

/** Adds to what was said before; several may stand in one text, separated by commas. */
export function parseRestoreDuration(text: string, before: RestoreDurations): RestoreDurations {
  return text.split(',').reduce(withOne, before)
}

function withOne(before: RestoreDurations, text: string): RestoreDurations {
  const [, storageClass = '', tier = '', time = ''] = /^\s*(\w+):(\w+)=(\w+)\s*$/.exec(text) ?? []
  const isClass = Object.hasOwn(before, storageClass)
  const tiers = isClass ? before[storageClass as keyof RestoreDurations] : {}
  if (!Object.hasOwn(tiers, tier)) {
    throw new InvalidArgumentError(`It has the form CLASS:TIER=TIME, for ${offered()}.`)
  }
  return { ...before, [storageClass]: { ...tiers, [tier]: parseTime(time) } }
}

function parseTime(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? []
  const timeMs = Number(count) * (UNITS_MS.get(unit) ?? Number.NaN)
  if (!(timeMs <= LONGEST_MS)) {
    throw new InvalidArgumentError('A time is a number and ms, s, m or h, such as 3h; at most 720h.')
  }
  return timeMs
}

function offered(): string {
  const classes = Object.entries(DEFAULT_CONFIG.restoreMs)
  return classes.map(([name, tiers]) => `${name}: ${Object.keys(tiers).join(', ')}`).join('; ')
}
