import { createHash } from 'node:crypto'
import { bytesNamed, partNamed, rowsOf, TestBucket, TestUpload } from '@coset/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// More than two rows of a manifest, of parts whose sizes differ.
const COUNT = 300
const [SMALL, ODD] = [partNamed('small'), partNamed('odd', 13)]
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

let bucket: TestBucket
const starts: number[] = [0]
beforeAll(async () => {
  bucket = await TestBucket.open()
  const upload = await TestUpload.begin(bucket, 'key')
  for (let number = 1; number <= COUNT; number++) await upload.put(number, contentOf(number))
  await upload.complete()
}, 60_000)
afterAll(() => bucket.close())

function contentOf(number: number): Buffer {
  const content = number % 3 === 0 ? ODD : SMALL
  if (number === COUNT) return bytesNamed('end', 100)
  return content
}

for (let number = 1; number <= COUNT; number++) starts.push((starts.at(-1) ?? 0) + contentOf(number).length)
const SIZE = starts.at(-1) ?? 0

/** The bytes from `first` to `last`, both there, as the parts say. */
function expected(first: number, last: number): Buffer {
  const pieces: Buffer[] = []
  for (let number = 1; number <= COUNT; number++) {
    const [start = 0, end = 0] = [starts[number - 1], starts[number]]
    if (end <= first || start > last) continue
    pieces.push(contentOf(number).subarray(Math.max(0, first - start), Math.min(end, last + 1) - start))
  }
  return Buffer.concat(pieces)
}

describe('a manifest of several rows', () => {
  it('has several rows', async () => {
    expect(await rowsOf(bucket.store, 'manifest/')).toHaveLength(3)
  })

  it('is read at every boundary of parts and rows', async () => {
    for (const at of starts) {
      for (const [first, last] of [
        [at - 1, at - 1],
        [at, at],
        [at - 1, at],
        [at - 5, at + 5],
      ] as const) {
        if (first < 0 || last >= SIZE) continue
        const found = await bucket.readBytes('key', `bytes=${first}-${last}`)
        expect(found.toString('hex'), `${first}-${last}`).toBe(expected(first, last).toString('hex'))
      }
    }
  })

  it('is read over many parts and rows', async () => {
    const [one = 0, row = 0, next = 0] = [starts[1], starts[128], starts[256]]
    for (const [first, last] of [
      [0, one],
      [row - 1, next],
      [row, next - 1],
      [starts[100] ?? 0, next + 7],
      [SIZE - 200, SIZE - 1],
    ] as const) {
      const found = await bucket.readBytes('key', `bytes=${first}-${last}`)
      expect(md5(found), `${first}-${last}`).toBe(md5(expected(first, last)))
    }
  })

  it('is read from its end, and whole', async () => {
    expect((await bucket.readBytes('key', 'bytes=-150')).equals(expected(SIZE - 150, SIZE - 1))).toBe(true)
    const hash = createHash('md5')
    for (let number = 1; number <= COUNT; number++) hash.update(contentOf(number))
    expect(md5(await bucket.readBytes('key'))).toBe(hash.digest('hex'))
  })
})

describe('a manifest that is damaged', () => {
  it.each([0, 1, 2])('is an error where its row %i is missing, and read elsewhere', async (missing) => {
    const rows = await rowsOf(bucket.store, 'manifest/')
    const row = rows[missing]
    if (!row) throw new Error('There is no such row.')
    const { metadata } = bucket.store
    await metadata.commit({ checks: [], writes: [{ kind: 'delete', key: row.key }] })
    const at = (number: number) => bucket.readBytes('key', `bytes=${starts[number]}-${starts[number]}`)
    await expect(at(128 * missing)).rejects.toMatchObject({ code: 'InternalError' })
    await expect(bucket.readBytes('key')).rejects.toMatchObject({ code: 'InternalError' })
    expect(await at(128 * ((missing + 1) % 3))).toHaveLength(1)
    await metadata.commit({ checks: [], writes: [{ kind: 'put', key: row.key, value: row.value }] })
  })
})
