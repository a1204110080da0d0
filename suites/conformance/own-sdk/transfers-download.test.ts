// Downloads into files, by our own SDK.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CosClient,
  CosClientError,
  type DownloadFileInput,
  type DownloadFileOptions,
  nodePlatform,
  type Platform,
} from '@coset/sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { asNobody } from './as-nobody.js'
import { eachStyle, newBucketName, refusal, STYLES, type Station } from './stations.js'

const MIB = 1024 * 1024
let folder: string
let path: string
let records: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coset-down-'))
  path = join(folder, 'file')
  records = await mkdtemp(join(tmpdir(), 'coset-records-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
  await rm(records, { recursive: true })
})

const holds = async (content: Uint8Array, at = path) => Buffer.compare(await readFile(at), content) === 0
const options = (): DownloadFileOptions => ({ checkpoint: { folder: records } })

eachStyle((at) => {
  it('of few bytes and many come as they are', async () => {
    const [small, large] = [randomBytes(4096), randomBytes(5 * MIB + 1)]
    const Key = 'a/長い名前 +&?#%'
    for (const content of [small, large]) {
      await at.cos.putObject({ Bucket: at.Bucket, Key, Body: content, Metadata: { a: 'b' } })
      const input = { Bucket: at.Bucket, Key, DestFilePath: path, PartSize: 1 }
      const output = await at.cos.downloadFile(input, options())
      expect(output).toMatchObject({
        size: content.length,
        verified: true,
        Metadata: { a: 'b' },
        statusCode: 200,
      })
      expect(await holds(content)).toBe(true)
    }
    expect(await readdir(folder)).toEqual(['file'])
    expect(await readdir(records)).toEqual([])
  })
})

/** A client whose requests a test may look at, and hold up. */
function watched(
  at: Station,
  before: (method: string, count: number) => Promise<unknown> | undefined,
): CosClient {
  let count = 0
  const platform: Partial<Platform> = {
    transport(settings) {
      const transport = nodePlatform.transport(settings)
      return {
        async send(request) {
          await before(request.method, ++count)
          return transport.send(request)
        },
        close: () => transport.close(),
      }
    },
  }
  return at.client({}, platform)
}

