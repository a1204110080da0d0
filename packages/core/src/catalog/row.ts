// The form of a row: one format byte, the length of a JSON text (4 bytes), the text, and inline content.

const FORMAT = 1
const HEAD_BYTES = 5

export function encodeRow(json: object, rest: Uint8Array | undefined): Uint8Array {
  const text = JSON.stringify(json)
  const textBytes = Buffer.byteLength(text)
  const row = Buffer.allocUnsafe(HEAD_BYTES + textBytes + (rest?.length ?? 0))
  row[0] = FORMAT
  row.writeUInt32BE(textBytes, 1)
  row.write(text, HEAD_BYTES)
  if (rest) row.set(rest, HEAD_BYTES + textBytes)
  return row
}

export function decodeRow(bytes: Uint8Array): { readonly json: unknown; readonly rest: Uint8Array } {
  const row = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (row[0] !== FORMAT) throw new Error(`A metadata row has the unknown format ${row[0]}.`)
  const end = HEAD_BYTES + row.readUInt32BE(1)
  return { json: JSON.parse(row.toString('utf8', HEAD_BYTES, end)), rest: row.subarray(end) }
}
