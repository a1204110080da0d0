// Blocks of 64 bytes as words with a bit for each byte.

export const BLOCK: usize = 64

export function bitsOf(at: usize, byte: v128): u64 {
  const first = <u64>i8x16.bitmask(i8x16.eq(v128.load(at), byte))
  const second = <u64>i8x16.bitmask(i8x16.eq(v128.load(at, 16), byte))
  const third = <u64>i8x16.bitmask(i8x16.eq(v128.load(at, 32), byte))
  const fourth = <u64>i8x16.bitmask(i8x16.eq(v128.load(at, 48), byte))
  return first | (second << 16) | (third << 32) | (fourth << 48)
}

/** The same, faster where it is rare. */
export function rareBitsOf(at: usize, byte: v128): u64 {
  const first = v128.or(i8x16.eq(v128.load(at), byte), i8x16.eq(v128.load(at, 16), byte))
  const second = v128.or(i8x16.eq(v128.load(at, 32), byte), i8x16.eq(v128.load(at, 48), byte))
  return v128.any_true(v128.or(first, second)) ? bitsOf(at, byte) : 0
}

/** Each bit is whether an odd number of bits is set up to it. */
export function prefixXor(bits: u64): u64 {
  let sum = bits
  sum ^= sum << 1
  sum ^= sum << 2
  sum ^= sum << 4
  sum ^= sum << 8
  sum ^= sum << 16
  sum ^= sum << 32
  return sum
}

/** Bits below the one of that number. */
export function below(bit: u64): u64 {
  return ((<u64>1) << bit) - 1
}