eachStyle(
  (at) => {
    const named = (Key: string) => ({ Bucket: at.Bucket, Key })
    const put = (Key: string, Body: Uint8Array, more: object = {}) =>
      at.cos.putObject({ ...named(Key), Body, ...more })
    const download = (Key: string, more: Partial<DownloadFileInput> = {}, cos = at.cos) =>
      cos.downloadFile({ ...named(Key), DestFilePath: path, ...more }, options())

    it.each([0, 1, MIB, 20 * MIB, 20 * MIB + 1])('of %i bytes are whole and verified', async (size) => {
      const content = randomBytes(size)
      await put(`size ${size}`, content)
      const methods: string[] = []
      const cos = watched(at, async (method) => methods.push(method))
      expect(await download(`size ${size}`, {}, cos)).toMatchObject({ size, bytesResumed: 0, verified: true })
      expect(await holds(content)).toBe(true)
      // One request, or one for each of three parts.
      expect(methods).toEqual(size > 20 * MIB ? ['GET', 'GET', 'GET'] : ['GET'])
    })

    it('of an object in parts, of an appended one and of a link are verified too', async () => {
      const [first, second] = [randomBytes(2 * MIB), randomBytes(1_500_000)]
      const { UploadId } = await at.cos.createMultipartUpload(named('in parts'))
      const upload = { ...named('in parts'), UploadId }
      const one = await at.cos.uploadPart({ ...upload, PartNumber: 1, Body: first })
      const two = await at.cos.uploadPart({ ...upload, PartNumber: 2, Body: second })
      const Part = [one, two].map(({ ETag }, index) => ({ PartNumber: index + 1, ETag }))
      await at.cos.completeMultipartUpload({ ...upload, MultipartUpload: { Part } })
      const { NextAppendPosition } = await at.cos.appendObject({
        ...named('grown'),
        Position: 0,
        Body: first,
      })
      await at.cos.appendObject({ ...named('grown'), Position: NextAppendPosition, Body: second })
      await at.cos.putSymlink({ ...named('link'), SymlinkTarget: 'in parts' })
      for (const Key of ['in parts', 'grown', 'link']) {
        expect(await download(Key, { PartSize: 1 })).toMatchObject({ verified: true })
        expect(await holds(Buffer.concat([first, second]))).toBe(true)
        await rm(path)
      }
    })

    it('give the version that is asked for, and one version throughout', async () => {
      const Bucket = newBucketName()
      await at.cos.putBucket({ Bucket })
      await at.cos.putBucketVersioning({ Bucket, Status: 'Enabled' })
      const [old, current, later] = [randomBytes(3 * MIB), randomBytes(3 * MIB), randomBytes(3 * MIB)]
      const first = await put('k', old, { Bucket })
      const second = await put('k', current, { Bucket })
      await download('k', { Bucket, VersionId: first.VersionId, PartSize: 1 })
      expect(await holds(old)).toBe(true)
      // A new version takes nothing away from readers of the one before, and no more does a delete marker.
      const cos = watched(at, (_, count) => {
        if (count === 2) return put('k', later, { Bucket })
        return count === 3 ? at.cos.deleteObject({ Bucket, Key: 'k' }) : undefined
      })
      const output = await download('k', { Bucket, PartSize: 1, MAXThread: 1 }, cos)
      expect(output.VersionId).toBe(second.VersionId)
      expect(await holds(current)).toBe(true)
      expect(await refusal(download('k', { Bucket }))).toBe('404 NoSuchKey')
    })

    it('hold to conditions, and leave the file alone where they fail', async () => {
      await writeFile(path, 'old')
      const { ETag } = await put('conditions', randomBytes(2 * MIB))
      const hour = 3600_000
      expect(await refusal(download('conditions', { IfNoneMatch: ETag }))).toBe('304 NotModified')
      expect(await refusal(download('conditions', { IfMatch: '"x"' }))).toBe('412 PreconditionFailed')
      const IfModifiedSince = new Date(Date.now() + hour)
      expect(await refusal(download('conditions', { IfModifiedSince }))).toBe('304 NotModified')
      const IfUnmodifiedSince = new Date(Date.now() - hour)
      expect(await refusal(download('conditions', { IfUnmodifiedSince }))).toBe('412 PreconditionFailed')
      expect(await readFile(path, 'utf8')).toBe('old')
      await download('conditions', { IfMatch: ETag, IfModifiedSince: new Date(0), PartSize: 1 })
      expect((await stat(path)).size).toBe(2 * MIB)
    })

    it('take members of the reply and a rate along', async () => {
      const content = randomBytes(2 * MIB)
      await put('members', content)
      const output = await download('members', {
        ResponseContentType: 'text/x',
        TrafficLimit: 838_860_800,
        PartSize: 1,
      })
      expect(output.ContentType).toBe('text/x')
      expect(await holds(content)).toBe(true)
    })

    it('begin again, once, when the object is replaced meanwhile', async () => {
      const [before, after] = [randomBytes(4 * MIB), randomBytes(4 * MIB)]
      await put('replaced', before)
      const cos = watched(at, (_, count) => (count === 3 ? put('replaced', after) : undefined))
      expect(await download('replaced', { PartSize: 1, MAXThread: 1 }, cos)).toMatchObject({ verified: true })
      expect(await holds(after)).toBe(true)
      expect(await readdir(folder)).toEqual(['file'])
    })

    it('fail by name when it is replaced all the time, or deleted, and leave the file alone', async () => {
      await writeFile(path, 'old')
      await put('restless', randomBytes(4 * MIB))
      const restless = watched(at, () => put('restless', randomBytes(4 * MIB)))
      expect(await refusal(download('restless', { PartSize: 1 }, restless))).toBe('changed')
      const deleting = watched(at, (_, count) =>
        count === 3 ? at.cos.deleteObject(named('restless')) : undefined,
      )
      expect(await refusal(download('restless', { PartSize: 1, MAXThread: 1 }, deleting))).toBe('changed')
      expect(await readFile(path, 'utf8')).toBe('old')
      expect(await readdir(folder)).toEqual(['file'])
      expect(await readdir(records)).toEqual([])
    })

    it('tell what the server refuses', async () => {
      await put('archived', randomBytes(10), { StorageClass: 'ARCHIVE' })
      expect(await refusal(download('archived'))).toBe('403 InvalidObjectState')
      expect(await refusal(download('missing'))).toBe('404 NoSuchKey')
      expect(await refusal(download('missing', { Bucket: newBucketName() }))).toBe('404 NoSuchBucket')
      const stranger = at.client({ SecretKey: 'wrong' })
      expect(await refusal(download('archived', {}, stranger))).toBe('403 SignatureDoesNotMatch')
      expect(await readdir(folder)).toEqual([])
    })

    it('go on after a run that lost its server', async () => {
      const content = randomBytes(6 * MIB)
      await put('resumed', content)
      const broken = watched(at, (_, count) => {
        if (count > 4) throw new CosClientError('network', 'The network is gone.')
        return undefined
      })
      expect(await refusal(download('resumed', { PartSize: 1, MAXThread: 1 }, broken))).toBe('network')
      const methods: string[] = []
      const cos = watched(at, async (method) => methods.push(method))
      expect(await download('resumed', {}, cos)).toMatchObject({ bytesResumed: 4 * MIB, verified: true })
      expect(methods).toEqual(['HEAD', 'GET', 'GET'])
      expect(await holds(content)).toBe(true)
    })

    it('keep apart what they are told to keep apart', async () => {
      const [one, two] = [randomBytes(3 * MIB), randomBytes(3 * MIB)]
      await put('one', one)
      await put('two', two)
      // Two objects into one file: it is one of them, whole.
      await Promise.all([download('one', { PartSize: 1 }), download('two', { PartSize: 1 })])
      expect((await holds(one)) || (await holds(two))).toBe(true)
      await mkdir(join(folder, 'taken'))
      expect(await refusal(download('one', { DestFilePath: join(folder, 'taken') }))).toBe('file')
      expect(await refusal(download('one', { DestFilePath: join(path, 'below') }))).toBe('file')
      expect((await readdir(folder)).sort()).toEqual(['file', 'taken'])
    })

    describe('onto disks of their own', () => {
      const canMount = process.platform === 'linux' && mounts()

      async function onDisk(mountOptions: string, use: (disk: string) => Promise<void>): Promise<void> {
        const disk = join(folder, 'disk')
        await mkdir(disk)
        execFileSync('mount', ['-t', 'tmpfs', '-o', mountOptions, 'tmpfs', disk])
        try {
          await use(disk)
        } finally {
          execFileSync('umount', [disk])
        }
      }

      it.skipIf(!canMount)(
        'tell that it is full, and go on once there is room (mounts need root on Linux)',
        async () => {
          const content = randomBytes(6 * MIB)
          await put('too large', content)
          await onDisk('size=5m', async (disk) => {
            const DestFilePath = join(disk, 'file')
            const input = { PartSize: 1, MAXThread: 1, DestFilePath }
            const failure = await download('too large', input).catch((error: unknown) => error)
            expect(failure).toMatchObject({
              kind: 'file',
              partNumber: 6,
              message: expect.stringContaining('ENOSPC'),
            })
            expect(causesOf(failure)).toContainEqual(expect.objectContaining({ code: 'ENOSPC' }))
            execFileSync('mount', ['-o', 'remount,size=20m', disk])
            expect(await download('too large', input)).toMatchObject({
              bytesResumed: 5 * MIB,
              verified: true,
            })
            expect(await holds(content, DestFilePath)).toBe(true)
            expect(await readdir(disk)).toEqual(['file'])
          })
        },
      )

      it.skipIf(!canMount)(
        'leave nothing on a full one without a checkpoint (mounts need root on Linux)',
        async () => {
          await put('too large', randomBytes(6 * MIB))
          await put('small', randomBytes(2 * MIB))
          await onDisk('size=1m', async (disk) => {
            for (const Key of ['too large', 'small']) {
              const input = { ...named(Key), DestFilePath: join(disk, 'file'), PartSize: 3 }
              const failure = await at.cos
                .downloadFile(input, { checkpoint: false })
                .catch((error: unknown) => error)
              expect(failure).toMatchObject({ kind: 'file' })
              expect(causesOf(failure)).toContainEqual(expect.objectContaining({ code: 'ENOSPC' }))
              expect(await readdir(disk)).toEqual([])
            }
          })
        },
      )

      it.skipIf(!canMount)('tell that they may not write (mounts need root on Linux)', async () => {
        await put('large', randomBytes(3 * MIB))
        await onDisk('ro', async (disk) => {
          for (const PartSize of [1, 20]) {
            const failure = await download('large', { DestFilePath: join(disk, 'file'), PartSize }).catch(
              (error: unknown) => error,
            )
            expect(failure).toMatchObject({ kind: 'file', cause: { code: 'EROFS' } })
          }
          expect(await readdir(records)).toEqual([])
        })
      })
    })

    it('tell of a folder without permission', async () => {
      await put('denied', randomBytes(10))
      await asNobody(folder, async () => {
        await chmod(folder, 0o500)
        const failure = await download('denied').catch((error: unknown) => error)
        await chmod(folder, 0o700)
        expect(failure).toMatchObject({ kind: 'file', cause: { code: 'EACCES' } })
      })
    })
  },
  STYLES.slice(0, 1),
)

function causesOf(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...causesOf(error.cause)] : []
}

function mounts(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
