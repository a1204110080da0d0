// Cases of the document's "Downloading an object (checkpoint restart)".
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DownloadFileInput } from '@coset/sdk'
import { type At, type Cases, isSlow, keep, type OperationCases, put, SLOW_BYTES, SLOWEST } from '../case.js'
import { conditionCases } from './read-object.js'

const MIB = 1024 * 1024
const LARGE = Buffer.alloc(21 * MIB, 'large ')
/** 7 MiB, the size of the parts below, take about 0.9 s. */
const PART_SECONDS_LIMIT = 67_108_864

const pathOf = (at: At) => join(at.dir, 'dest.txt')

/** Downloads `k`; what it keeps stays in the folder of the case. */
function download(at: At, members: Partial<DownloadFileInput> = {}) {
  const input = { Bucket: at.Bucket, Key: 'k', DestFilePath: pathOf(at), ...members }
  return at.cos.downloadFile(input, { checkpoint: { folder: join(at.dir, 'state') } })
}

async function got(at: At, members: Partial<DownloadFileInput> = {}): Promise<string> {
  await download(at, members)
  return readFile(pathOf(at), 'utf8')
}

const ranges = (at: At) => at.sent().flatMap(({ range }) => range ?? [])

async function storeLarge({ cos, Bucket }: At): Promise<void> {
  await cos.putObject({ Bucket, Key: 'k', Body: LARGE })
}

type Override = Extract<keyof DownloadFileInput, `Response${string}`>
const OVERRIDES: Readonly<Record<Override, readonly [header: string, value: string]>> = {
  ResponseCacheControl: ['cache-control', 'no-cache'],
  ResponseContentDisposition: ['content-disposition', 'attachment; filename="other.jpg"'],
  ResponseContentEncoding: ['content-encoding', 'identity'],
  ResponseContentLanguage: ['content-language', 'en'],
  ResponseContentType: ['content-type', 'text/css'],
  ResponseExpires: ['expires', 'Thu, 29 Oct 2049 20:30:00 GMT'],
}

const overrideCases: Cases = Object.fromEntries(
  Object.entries(OVERRIDES).map(([parameter, [header, value]]): [string, Cases[string]] => [
    parameter,
    async (at) => {
      await put(at, 'k', 'content')
      const { headers } = await download(at, { [parameter]: value })
      at.expect(headers[header]).toBe(value)
      at.expect(await readFile(pathOf(at), 'utf8')).toBe('content')
    },
  ]),
)

export const downloadFile: OperationCases = {
  takes: {
    ...overrideCases,
    ...conditionCases(got),
    Bucket: async (at) => {
      await put(at, 'k', 'content')
      at.expect(await got(at)).toBe('content')
      const elsewhere = download(at, { Bucket: await at.newBucket() })
      at.expect(await at.refusal(elsewhere)).toBe('404 NoSuchKey')
    },
    Key: async (at) => {
      await put(at, 'k', 'content')
      await put(at, 'other', 'of another key')
      at.expect(await got(at, { Key: 'other' })).toBe('of another key')
    },
    DestFilePath: async (at) => {
      await put(at, 'k', 'content')
      const DestFilePath = join(at.dir, 'elsewhere.txt')
      await download(at, { DestFilePath })
      at.expect(await readFile(DestFilePath, 'utf8')).toBe('content')
    },
    VersionId: async (at) => {
      await keep(at)
      const VersionId = await put(at, 'k', 'one')
      await put(at, 'k', 'second')
      at.expect(await got(at, { VersionId })).toBe('one')
      at.expect(await got(at)).toBe('second')
    },
    PartSize: async (at) => {
      await storeLarge(at)
      await download(at, { PartSize: '7' })
      const lengths = ranges(at).map((range) => {
        const [first = '', last = ''] = range.replace('bytes=', '').split('-')
        return Number(last) - Number(first) + 1
      })
      at.expect(Math.max(...lengths)).toBe(7 * MIB)
      at.expect((await readFile(pathOf(at))).equals(LARGE)).toBe(true)
    },
    MAXThread: async (at) => {
      await storeLarge(at)
      const start = performance.now()
      await download(at, { PartSize: 7, TrafficLimit: PART_SECONDS_LIMIT, MAXThread: 1 })
      at.expect(performance.now() - start).toBeGreaterThan(2000)
    },
    EnableCRC: async (at) => {
      await put(at, 'k', 'content')
      at.expect((await download(at)).verified).toBe(true)
      at.expect((await download(at, { EnableCRC: false })).verified).toBe(false)
    },
    TrafficLimit: async (at) => {
      await at.cos.putObject({ Bucket: at.Bucket, Key: 'k', Body: SLOW_BYTES })
      at.expect(await isSlow(() => download(at, { TrafficLimit: `${SLOWEST}` }))).toBe(true)
    },
  },
  tells: {},
}
