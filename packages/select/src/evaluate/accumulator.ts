// What aggregates remember of the records they have seen.
import { SelectError } from '../errors.js'
import type { AggregateName } from '../language/ast.js'
import { isInt, isNumeric, type Numeric, toDecimal } from '../values/arithmetic.js'
import { compareValues } from '../values/compare.js'
import { addExactly, Decimal, decimalOf, digitCount, divideDecimals, limitDigits } from '../values/decimal.js'
import { describe } from '../values/describe.js'
import { Timestamp } from '../values/timestamp.js'
import type { Value } from '../values/value.js'

/** What one aggregate knows of some of the records, however it was found out. */
export interface Partial {
  /** Of values that are neither null nor MISSING; for COUNT(*), of records. */
  readonly count: bigint
  /** Of SUM and AVG; ints as exact as they are. */
  readonly sum?: Numeric | undefined
  /** Of MIN and MAX; undefined where there was no value. */
  readonly extreme?: Value
}

export class Accumulator {
  readonly #name: AggregateName
  #count = 0n
  #ints = 0n
  #exact = new Decimal(0n, 0)
  #floats = 0
  #hasDecimal = false
  #hasFloat = false
  #extreme: Value = undefined

  constructor(name: AggregateName) {
    this.#name = name
  }

  /** Throws CastFailed for values the aggregate does not take. */
  add(value: Value): void {
    if (value === undefined || value === null) return
    this.#count++
    if (this.#name === 'count') return
    if (this.#name === 'min' || this.#name === 'max') this.#addExtreme(value)
    else this.#addToSum(this.#numeric(value))
  }

  /** Adds what was found out about other records. */
  merge({ count, sum, extreme }: Partial): void {
    this.#count += count
    if (sum !== undefined) this.#addToSum(sum)
    if (extreme !== undefined && extreme !== null) this.#addExtreme(extreme)
  }

  result(): Value {
    switch (this.#name) {
      case 'count':
        return this.#count
      case 'sum':
        return this.#count === 0n ? null : this.#sum()
      case 'avg':
        return this.#count === 0n ? null : this.#average()
      default:
        return this.#extreme ?? null
    }
  }

  #numeric(value: Value): Numeric {
    if (isNumeric(value)) return value
    const name = this.#name.toUpperCase()
    throw new SelectError(
      'CastFailed',
      `${name} takes numbers, not a ${describe(value)}: use CAST, as in ${name}(CAST(s._1 AS INT)).`,
    )
  }

  #addToSum(value: Numeric): void {
    if (typeof value === 'bigint') {
      this.#ints += value
    } else if (value instanceof Decimal) {
      this.#hasDecimal = true
      this.#exact = addExactly(this.#exact, value)
      if (digitCount(this.#exact) > 2000) throw new SelectError('CastFailed', 'A sum has too many digits.')
    } else {
      this.#hasFloat = true
      this.#floats += value
    }
  }

  #addExtreme(value: Value): void {
    if (!(value instanceof Timestamp)) this.#numeric(value)
    const isFirst = this.#extreme === undefined
    const order = isFirst ? 0 : compareValues(value, this.#extreme)
    const isFurther = this.#name === 'min' ? order < 0 : order > 0
    if (isFirst || isFurther) this.#extreme = value
  }

  #exactSum(): Decimal {
    return addExactly(this.#exact, decimalOf(this.#ints))
  }

  /** An int of 64 bits, else a decimal, else, where a float was among them, a float. */
  #sum(): Numeric {
    if (this.#hasFloat) return this.#floatSum()
    if (!this.#hasDecimal && isInt(this.#ints)) return this.#ints
    return limitDigits(this.#exactSum())
  }

  #floatSum(): number {
    const sum = this.#floats + this.#exactSum().toNumber()
    if (!Number.isFinite(sum)) throw new SelectError('CastFailed', 'A sum is too large for a float.')
    return sum
  }

  #average(): Numeric {
    if (this.#hasFloat) return this.#floatSum() / Number(this.#count)
    return divideDecimals(toDecimal(this.#exactSum()), decimalOf(this.#count))
  }
}
