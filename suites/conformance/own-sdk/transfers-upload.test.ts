// Uploads of files and streams by our own SDK: of every size, taken up again, and disturbed on the way.
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { loadCrc64 } from '@coset/protocol'
import { nodePlatform, type TransferProgress, type UploadFileInput } from '@coset/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { asNobody } from './as-nobody.js'
import { eachStyle, newBucketName, refusal, STYLES } from './stations.js'

const MIB = 1024 * 1024
const BYTES = randomBytes(32 * MIB)
const ALL = BYTES.subarray(0, 20 * MIB + 1)
/** Nobody is kept from reading a file who is root. */

eachStyle(
  (at) => {
    let folder = ''
    let file = ''
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'coset-uploads-'))
      file = join(folder, 'file')
    })
    afterAll(() => rm(folder, { recursive: true, force: true }))
    beforeEach(() => rm(join(folder, 'state'), { recursive: true, force: true }))

    const named = (Key: string) => ({ Bucket: at.Bucket, Key })
    const options = () => ({ checkpoint: { folder: join(folder, 'state') } })
    const upload = (Key: string, input: Partial<UploadFileInput> = {}, client = at.cos) =>
      client.uploadFile({ ...named(Key), LocalFilePath: file, PartSize: 5, ...input }, options())
    const expectStored = async (Key: string, bytes: Uint8Array) => {
      const head = await at.cos.headObject(named(Key))
      expect([head.ContentLength, head.Crc64]).toEqual([bytes.length, (await loadCrc64()).of(bytes)])
      const got = await (await at.cos.getObject(named(Key))).Body.bytes()
      expect(Buffer.compare(got, bytes)).toBe(0)
    }
    const uploads = async () => (await at.cos.listMultipartUploads({ Bucket: at.Bucket })).Upload
    /** A client that tells each request, `PUT partNumber=1`, before it is sent, and sends it once that resolves. */
    const watched = (onRequest: (request: string) => unknown) =>
      at.client(undefined, {
        transport(settings) {
          const transport = nodePlatform.transport(settings)
          return {
            async send(request) {
              const what = /partNumber=\d+/.exec(request.path) ?? /uploadId|uploads|$/.exec(request.path)
              await onRequest(`${request.method} ${what}`)
              return transport.send({ ...request, origin: at.server.url })
            },
            close: () => transport.close(),
          }
        },
      })

    describe('uploadFile', () => {
      it.each([0, 1, 20 * MIB, 20 * MIB + 1, 25 * MIB, 32 * MIB])('stores %d bytes', async (size) => {
        const bytes = BYTES.subarray(0, size)
        await writeFile(file, bytes)
        const done = await upload(`sized/${size}`)
        expect(done.Crc64).toBe((await loadCrc64()).of(bytes))
        expect(done.Location).toContain(`sized/${size}`)
        await expectStored(`sized/${size}`, bytes)
        expect(await uploads()).toEqual([])
      })

      it.each([1, 3.7, '7', 20, 21, 100])('cuts parts of %s MB', async (PartSize) => {
        await writeFile(file, ALL)
        const { ETag } = await upload('parts', { PartSize: PartSize as number })
        const count = Math.ceil(ALL.length / Math.floor(Number(PartSize) * MIB))
        expect(ETag).toMatch(new RegExp(`-${count}"$`))
        await expectStored('parts', ALL)
      })

      it.each([
        ['in one request', BYTES.subarray(0, 1000)],
        ['in parts', ALL],
      ])('keeps what belongs to the object, %s', async (_, bytes) => {
        await writeFile(file, bytes)
        const stored = {
          CacheControl: 'no-cache',
          ContentType: 'text/plain',
          ContentDisposition: 'attachment; filename="é.txt"',
          Metadata: { author: 'someone' },
          StorageClass: 'STANDARD_IA',
        } as const
        await upload('kept', { ...stored, Tagging: 'a=b', ACL: 'public-read', EnableMD5: true })
        expect(await at.cos.headObject(named('kept'))).toMatchObject({ ...stored, TaggingCount: 1 })
        expect((await at.cos.getObjectTagging(named('kept'))).TagSet).toEqual([{ Key: 'a', Value: 'b' }])
        expect((await at.cos.getObjectAcl(named('kept'))).AccessControlList).toHaveLength(2)
      })

      it('tells the version it made', async () => {
        const Bucket = newBucketName()
        await at.cos.putBucket({ Bucket })
        await at.cos.putBucketVersioning({ Bucket, Status: 'Enabled' })
        const versions = []
        for (const bytes of [ALL, BYTES.subarray(0, 10)]) {
          await writeFile(file, bytes)
          versions.push((await upload('k', { Bucket })).VersionId)
        }
        const listed = await at.cos.listObjectVersions({ Bucket })
        expect(listed.Version.map(({ VersionId }) => VersionId)).toEqual(versions.reverse())
      })

      it('does not replace what must not be replaced', async () => {
        await writeFile(file, ALL)
        await upload('once', { ForbidOverwrite: true })
        expect(await refusal(upload('once', { ForbidOverwrite: true }))).toBe('409 FileAlreadyExists')
        expect(await uploads()).toEqual([])
      })

      it('takes files of more parts than there can be in larger ones', async () => {
        // 10,001 parts of 1 MB would be; a file without content takes no room, and is read fast.
        await writeFile(file, '')
        await truncate(file, 10_001 * MIB)
        const sizes: number[] = []
        const client = at.client(undefined, {
          transport(settings) {
            const transport = nodePlatform.transport(settings)
            return {
              send(request) {
                if (!request.path.includes('partNumber=')) {
                  return transport.send({ ...request, origin: at.server.url })
                }
                const length = request.headers[request.headers.indexOf('content-length') + 1]
                sizes.push(Number(length))
                if (sizes.length === 5001) throw new Error('enough')
                const body = { cancel: () => undefined, async *[Symbol.asyncIterator]() {} }
                return Promise.resolve({ status: 200, headers: { etag: '"e"' }, body, decoded: false })
              },
              close: () => transport.close(),
            }
          },
        })
        const input = { ...named('huge'), LocalFilePath: file, PartSize: 1, MAXThread: 1 }
        // What would have been sent is all that this is about: 10 GB take too long.
        expect(await refusal(client.uploadFile(input, { checkpoint: false, crcCheck: false }))).toBe('body')
        expect([sizes.length, new Set(sizes.slice(0, 5000))]).toEqual([5001, new Set([2 * MIB])])
        expect(sizes.reduce((sum, size) => sum + size)).toBe(10_001 * MIB)
      })

      it('goes on after an abort with what is missing', async () => {
        await writeFile(file, ALL)
        const controller = new AbortController()
        const first = watched((request) => {
          if (request === 'PUT partNumber=4') controller.abort()
        })
        const input = { ...named('resumed'), LocalFilePath: file, PartSize: 5, MAXThread: 1 }
        const call = first.uploadFile(input, { ...options(), signal: controller.signal })
        expect(await refusal(call)).toBe('aborted')
        expect(await uploads()).toHaveLength(1)
        const requests: string[] = []
        const told: TransferProgress[] = []
        const second = watched((request) => requests.push(request))
        const done = await second.uploadFile(input, { ...options(), onProgress: (now) => told.push(now) })
        expect(requests.map((request) => request.split('=')[0])).toEqual([
          'GET uploadId',
          'PUT partNumber',
          'PUT partNumber',
          'POST uploadId',
        ])
        expect(done.bytesResumed).toBe(15 * MIB)
        expect(told.at(-1)).toMatchObject({ bytesDone: ALL.length, bytesResumed: 15 * MIB })
        await expectStored('resumed', ALL)
        expect([await uploads(), await readdir(join(folder, 'state'))]).toEqual([[], []])
      })

      it('takes a file anew that is edited meanwhile', async () => {
        await writeFile(file, ALL)
        const edited = BYTES.subarray(MIB, 24 * MIB)
        let edits = 0
        const client = watched(async (request) => {
          if (request === 'PUT partNumber=3' && edits++ === 0) await writeFile(file, edited)
        })
        await upload('edited', {}, client)
        await expectStored('edited', edited)
        await expect.poll(uploads).toEqual([])
        const restless = watched(async (request) => {
          if (request.startsWith('PUT partNumber=3')) await writeFile(file, randomBytes(21 * MIB))
        })
        expect(await refusal(upload('restless', {}, restless))).toBe('changed')
        expect(await at.cos.objectExists(named('restless'))).toBe(false)
        await expect.poll(uploads).toEqual([])
      })

      it('begins again when somebody gives its upload up', async () => {
        await writeFile(file, ALL)
        let ended = 0
        const client = watched(async (request) => {
          if (request !== 'PUT partNumber=3' || ended++ > 0) return
          for (const { Key, UploadId } of await uploads()) {
            await at.cos.abortMultipartUpload({ Bucket: at.Bucket, Key, UploadId })
          }
        })
        await upload('ended', { MAXThread: 1 }, client)
        await expectStored('ended', ALL)
        expect(await uploads()).toEqual([])
      })

      it('goes on with an upload of others when asked to', async () => {
        await writeFile(file, ALL)
        const { UploadId } = await at.cos.createMultipartUpload(named('found'))
        const Body = ALL.subarray(5 * MIB, 10 * MIB)
        await at.cos.uploadPart({ ...named('found'), UploadId, PartNumber: 2, Body })
        const input = { ...named('found'), LocalFilePath: file, PartSize: 5 }
        const done = await at.cos.uploadFile(input, { ...options(), findUploads: true })
        expect([done.UploadId, done.bytesResumed]).toEqual([UploadId, 5 * MIB])
        await expectStored('found', ALL)
      })

      it('tells clearly what it can not read, or write its record to', async () => {
        expect(await refusal(upload('k', { LocalFilePath: join(folder, 'missing') }))).toBe('file')
        expect(await refusal(upload('k', { LocalFilePath: folder }))).toBe('file')
        await writeFile(file, ALL)
        await writeFile(join(folder, 'state'), 'no folder')
        expect(await refusal(upload('k'))).toBe('file')
        expect(await uploads()).toEqual([])
      })

      // Skipped for root, whom no permission stops.
      it('tells clearly which permission it lacks', async () => {
        await writeFile(file, ALL)
        await mkdir(join(folder, 'state'), { mode: 0o500 })
        await asNobody(folder, async () => {
          expect(await upload('k').catch((error: unknown) => error)).toMatchObject({
            kind: 'file',
            message: expect.stringMatching(/Checkpoints can not be kept/),
          })
          await chmod(file, 0o000)
          expect(await upload('k').catch((error: unknown) => error)).toMatchObject({
            kind: 'file',
            cause: { code: 'EACCES' },
          })
          await chmod(file, 0o600)
        })
      })
    })

    describe('upload', () => {
      it.each([0, 1, 8 * MIB, 8 * MIB + 1, 32 * MIB])('stores a stream of %d bytes', async (size) => {
        const bytes = BYTES.subarray(0, size)
        function* chunks() {
          for (let offset = 0; offset < size; offset += 300_000)
            yield bytes.subarray(offset, offset + 300_000)
        }
        const done = await at.cos.upload({
          ...named(`stream/${size}`),
          Body: Readable.from(chunks()),
          Metadata: { a: 'b' },
        })
        expect(done.Crc64).toBe((await loadCrc64()).of(bytes))
        await expectStored(`stream/${size}`, bytes)
        expect((await at.cos.headObject(named(`stream/${size}`))).Metadata).toEqual({ a: 'b' })
      })

      it('stores a Blob', async () => {
        await at.cos.upload({ ...named('blob'), Body: new Blob([ALL]), ContentType: 'image/png' })
        await expectStored('blob', ALL)
      })

      it('leaves nothing of a stream that fails', async () => {
        const Body = Readable.from(
          (function* () {
            yield ALL
            throw new Error('no more')
          })(),
        )
        expect(await refusal(at.cos.upload({ ...named('broken'), Body }))).toBe('body')
        expect([await at.cos.objectExists(named('broken')), await uploads()]).toEqual([false, []])
      })
    })
  },
  STYLES.slice(0, 1),
)
