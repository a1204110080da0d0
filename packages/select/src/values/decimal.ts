// Numbers of base ten, as exact as their digits.
import { SelectError } from '../errors.js'

const DIGITS_MAX = 38
const POWER_MAX = 4096
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

/** `coefficient` / 10 ** `scale`. Read numbers keep all digits; what is calculated has at most 38. */
export class Decimal {
  readonly coefficient: bigint
  readonly scale: number

  constructor(coefficient: bigint, scale: number) {
    this.coefficient = coefficient
    this.scale = scale
  }

  toString(): string {
    const digits = `${this.coefficient < 0n ? -this.coefficient : this.coefficient}`
    const sign = this.coefficient < 0n ? '-' : ''
    const leading = digits.length - 1 - this.scale
    if (leading > DIGITS_MAX || leading < -DIGITS_MAX) return sign + scientific(digits, leading)
    if (this.scale <= 0) return sign + (this.coefficient === 0n ? '0' : digits + '0'.repeat(-this.scale))
    const padded = digits.padStart(this.scale + 1, '0')
    return `${sign}${padded.slice(0, -this.scale)}.${padded.slice(-this.scale)}`
  }

  toNumber(): number {
    return Number(`${this.coefficient}e${-this.scale}`)
  }
}

function scientific(digits: string, exponent: number): string {
  const rest = digits.slice(1)
  return `${digits[0]}${rest === '' ? '' : `.${rest}`}e${exponent}`
}

/** Undefined where the text is no number, has more than `digitsMax` digits, or an exponent beyond 999. */
export function parseDecimal(text: string, digitsMax = DIGITS_MAX): Decimal | undefined {
  const match = NUMBER.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const digits = (whole + fraction).replace(/^0+(?=\d)/, '')
  const power = Number(exponent)
  if (digits === '' || digits.length > digitsMax || Math.abs(power) > 999) return undefined
  const coefficient = BigInt(digits)
  return new Decimal(sign === '-' ? -coefficient : coefficient, fraction.length - power)
}

export function decimalOf(value: bigint): Decimal {
  return new Decimal(value, 0)
}

function power(exponent: number): bigint {
  if (exponent > POWER_MAX) throw overflow()
  return 10n ** BigInt(exponent)
}

function overflow(): SelectError {
  return new SelectError('CastFailed', `A decimal has at most ${DIGITS_MAX} digits: the result is too large.`)
}

/** The coefficient at a scale that is not smaller than its own. */
function rescaled(value: Decimal, scale: number): bigint {
  return value.coefficient * power(scale - value.scale)
}

export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale)
  const left = rescaled(a, scale)
  const right = rescaled(b, scale)
  if (left === right) return 0
  return left < right ? -1 : 1
}

/** Half away from zero. */
function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  const rest = dividend - quotient * divisor
  const doubled = rest < 0n ? -2n * rest : 2n * rest
  if (doubled < (divisor < 0n ? -divisor : divisor)) return quotient
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n
}

/** With `scale` digits behind the point. */
export function roundToScale(value: Decimal, scale: number): Decimal {
  if (scale >= value.scale) return new Decimal(rescaled(value, scale), scale)
  return new Decimal(divideRounded(value.coefficient, power(value.scale - scale)), scale)
}

export function digitCount(value: Decimal): number {
  return `${value.coefficient < 0n ? -value.coefficient : value.coefficient}`.length
}

/** To 38 digits, of which only those behind the point may go. Throws CastFailed. */
export function limitDigits(value: Decimal): Decimal {
  const excess = digitCount(value) - DIGITS_MAX
  if (excess <= 0) return checkRange(value)
  if (value.scale < excess) throw overflow()
  return checkRange(roundToScale(value, value.scale - excess))
}

function checkRange(value: Decimal): Decimal {
  if (Math.abs(value.scale) > POWER_MAX / 4) throw overflow()
  return value
}

/** Exact, however many digits that takes. */
export function addExactly(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale)
  return new Decimal(rescaled(a, scale) + rescaled(b, scale), scale)
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  return limitDigits(addExactly(a, b))
}

export function negateDecimal(value: Decimal): Decimal {
  return new Decimal(-value.coefficient, value.scale)
}

export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  return limitDigits(new Decimal(a.coefficient * b.coefficient, a.scale + b.scale))
}

/** To 38 digits, without zeros at the end. The divisor is not zero. */
export function divideDecimals(a: Decimal, b: Decimal): Decimal {
  if (a.coefficient === 0n) return new Decimal(0n, 0)
  const shift = Math.max(0, DIGITS_MAX + digitCount(b) - digitCount(a))
  const quotient = a.coefficient * power(shift)
  // Whether 38 or 39 digits come out is known only now; rounding twice would be wrong.
  const spare = `${quotient / b.coefficient}`.replace('-', '').length - DIGITS_MAX
  const trimmed = spare > 0 ? b.coefficient * power(spare) : b.coefficient
  const scale = a.scale - b.scale + shift - Math.max(0, spare)
  return withoutZeros(new Decimal(divideRounded(quotient, trimmed), scale))
}

/** Of the dividend's sign. The divisor is not zero. */
export function remainderOfDecimals(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale)
  return limitDigits(new Decimal(rescaled(a, scale) % rescaled(b, scale), scale))
}

function withoutZeros(value: Decimal): Decimal {
  let { coefficient, scale } = value
  while (scale > 0 && coefficient % 10n === 0n) {
    coefficient /= 10n
    scale--
  }
  return limitDigits(
    scale < 0 ? new Decimal(coefficient * power(-scale), 0) : new Decimal(coefficient, scale),
  )
}
