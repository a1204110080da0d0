// Uploads of files by our own SDK: of every size, resumed, and edited on the way.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { crc64 } from '../crc64.js'
import { eachStyle, STYLES } from './stations.js'

const MIB = 1024 * 1024
const BYTES = randomBytes(30 * MIB)

eachStyle(
  (at) => {
    let folder = ''
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'coset-uploads-'))
    })
    afterAll(() => rm(folder, { recursive: true }))

    const fileOf = async (name: string, bytes: Uint8Array) => {
      const path = join(folder, name)
      await writeFile(path, bytes)
      return path
    }
    const named = (Key: string) => ({ Bucket: at.Bucket, Key })
    const checkpoint = () => ({ folder: join(folder, 'state') })

    describe('uploadFile', () => {
      it.each([0, 1, 20 * MIB, 20 * MIB + 1, 30 * MIB])('stores %d bytes', async (size) => {
        const bytes = BYTES.subarray(0, size)
        const LocalFilePath = await fileOf(`sized-${size}`, bytes)
        const Key = `sized/${size}`
        const done = await at.cos.uploadFile({ ...named(Key), LocalFilePath }, { checkpoint: checkpoint() })
        expect(String(done.Crc64)).toBe(crc64(bytes))
        expect(done.ETag.endsWith('-4"')).toBe(size === 30 * MIB)
        const got = await at.cos.getObject(named(Key))
        expect(Buffer.compare(await got.Body.bytes(), bytes)).toBe(0)
      })
    })
  },
  STYLES.slice(0, 1),
)
