import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CosClient } from '../index.js'
import {
  BUCKET,
  clientOf,
  errorXml,
  fakeTime,
  reply,
  reset,
  type ScriptedServer,
  type Step,
  startScriptedServer,
  xml,
} from '../testing/scripted-server.js'

const MIB = 1024 * 1024

let server: ScriptedServer
let cos: CosClient
beforeEach(async () => {
  server = await startScriptedServer()
  cos = clientOf(server, { Region: 'ap-guangzhou' })
})
afterEach(async () => {
  await cos.close()
  await server.close()
})

const input = { Bucket: BUCKET, Key: 'to', CopySource: { Bucket: BUCKET, Key: 'from' } }
const inParts = { partsFromBytes: 1 }
const modified = 'Wed, 21 Oct 2015 07:28:00 GMT'

const head = (size: number, headers: object = {}) =>
  reply(200, {
    'content-length': size,
    etag: '"source"',
    'last-modified': modified,
    'x-cos-hash-crc64ecma': '7',
    ...headers,
  })
const copied = (sum = '7', headers: Record<string, string> = {}) =>
  xml(
    200,
    `<CopyObjectResult><ETag>"copy"</ETag><CRC64>${sum}</CRC64><LastModified>2015-10-21T07:28:00Z</LastModified></CopyObjectResult>`,
    headers,
  )
const created = xml(
  200,
  '<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>to</Key><UploadId>u1</UploadId></InitiateMultipartUploadResult>',
)
const part: Step = (response, { url }) =>
  xml(
    200,
    `<CopyPartResult><ETag>"p${/partNumber=(\d+)/.exec(url)?.[1]}"</ETag><LastModified>2015-10-21T07:28:00Z</LastModified></CopyPartResult>`,
  )(response, undefined as never, undefined as never)
const completed = (sum = '7') =>
  xml(
    200,
    '<CompleteMultipartUploadResult><Location>l</Location><Bucket>b</Bucket><Key>to</Key><ETag>"whole-3"</ETag></CompleteMultipartUploadResult>',
    { 'x-cos-hash-crc64ecma': sum },
  )
/** Answers by what is asked, whatever the order. */
const byKind =
  (steps: Readonly<Record<string, Step>>): Step =>
  (response, recorded, request) => {
    const step = steps[kindOf(recorded)] ?? reply(500)
    return step(response, recorded, request)
  }
function kindOf({ method, url }: { readonly method: string; readonly url: string }): string {
  if (url.includes('partNumber')) return `part ${/partNumber=(\d+)/.exec(url)?.[1]}`
  if (method === 'POST') return url.includes('uploads') ? 'create' : 'complete'
  if (method === 'DELETE') return url.includes('uploadId') ? 'abort' : 'delete'
  return method
}
const asked = () => server.requests.map(kindOf)
/** With the client's own time, so that nobody takes it for a clock that is wrong. */
const forbidden = reply(403, { date: new Date(fakeTime().nowMs).toUTCString() })
const sizes = { HEAD: head(2 * MIB + 1), create: created, 'part 1': part, 'part 2': part, 'part 3': part }

