// CRC-64/XZ bit by bit: slow, short, and written without a look at the server's.
const POLYNOMIAL = 0xc96c5795d7870f42n
const ONES = 0xffff_ffff_ffff_ffffn

/** As COS writes it in `x-cos-hash-crc64ecma`: unsigned, in decimal. */
export function crc64(bytes: Uint8Array | string): string {
  let crc = ONES
  for (const byte of Buffer.from(bytes as Uint8Array)) {
    crc ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n
  }
  return (crc ^ ONES).toString()
}
