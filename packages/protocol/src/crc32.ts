// CRC-32 as gzip and event streams use it (IEEE 802.3, RFC 1952), eight bytes a step.

let tables: readonly Uint32Array[] | undefined

/** The checksum of `bytes`; `before` is that of what stood in front of them. */
export function crc32(bytes: Uint8Array, before = 0): number {
  tables ??= makeTables()
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables
  if (!t0 || !t1 || !t2 || !t3 || !t4 || !t5 || !t6 || !t7) return 0
  const at = (table: Uint32Array, index: number) => table[index & 0xff] ?? 0
  let crc = ~before
  let offset = 0
  for (const end = bytes.length - 8; offset <= end; offset += 8) {
    crc ^=
      (bytes[offset] ?? 0) |
      ((bytes[offset + 1] ?? 0) << 8) |
      ((bytes[offset + 2] ?? 0) << 16) |
      ((bytes[offset + 3] ?? 0) << 24)
    crc =
      at(t7, crc) ^
      at(t6, crc >>> 8) ^
      at(t5, crc >>> 16) ^
      at(t4, crc >>> 24) ^
      at(t3, bytes[offset + 4] ?? 0) ^
      at(t2, bytes[offset + 5] ?? 0) ^
      at(t1, bytes[offset + 6] ?? 0) ^
      at(t0, bytes[offset + 7] ?? 0)
  }
  for (; offset < bytes.length; offset++) crc = at(t0, crc ^ (bytes[offset] ?? 0)) ^ (crc >>> 8)
  return ~crc >>> 0
}

/** The n-th table is that of a byte with n zero bytes behind it. */
function makeTables(): readonly Uint32Array[] {
  const first = new Uint32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
    first[byte] = crc
  }
  const all = [first]
  for (let zeros = 1; zeros < 8; zeros++) {
    const before = all[zeros - 1] ?? first
    all.push(before.map((crc) => (crc >>> 8) ^ (first[crc & 0xff] ?? 0)))
  }
  return all
}
