// The float nearest to a quotient of ints.

const HALF: u64 = 0xffffffff
const MANTISSA_BITS: u64 = 53

/** Of the last division. */
let remainder: u64 = 0

/** Of a number above zero by a power of ten; exact as any division is: rounded once, to even where two are as near. */
export function quotient(dividend: u64, divisor: u64): f64 {
  const up = clz(dividend)
  const down = clz(divisor)
  const top = dividend << up
  const bits = divided(top >> 1, top << 63, divisor << down)
  const spare = 64 - clz(bits) - MANTISSA_BITS
  const exponent = <i64>spare - 63 + <i64>down - <i64>up
  return <f64>rounded(bits, spare) * reinterpret<f64>((1023 + exponent) << 52)
}

function rounded(bits: u64, spare: u64): u64 {
  const kept = bits >> spare
  const rest = bits & (((<u64>1) << spare) - 1)
  const middle = (<u64>1) << (spare - 1)
  const isOdd = (kept & 1) !== 0
  const goesUp = rest > middle || (rest === middle && (remainder !== 0 || isOdd))
  return goesUp ? kept + 1 : kept
}

/** 128 bits by 64, of which the highest is set and the upper half of the dividend is less: as on paper, in halves. */
function divided(upper: u64, lower: u64, divisor: u64): u64 {
  const first = digitOf(upper, lower >> 32, divisor)
  const second = digitOf(remainder, lower & HALF, divisor)
  return (first << 32) + second
}

function digitOf(upper: u64, next: u64, divisor: u64): u64 {
  const high = divisor >> 32
  const low = divisor & HALF
  let digit = upper / high
  let rest = upper - digit * high
  while (digit > HALF || digit * low > ((rest << 32) | next)) {
    digit--
    rest += high
    if (rest > HALF) break
  }
  remainder = (upper << 32) + next - digit * divisor
  return digit
}
