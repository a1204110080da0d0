// The value of --restore-duration: how long each class and tier takes.
import { DEFAULT_CONFIG, type ServerConfig } from '@coset/server'
import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../units.js'

export type RestoreDurations = ServerConfig['restoreMs']

const LONGEST_MS = 30 * 24 * 3_600_000

/** Adds to what was said before; several may stand in one text, separated by commas. */
export function parseRestoreDuration(text: string, before: RestoreDurations): RestoreDurations {
  return text.split(',').reduce(withOne, before)
}

function withOne(before: RestoreDurations, text: string): RestoreDurations {
  const [, storageClass = '', tier = '', time = ''] = /^\s*(\w+):(\w+)=([\w.-]+)\s*$/.exec(text) ?? []
  const isClass = Object.hasOwn(before, storageClass)
  const tiers = isClass ? before[storageClass as keyof RestoreDurations] : {}
  if (!Object.hasOwn(tiers, tier)) {
    throw new InvalidArgumentError(`It has the form CLASS:TIER=TIME, for ${offered()}.`)
  }
  return { ...before, [storageClass]: { ...tiers, [tier]: parseTime(time) } }
}

/** Nothing at all is a time here: the copy is there at once. */
function parseTime(text: string): number {
  const timeMs = /^0(ms|s|m|h|d)$/.test(text) ? 0 : parseDuration(text)
  if (timeMs <= LONGEST_MS) return timeMs
  throw new InvalidArgumentError('A restore takes at most 30d.')
}

function offered(): string {
  const classes = Object.entries(DEFAULT_CONFIG.restoreMs)
  return classes.map(([name, tiers]) => `${name}: ${Object.keys(tiers).join(', ')}`).join('; ')
}
