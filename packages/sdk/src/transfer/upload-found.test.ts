// Uploads of others, which are gone on with only when they have the same content.
import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { errorXml } from '../testing/scripted-server.js'
import { FIVE, failureOf, LARGE, MIB, UploadStage } from '../testing/upload-stage.js'

let at: UploadStage
beforeEach(async () => {
  at = await UploadStage.open()
  return () => at.close()
})

describe('uploads of others', () => {
  beforeEach(() => at.put(LARGE))
  const other = (parts: readonly (readonly [number, Buffer])[], key = 'k') => {
    at.bucket.uploads.set(`upload-9${at.bucket.uploads.size}`, { key, headers: {}, parts: new Map(parts) })
  }
  const part = (number: number) => [number, LARGE.subarray((number - 1) * 5 * MIB, number * 5 * MIB)] as const

  it('are not looked for unasked', async () => {
    other([part(1)])
    await at.upload()
    expect([at.bucket.count('uploads'), at.bucket.sentParts()]).toEqual([0, FIVE])
  })

  it('are gone on with when all they have is of this content', async () => {
    other([part(1), part(3)], 'other')
    other([part(2), part(4)])
    const done = await at.upload({ PartSize: 9 }, { findUploads: true })
    expect([at.bucket.count('create'), at.bucket.sentParts()]).toEqual([0, [1, 3, 5]])
    expect(done.bytesResumed).toBe(10 * MIB)
    expect(at.isStored(LARGE)).toBe(true)
  })

  it('are left alone when any part is of something else', async () => {
    other([part(1), [2, randomBytes(5 * MIB)]])
    other([part(1), [2, LARGE.subarray(5 * MIB, 9 * MIB)]])
    other([part(1), [9, LARGE.subarray(0, 5 * MIB)]])
    other([])
    await at.upload({}, { findUploads: true })
    expect([at.bucket.count('create'), at.bucket.sentParts()]).toEqual([1, FIVE])
    expect(at.bucket.uploads.size).toBe(4)
  })

  it('may not be listed by everybody', async () => {
    at.bucket.fault = (call) => (call === 'uploads' ? errorXml(403, 'AccessDenied') : undefined)
    expect(await failureOf(at.upload({}, { findUploads: true }))).toMatchObject({ code: 'AccessDenied' })
  })
})
