// Amounts as people write them: 50MiB, 8MB, 30d, 3h.
import { InvalidArgumentError } from 'commander'

const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
}
const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3600_000,
  d: 86_400_000,
}

/** Whole bytes, at least one. Throws `InvalidArgumentError`. */
export function parseBytes(text: string): number {
  return parse(text, BYTES, 'It is a number with a unit, such as 8MiB, 50MB or 1GiB.')
}

/** Whole milliseconds, at least one. Throws `InvalidArgumentError`. */
export function parseDuration(text: string): number {
  return parse(text, MILLISECONDS, 'It is a number with a unit, such as 30d, 3h, 15m or 90s.')
}

function parse(text: string, units: Readonly<Record<string, number>>, expected: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,12}(?:\.\d{1,6})?) ?([A-Za-z]+)$/.exec(text.trim()) ?? []
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined
  const amount = Math.round(Number(digits) * (factor ?? Number.NaN))
  if (!Number.isSafeInteger(amount) || amount < 1) throw new InvalidArgumentError(expected)
  return amount
}

/** In the largest binary unit that leaves at least 1, with one decimal. */
export function showBytes(bytes: number): string {
  const unit = (['TiB', 'GiB', 'MiB', 'KiB'] as const).find((name) => bytes >= (BYTES[name] ?? 0))
  return unit === undefined ? `${bytes} B` : `${(bytes / (BYTES[unit] ?? 1)).toFixed(1)} ${unit}`
}