describe('a copy by one request', () => {
  it('is pinned to the source that was looked at', async () => {
    server.script(head(5), copied())
    expect(await cos.copy(input)).toMatchObject({ ETag: '"copy"', Crc64: 7n, bytes: 5, parts: 0 })
    expect(asked()).toEqual(['HEAD', 'PUT'])
    expect(server.requests[1]?.headers['x-cos-copy-source-if-match']).toBe('"source"')
  })

  it('fails when the copy is not the same, unless nobody wants to know', async () => {
    server.script(head(5), copied('8'))
    await expect(cos.copy(input)).rejects.toMatchObject({ kind: 'checksum', message: /do not use the copy/ })
    server.script(head(5), copied('8'))
    expect((await cos.copy(input, { crcCheck: false })).Crc64).toBe(8n)
  })

  it('takes a source that was replaced in between as it is then', async () => {
    server.script(head(5), errorXml(412, 'PreconditionFailed'), copied('9'))
    expect(await cos.copy(input)).toMatchObject({ Crc64: 9n, bytes: undefined })
    expect(server.requests[2]?.headers['x-cos-copy-source-if-match']).toBeUndefined()
  })

  it('keeps the conditions of its caller instead', async () => {
    server.script(head(5), copied('8'))
    await cos.copy({ ...input, CopySourceIfNoneMatch: '"other"' })
    expect(server.requests[0]?.headers['if-none-match']).toBe('"other"')
    expect(server.requests[1]?.headers['x-cos-copy-source-if-none-match']).toBe('"other"')
    expect(server.requests[1]?.headers['x-cos-copy-source-if-match']).toBeUndefined()
  })

  it('does for a source that may not be looked at', async () => {
    server.script(forbidden, copied())
    expect(await cos.copy(input)).toMatchObject({ Crc64: 7n, bytes: undefined, parts: 0 })
    server.script(forbidden, errorXml(400, 'InvalidCopySource', 'Too large.'))
    await expect(cos.copy(input)).rejects.toMatchObject({
      code: 'InvalidCopySource',
      message: /Too large. .*sourceClient/,
    })
  })

  it('asks nobody else for a source in another region', async () => {
    server.script(copied())
    await cos.copy({ ...input, CopySource: { ...input.CopySource, Region: 'ap-shanghai' } })
    expect(asked()).toEqual(['PUT'])
    expect(server.requests[0]?.headers['x-cos-copy-source']).toBe(
      `${BUCKET}.cos.ap-shanghai.myqcloud.com/from`,
    )
  })

  it('asks the region itself where the regions are COS’s own', async () => {
    const hosts: string[] = []
    const { platform } = fakeTime()
    const transport: typeof platform.transport = (options) => {
      const real = platform.transport(options)
      const send: typeof real.send = (request) => {
        hosts.push(new URL(request.origin).host)
        return real.send({ ...request, origin: `http://${server.host}` })
      }
      return { send, close: () => real.close() }
    }
    const near = clientOf(
      server,
      { Endpoint: undefined, Region: 'ap-guangzhou' },
      { ...fakeTime(), platform: { ...platform, transport } },
    )
    server.script(head(5), copied())
    await near.copy({ ...input, CopySource: { ...input.CopySource, Region: 'ap-shanghai' } })
    expect(hosts).toEqual([
      `${BUCKET}.cos.ap-shanghai.myqcloud.com`,
      `${BUCKET}.cos.ap-guangzhou.myqcloud.com`,
    ])
    await near.close()
  })

  it('is refused before anything is sent where its input is wrong', async () => {
    for (const wrong of [
      { ...input, CopySource: 'nowhere' },
      { ...input, CopyStatus: 'REPLACE' as never },
      { ...input, TaggingDirective: 'x' as never },
      { ...input, PartSize: 0 },
      { ...input, MAXThread: 0 },
    ])
      await expect(cos.copy(wrong)).rejects.toMatchObject({ kind: 'validation' })
    await expect(cos.copy(input, { partsFromBytes: 6 * 1024 ** 3 })).rejects.toMatchObject({
      kind: 'validation',
    })
    expect(server.requests).toEqual([])
  })
})

describe('a copy in parts', () => {
  it('pins every part to version and ETag, and sends no part in vain', async () => {
    server.script(
      byKind({ ...sizes, HEAD: head(2 * MIB + 1, { 'x-cos-version-id': 'v1' }), complete: completed() }),
    )
    const told: number[] = []
    const options = {
      ...inParts,
      onProgress: ({ bytesDone }: { readonly bytesDone: number }) => void told.push(bytesDone),
    }
    const result = await cos.copy({ ...input, PartSize: 1 }, options)
    expect(result).toMatchObject({
      ETag: '"whole-3"',
      parts: 3,
      bytes: 2 * MIB + 1,
      CopySourceVersionId: 'v1',
    })
    const parts = server.requests.filter(({ url }) => url.includes('partNumber'))
    expect(parts.map(({ headers }) => headers['x-cos-copy-source-range']).sort()).toEqual([
      'bytes=0-1048575',
      'bytes=1048576-2097151',
      'bytes=2097152-2097152',
    ])
    for (const { headers } of parts) {
      expect(headers['x-cos-copy-source-if-match']).toBe('"source"')
      expect(headers['x-cos-copy-source']).toMatch(/\/from\?versionId=v1$/)
    }
    const complete = server.requests.at(-1)?.body.toString()
    expect(complete?.match(/"p\d"|&quot;p\d&quot;/g)).toHaveLength(3)
    expect(told.at(-1)).toBe(2 * MIB + 1)
  })

  it('tries a part again, and takes an error inside a 200 for one', async () => {
    let tries = 0
    const flaky: Step = (...all) =>
      ++tries < 3 ? (tries === 1 ? reset : errorXml(200, 'InternalError'))(...all) : part(...all)
    server.script(byKind({ ...sizes, 'part 2': flaky, complete: completed() }))
    expect((await cos.copy({ ...input, PartSize: 1 }, inParts)).parts).toBe(3)
    expect(tries).toBe(3)
  })

  it('gives the upload up when a part fails, and tells which', async () => {
    server.script(byKind({ ...sizes, 'part 2': errorXml(403, 'AccessDenied'), abort: reply(204) }))
    const copying = cos.copy({ ...input, PartSize: 1, MAXThread: 1 }, inParts)
    await expect(copying).rejects.toMatchObject({ code: 'AccessDenied', partNumber: 2 })
    expect(asked()).toEqual(['HEAD', 'create', 'part 1', 'part 2', 'abort'])
  })

  it('leaves the upload where that is wanted', async () => {
    server.script(byKind({ ...sizes, 'part 1': errorXml(403, 'AccessDenied') }))
    const options = { ...inParts, abortOnFailure: false }
    await expect(cos.copy({ ...input, PartSize: 1, MAXThread: 1 }, options)).rejects.toThrow()
    expect(asked()).not.toContain('abort')
  })

  it.each([
    'PreconditionFailed',
    'NoSuchKey',
    'NoSuchVersion',
  ])('with %s tells that the source changed', async (code) => {
    server.script(
      byKind({
        ...sizes,
        'part 1': errorXml(code === 'PreconditionFailed' ? 412 : 404, code),
        abort: reply(204),
      }),
    )
    const copying = cos.copy({ ...input, PartSize: 1 }, inParts)
    await expect(copying).rejects.toMatchObject({
      kind: 'changed',
      cause: { kind: 'changed', cause: { code } },
    })
    expect(asked()).not.toContain('complete')
  })

  it('fails when the whole is not the same', async () => {
    server.script(byKind({ ...sizes, complete: completed('8'), abort: reply(204) }))
    await expect(cos.copy({ ...input, PartSize: 1 }, inParts)).rejects.toMatchObject({ kind: 'checksum' })
  })

  it('that is aborted settles at once, and its upload is given up behind it', async () => {
    const controller = new AbortController()
    const stuck: Step = () => controller.abort()
    server.script(byKind({ ...sizes, 'part 2': stuck, abort: reply(204) }))
    const copying = cos.copy(
      { ...input, PartSize: 1, MAXThread: 1 },
      { ...inParts, signal: controller.signal },
    )
    await expect(copying).rejects.toMatchObject({ kind: 'aborted' })
    await cos.close()
    expect(asked().at(-1)).toBe('abort')
  })
})

