// As much of Thrift's compact protocol as the metadata of a Parquet file needs.

const TYPES = { int32: 5, int64: 6, bytes: 8, list: 9, struct: 12 } as const

export type ThriftValue =
  | { readonly type: 'int32' | 'int64'; readonly value: number }
  | { readonly type: 'bytes'; readonly value: string }
  | { readonly type: 'list'; readonly items: readonly ThriftValue[] }
  | { readonly type: 'struct'; readonly fields: ThriftFields }

/** By their numbers, in ascending order. */
export type ThriftFields = readonly (readonly [number, ThriftValue])[]

export const int32 = (value: number): ThriftValue => ({ type: 'int32', value })
export const int64 = (value: number): ThriftValue => ({ type: 'int64', value })
export const text = (value: string): ThriftValue => ({ type: 'bytes', value })
export const list = (items: readonly ThriftValue[]): ThriftValue => ({ type: 'list', items })
export const struct = (...fields: ThriftFields): ThriftValue => ({ type: 'struct', fields })

export function thriftBytes(fields: ThriftFields): Buffer {
  const bytes: number[] = []
  writeFields(bytes, fields)
  return Buffer.from(bytes)
}

export function writeVarint(bytes: number[], value: number): void {
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  bytes.push(rest)
}

function writeFields(bytes: number[], fields: ThriftFields): void {
  let last = 0
  for (const [id, value] of fields) {
    bytes.push(((id - last) << 4) | TYPES[value.type])
    last = id
    writeValue(bytes, value)
  }
  bytes.push(0)
}

/** Numbers are never negative here, so that their zigzag form is their double. */
function writeValue(bytes: number[], value: ThriftValue): void {
  switch (value.type) {
    case 'int32':
    case 'int64':
      writeVarint(bytes, value.value * 2)
      return
    case 'bytes': {
      const content = Buffer.from(value.value)
      writeVarint(bytes, content.length)
      for (const byte of content) bytes.push(byte)
      return
    }
    case 'list':
      writeList(bytes, value.items)
      return
    case 'struct':
      writeFields(bytes, value.fields)
  }
}

function writeList(bytes: number[], items: readonly ThriftValue[]): void {
  const type = TYPES[items[0]?.type ?? 'int32']
  if (items.length < 15) bytes.push((items.length << 4) | type)
  else {
    bytes.push(0xf0 | type)
    writeVarint(bytes, items.length)
  }
  for (const item of items) writeValue(bytes, item)
}
