// The paddings of RSA that platforms do not take off by themselves, from the number that the private key gives.

/** Hashes of the platform, one of each name. */
export interface OaepInput {
  /** As long as the modulus. */
  readonly encoded: Uint8Array
  readonly labelHash: Uint8Array
  /** MGF1 of RFC 8017: so many bytes made of a seed. */
  mask(seed: Uint8Array, length: number): Uint8Array
}

/**
 * What RSA-OAEP (RFC 8017, 7.1.2) has around, or undefined. All of it is looked at whatever is wrong, so that the time tells
 * nothing but the length of the content.
 */
export function removeOaep({ encoded, labelHash, mask }: OaepInput): Uint8Array | undefined {
  const size = labelHash.length
  if (encoded.length < 2 * size + 2) return undefined
  const maskedBlock = encoded.subarray(1 + size)
  const seed = xor(encoded.subarray(1, 1 + size), mask(maskedBlock, size))
  const block = xor(maskedBlock, mask(seed, maskedBlock.length))
  let wrong = encoded[0] ?? 1
  for (const [at, byte] of labelHash.entries()) wrong |= byte ^ (block[at] ?? 0)
  let isBefore = 1
  let start = 0
  for (let at = size; at < block.length; at++) {
    const byte = block[at] ?? 0
    const isOne = isZero(byte ^ 1)
    // Before the byte 1 there may only be zeros.
    wrong |= isBefore & (1 ^ (isZero(byte) | isOne))
    start |= (at + 1) * (isBefore & isOne)
    isBefore &= 1 ^ isOne
  }
  return (wrong | isBefore) === 0 ? block.slice(start) : undefined
}

/**
 * What RSAES-PKCS1-v1_5 (RFC 8017, 7.2.2) has around a content of a known length, or undefined. As the length is known, nothing is
 * searched: all bytes are looked at in the same order, and only the verdict is told.
 */
export function removePkcs1(encoded: Uint8Array, length: number): Uint8Array | undefined {
  const separator = encoded.length - length - 1
  if (separator < 10) return undefined
  let wrong = (encoded[0] ?? 1) | ((encoded[1] ?? 0) ^ 2) | (encoded[separator] ?? 1)
  for (let at = 2; at < separator; at++) wrong |= isZero(encoded[at] ?? 0)
  return wrong === 0 ? encoded.slice(separator + 1) : undefined
}

/** 1 for 0, and 0 for any other byte, without a branch. */
function isZero(byte: number): number {
  return ((byte - 1) >> 8) & 1
}

function xor(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.map((byte, at) => byte ^ (right[at] ?? 0))
}
