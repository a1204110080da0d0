import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDownloadRecord, writeDownloadRecord } from './download-record.js'

const sum = fc.option(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { nil: undefined })
const records = fc.record({
  object: fc.record({
    size: fc.integer({ min: 1000, max: 10_000 }),
    etag: fc.string(),
    crc64: sum,
    versionId: fc.option(fc.string(), { nil: undefined }),
    lastModifiedMs: fc.integer({ min: 0 }),
  }),
  partBytes: fc.integer({ min: 1, max: 1000 }),
  temporaryFile: fc.string(),
  done: fc.constant(new Map([[1, 5n]])),
  written: fc.constant(new Map([[2, 6n]])),
})
const one = {
  object: { size: 10, etag: 'e', crc64: 7n, versionId: undefined, lastModifiedMs: 1 },
  partBytes: 4,
  temporaryFile: '/x',
  done: new Map([
    [1, 1n],
    [3, undefined],
  ]),
  written: new Map([[2, 2n]]),
}
const saved = writeDownloadRecord(one, { bucket: 'b' })

describe('the record of a download', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(records, (record) => {
        const text = JSON.stringify(writeDownloadRecord(record, { bucket: 'b', key: 'k' }))
        expect(readDownloadRecord(JSON.parse(text))).toEqual(record)
      }),
    )
    expect(readDownloadRecord(JSON.parse(JSON.stringify(saved)))).toEqual(one)
  })

  it.each<[string, Record<string, unknown>]>([
    ['another version', { version: 2 }],
    ['another kind', { kind: 'upload' }],
    ['no size', { size: undefined }],
    ['a size that is none', { size: -1 }],
    ['parts of nothing', { partBytes: 0 }],
    ['a sum that is none', { crc64: 'x' }],
    ['an ETag that is none', { etag: 1 }],
    ['a part that is none', { done: [[4, '1']] }],
    ['a part without a number', { done: [['1', '1']] }],
    ['a part with a wrong sum', { done: [[1, 1]] }],
    ['a written part that is none', { written: [[4, '1']] }],
    ['no written parts', { written: undefined }],
    ['parts that are none', { done: { 1: '1' } }],
    ['no temporary file', { temporaryFile: null }],
  ])('is none with %s', (_, wrong) => {
    expect(readDownloadRecord({ ...saved, ...wrong })).toBeUndefined()
  })

  it('is none where there is none', () => {
    expect(readDownloadRecord(undefined)).toBeUndefined()
  })
})