describe('a move', () => {
  const deleted = reply(204)
  const moving = () => cos.moveObject(input)

  it('looks once more before it deletes', async () => {
    server.script(head(5), copied(), head(5), deleted)
    expect(await moving()).toMatchObject({ bytes: 5, DeleteMarkerVersionId: undefined })
    expect(asked()).toEqual(['HEAD', 'PUT', 'HEAD', 'delete'])
  })

  it.each([
    ['another ETag', head(5, { etag: '"new"' })],
    ['another version', head(5, { 'x-cos-version-id': 'v2' })],
    ['another time', head(5, { 'last-modified': 'Wed, 21 Oct 2015 07:28:01 GMT' })],
  ])('does not delete a source of %s', async (_difference, second) => {
    server.script(head(5), copied(), second, deleted)
    await expect(moving()).rejects.toMatchObject({ kind: 'changed', message: /The copy was made/ })
    expect(asked()).not.toContain('delete')
  })

  it('does not copy a source that changed since it was looked at', async () => {
    server.script(head(5), errorXml(412, 'PreconditionFailed'))
    await expect(moving()).rejects.toMatchObject({ kind: 'changed' })
    expect(asked()).toEqual(['HEAD', 'PUT'])
  })

  it('looks again after a deletion whose reply was lost', async () => {
    server.script(head(5), copied(), head(5), reset, reply(404))
    expect((await moving()).parts).toBe(0)
    expect(asked()).toEqual(['HEAD', 'PUT', 'HEAD', 'delete', 'HEAD'])
    server.requests.splice(0)
    server.script(head(5), copied(), head(5), reset, head(5, { etag: '"new"' }))
    await expect(moving()).rejects.toMatchObject({ kind: 'changed' })
    expect(asked()).toEqual(['HEAD', 'PUT', 'HEAD', 'delete', 'HEAD'])
  })

  it('says that the copy is there when the deletion is refused', async () => {
    server.script(head(5), copied(), head(5), errorXml(403, 'AccessDenied', 'No.'))
    await expect(moving()).rejects.toMatchObject({
      code: 'AccessDenied',
      message: 'No. The copy was made; the source was not deleted.',
    })
  })

  it('deletes a version that was named, for good', async () => {
    const VersionId = 'v1'
    server.script(
      head(5, { 'x-cos-version-id': VersionId }),
      copied(),
      head(5, { 'x-cos-version-id': VersionId }),
      deleted,
    )
    await cos.moveObject({ ...input, CopySource: { ...input.CopySource, VersionId } })
    expect(server.requests.at(-1)?.url).toMatch(/\/from\?versionId=v1$/)
  })

  it('tells the marker that hides the source', async () => {
    const marker = reply(204, { 'x-cos-delete-marker': 'true', 'x-cos-version-id': 'v9' })
    server.script(head(5), copied(), head(5), marker)
    expect((await moving()).DeleteMarkerVersionId).toBe('v9')
  })

  it('of what may not be looked at does nothing', async () => {
    server.script(forbidden)
    await expect(moving()).rejects.toMatchObject({ kind: 'validation', message: /nothing is deleted unseen/ })
    expect(asked()).toEqual(['HEAD'])
  })
})
