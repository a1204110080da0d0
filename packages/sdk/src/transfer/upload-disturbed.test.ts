// Uploads that others end, and files that change under them.
import { randomBytes } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import type { TransferProgress } from '../index.js'
import { clientOf, fakeTime } from '../testing/scripted-server.js'
import { failureOf, LARGE, MIB, UploadStage } from '../testing/upload-stage.js'

let at: UploadStage
beforeEach(async () => {
  at = await UploadStage.open()
  return () => at.close()
})

describe('an upload that somebody else gives up', () => {
  beforeEach(() => at.put(LARGE))

  it('starts afresh once', async () => {
    let ended = false
    at.bucket.fault = (call) => {
      if (call === 'part 4' && !ended) {
        ended = true
        at.bucket.uploads.clear()
      }
      return undefined
    }
    await at.upload({ MAXThread: 1 })
    expect(at.bucket.sentParts()).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5])
    expect(at.isStored(LARGE)).toBe(true)
  })

  it('fails the second time', async () => {
    at.bucket.fault = (call) => {
      if (call === 'part 4') at.bucket.uploads.clear()
      return undefined
    }
    expect(await failureOf(at.upload({ MAXThread: 1 }))).toMatchObject({
      code: 'NoSuchUpload',
      partNumber: 4,
    })
    expect(await at.records()).toEqual([])
  })

  it('sends a part again that was replaced before the end', async () => {
    let replaced = false
    at.bucket.fault = (call) => {
      if (call === 'complete' && !replaced) {
        replaced = true
        const [only] = at.bucket.uploads.values()
        only?.parts.set(2, randomBytes(5 * MIB))
      }
      return undefined
    }
    await at.upload()
    expect(at.bucket.sentParts()).toEqual([1, 2, 2, 3, 4, 5])
    expect(at.isStored(LARGE)).toBe(true)
  })
})

describe('a file that is edited while it is uploaded', () => {
  beforeEach(() => at.put(LARGE))

  it('is taken anew, once', async () => {
    const edited = randomBytes(22 * MIB)
    let edits = 0
    at.bucket.fault = async (call) => {
      if (call === 'part 2' && edits++ === 0) await at.put(edited)
      return undefined
    }
    const time = fakeTime()
    const client = clientOf(
      at.server,
      {},
      { ...time, platform: { ...time.platform, now: () => (time.nowMs += 99) } },
    )
    const told: TransferProgress[] = []
    await at.upload({}, { onProgress: (progress) => told.push(progress) }, client)
    await client.close()
    expect(at.isStored(edited)).toBe(true)
    const done = told.map(({ bytesDone }) => bytesDone)
    expect(done).toEqual([...done].sort((a, b) => a - b))
    expect(told.at(-1)).toMatchObject({ bytesDone: edited.length, bytesTotal: edited.length })
    await expect.poll(() => at.bucket.uploads.size).toBe(0)
    expect([await at.records(), await at.locks()]).toEqual([[], []])
  })

  it('fails when it is edited again, and leaves nothing', async () => {
    at.bucket.fault = async (call) => {
      if (call === 'part 2') await at.put(randomBytes(LARGE.length))
      return undefined
    }
    expect(await failureOf(at.upload())).toMatchObject({ kind: 'changed' })
    expect(at.bucket.objects.get('k')).toBeUndefined()
    await expect.poll(() => at.bucket.uploads.size).toBe(0)
    expect([await at.records(), await at.locks()]).toEqual([[], []])
  })

  it('is noticed when it is replaced or cut', async () => {
    for (const change of [
      async () => {
        await rm(at.file)
        await at.put(LARGE)
      },
      () => at.put(LARGE.subarray(0, 6 * MIB)),
      () => rm(at.file),
    ]) {
      await at.put(LARGE)
      at.bucket.fault = async (call) => {
        if (call === 'part 2') await change()
        return undefined
      }
      const outcome = await at.upload({ MAXThread: 1 }).then(
        () => 'done',
        (error) => error.kind,
      )
      expect(['done', 'changed', 'file']).toContain(outcome)
      if (outcome === 'done') expect(at.isStored(await readFile(at.file))).toBe(true)
      else expect(at.bucket.objects.get('k')).toBeUndefined()
      at.bucket.objects.clear()
    }
  })
})
