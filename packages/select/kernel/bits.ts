// Blocks of 64 bytes as words with a bit for each byte.

export const BLOCK: usize = 64

/** Of the four parts of a block, whose words come one behind the other. */
export function bitsOf(a: v128, b: v128, c: v128, d: v128, byte: v128): u64 {
  const low = i8x16.bitmask(i8x16.eq(a, byte)) | (i8x16.bitmask(i8x16.eq(b, byte)) << 16)
  const high = i8x16.bitmask(i8x16.eq(c, byte)) | (i8x16.bitmask(i8x16.eq(d, byte)) << 16)
  return <u64>(<u32>low) | ((<u64>(<u32>high)) << 32)
}

/** The same, faster where it is rare. */
export function rareBitsOf(a: v128, b: v128, c: v128, d: v128, byte: v128): u64 {
  const first = v128.or(i8x16.eq(a, byte), i8x16.eq(b, byte))
  const second = v128.or(i8x16.eq(c, byte), i8x16.eq(d, byte))
  return v128.any_true(v128.or(first, second)) ? bitsOf(a, b, c, d, byte) : 0
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
