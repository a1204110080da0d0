import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CosClient } from '../index.js'
import {
  BUCKET,
  clientOf,
  errorXml,
  type FakeTime,
  fakeTime,
  reset,
  type ScriptedServer,
  type Step,
  startScriptedServer,
  xml,
} from '../testing/scripted-server.js'

let server: ScriptedServer
let time: FakeTime
let cos: CosClient
beforeEach(async () => {
  server = await startScriptedServer()
  time = fakeTime()
  cos = clientOf(server, {}, time)
})
afterEach(async () => {
  await cos.close()
  await server.close()
})

const input = { Bucket: BUCKET, Prefix: 'p/' }

function list(keys: readonly string[], next?: string): Step {
  const contents = keys.map(
    (key) =>
      `<Contents><Key>${key}</Key><LastModified>2015-10-21T07:28:00.000Z</LastModified><ETag>"e"</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  )
  const more = next === undefined ? '' : `<NextMarker>${next}</NextMarker>`
  const head = `<Name>b</Name><MaxKeys>1000</MaxKeys><IsTruncated>${next !== undefined}</IsTruncated>${more}`
  return xml(200, `<ListBucketResult>${head}${contents.join('')}</ListBucketResult>`)
}

function outcome(failures: Readonly<Record<string, string>> = {}): Step {
  const errors = Object.entries(failures).map(
    ([key, code]) => `<Error><Key>${key}</Key><Code>${code}</Code><Message>About ${key}.</Message></Error>`,
  )
  return xml(200, `<DeleteResult>${errors.join('')}</DeleteResult>`)
}

const deletedKeys = () =>
  server.requests
    .filter(({ method }) => method === 'POST')
    .map(({ body }) => [...body.toString().matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key))

describe('deletePrefix', () => {
  it('deletes page by page and tells what was refused', async () => {
    server.script(list(['p/a', 'p/b'], 'p/b'), outcome({ 'p/b': 'AccessDenied' }), list(['p/c']), outcome())
    const gone: string[] = []
    const options = { concurrency: 1, onDeleted: ({ Key }: { readonly Key: string }) => void gone.push(Key) }
    const result = await cos.deletePrefix(input, options)
    expect(result).toEqual({
      deleted: 2,
      failed: [{ Key: 'p/b', VersionId: undefined, Code: 'AccessDenied', Message: 'About p/b.' }],
      stoppedEarly: false,
      success_all: false,
    })
    expect(gone).toEqual(['p/a', 'p/c'])
    expect(deletedKeys()).toEqual([['p/a', 'p/b'], ['p/c']])
  })

  it('asks again for those alone whose failure may pass', async () => {
    const flaky = { 'p/b': 'InternalError', 'p/c': 'SlowDown' }
    server.script(list(['p/a', 'p/b', 'p/c']), outcome(flaky), outcome({ 'p/c': 'SlowDown' }), outcome())
    expect(await cos.deletePrefix(input)).toMatchObject({ deleted: 3, success_all: true })
    expect(deletedKeys()).toEqual([['p/a', 'p/b', 'p/c'], ['p/b', 'p/c'], ['p/c']])
    expect(time.pauses).toHaveLength(2)
  })

  it('gives those up that keep failing', async () => {
    server.script(list(['p/a', 'p/b']), outcome({ 'p/b': 'InternalError' }))
    expect(await cos.deletePrefix(input)).toMatchObject({
      deleted: 1,
      failed: [{ Key: 'p/b', Code: 'InternalError' }],
    })
    expect(deletedKeys()).toHaveLength(4)
  })

  it('stops when too many are refused', async () => {
    server.script(
      list(['p/a', 'p/b'], 'p/b'),
      outcome({ 'p/a': 'AccessDenied', 'p/b': 'AccessDenied' }),
      list(['p/c']),
    )
    const result = await cos.deletePrefix(input, { failuresMax: 2, concurrency: 1 })
    expect(result).toMatchObject({ deleted: 0, stoppedEarly: true, success_all: false })
    expect(result.failed).toHaveLength(2)
    expect(server.requests).toHaveLength(2)
  })

  it('rejects with what was done when a whole request is refused', async () => {
    server.script(list(['p/a'], 'p/a'), outcome(), list(['p/b']), errorXml(403, 'AccessDenied'))
    await expect(cos.deletePrefix(input, { concurrency: 1 })).rejects.toMatchObject({
      code: 'AccessDenied',
      result: { deleted: 1, failed: [], stoppedEarly: true },
    })
  })

  it('survives an outage that outlasts what a call may retry', async () => {
    server.script(
      reset,
      reset,
      reset,
      reset,
      reset,
      list(['p/a']),
      reset,
      reset,
      reset,
      reset,
      reset,
      outcome(),
    )
    expect(await cos.deletePrefix(input)).toMatchObject({ deleted: 1, success_all: true })
  })

  it('ends with its signal while a list is under way, and with a failure too', async () => {
    const controller = new AbortController()
    server.script(() => controller.abort())
    await expect(cos.deletePrefix(input, { signal: controller.signal })).rejects.toMatchObject({
      kind: 'aborted',
      result: { deleted: 0, stoppedEarly: true },
    })
    const never: Step = () => undefined
    const byMethod: Step = (...all) =>
      (all[1].method === 'POST' ? errorXml(403, 'AccessDenied') : never)(...all)
    server.script(list(['p/a'], 'p/a'), byMethod)
    await expect(cos.deletePrefix(input)).rejects.toMatchObject({ code: 'AccessDenied' })
  })

  it('refuses what would empty a bucket by mistake, and other nonsense', async () => {
    const refused = [
      cos.deletePrefix({ Bucket: BUCKET, Prefix: '' }),
      cos.deletePrefix({ Bucket: BUCKET } as never, { deleteAll: true }),
      cos.deletePrefix(input, { concurrency: 0 }),
      cos.deletePrefix(input, { failuresMax: 0 }),
    ]
    for (const each of refused) await expect(each).rejects.toMatchObject({ kind: 'validation' })
    expect(server.requests).toEqual([])
  })
})
