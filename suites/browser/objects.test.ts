// Objects from a page of another origin: the calls that most applications make.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type InPage, inPage, inWorker, isChromiumThere, type Stage, startStage } from './stage.js'

// Firefox's and WebKit's engines can not be installed from Debian or npm alone, so Chromium stands for all.
describe.skipIf(!isChromiumThere)('a page in Chromium', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage()
  })
  afterAll(() => stage?.stop())

  const given = (bucket = stage.Bucket) => ({ options: { ...stage.server.clientOptions }, Bucket: bucket })
  type Given = ReturnType<typeof given>

  const roundTrip: InPage<Given, unknown> = async ({ CosClient }, { options, Bucket }) => {
    const cos = new CosClient(options)
    const Key = 'dir/中文 +&?#%\u{1f600}./x//y'
    const bytes = Uint8Array.from({ length: 1000 }, (_, at) => at % 256)
    const { ETag } = await cos.putObject({ Bucket, Key, Body: bytes, ContentType: 'a/b', EnableMD5: true })
    const got = await cos.getObject({ Bucket, Key })
    const same = (await got.Body.bytes()).every((byte, at) => byte === at % 256)
    const list = await cos.listObjects({ Bucket, Prefix: 'dir/' })
    const url = cos.getPresignedUrl({ Method: 'GET', Bucket, Key })
    const fetched = new Uint8Array(await (await fetch(url)).arrayBuffer())
    const range = await (await cos.getObject({ Bucket, Key, Range: 'bytes=1-3' })).Body.bytes()
    const { Deleted } = await cos.deleteObjects({ Bucket, Delete: { Object: [{ Key }] } })
    const exists = await cos.objectExists({ Bucket, Key })
    return {
      same,
      tagged: ETag === list.Contents[0]?.ETag,
      keys: list.Contents.map((entry) => entry.Key === Key),
      fetched: fetched.length,
      range: [...range],
      deleted: Deleted?.length,
      exists,
    }
  }
  const ROUND_TRIP = {
    same: true,
    tagged: true,
    keys: [true],
    fetched: 1000,
    range: [1, 2, 3],
    deleted: 1,
    exists: false,
  }

  it('puts, gets, lists, presigns and deletes, whatever the key is made of', async () => {
    const page = await stage.newPage()
    expect(await inPage(page, roundTrip, given())).toEqual(ROUND_TRIP)
    await page.close()
  })

  it('does so in a worker, which has no window', async () => {
    const page = await stage.newPage()
    expect(await inWorker(page, roundTrip, given())).toEqual(ROUND_TRIP)
    await page.close()
  })
})
