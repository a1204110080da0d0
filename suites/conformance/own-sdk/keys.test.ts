// Keys that software on the way likes to change, by our own SDK.
import { describe, expect, it } from 'vitest'
import { ALIKE_KEYS, ODD_KEYS, REFUSED_KEYS } from '../cases/keys.js'
import { send } from '../raw.js'
import { eachStyle, refusal } from './stations.js'

eachStyle((at) => {
  const named = (Key: string) => ({ Bucket: at.Bucket, Key })
  const text = async (Key: string) => (await at.cos.getObject(named(Key))).Body.text()

  it.each(ODD_KEYS)('%j goes in, is read, listed and deleted', async (Key) => {
    const put = await at.cos.putObject({ ...named(Key), Body: `body of ${Key}` })
    expect(put.statusCode).toBe(200)
    expect(await text(Key)).toBe(`body of ${Key}`)
    expect((await at.cos.headObject(named(Key))).ETag).toBe(put.ETag)
    const page = { Bucket: at.Bucket, Prefix: Key }
    expect((await at.cos.listObjects(page)).Contents.map((object) => object.Key)).toEqual([Key])
    const encoded = await at.cos.listObjects({ ...page, EncodingType: 'url' })
    expect(encoded.Contents.map((object) => decodeURIComponent(object.Key))).toEqual([Key])
    expect((await at.cos.deleteObject(named(Key))).statusCode).toBe(204)
    expect(await at.cos.objectExists(named(Key))).toBe(false)
  })

  it.each(ODD_KEYS)('%j is signed for in a URL', async (Key) => {
    await at.cos.putObject({ ...named(Key), Body: `body of ${Key}` })
    // Cut by hand, as a URL class would resolve dot segments that the signature covers.
    const [, host = '', target = ''] =
      /^http:\/\/([^/]+)(\/.*)$/.exec(at.cos.getPresignedDownloadUrl(named(Key))) ?? []
    const reply = await send(at.server.endpoint, { target, headers: { host } })
    expect([reply.status, reply.text]).toEqual([200, `body of ${Key}`])
    await at.cos.deleteObject(named(Key))
  })

  it('are deleted by the list', async () => {
    await Promise.all(ODD_KEYS.map((Key) => at.cos.putObject({ ...named(Key), Body: '' })))
    const Delete = { Object: ODD_KEYS.map((Key) => ({ Key })) }
    const { Deleted, Error: errors } = await at.cos.deleteObjects({ Bucket: at.Bucket, Delete })
    expect(errors).toEqual([])
    expect(Deleted.map(({ Key }) => Key)).toEqual(ODD_KEYS)
    expect((await at.cos.listObjects({ Bucket: at.Bucket })).Contents).toEqual([])
  })

  it('keeps keys apart that only look alike', async () => {
    for (const Key of ALIKE_KEYS) await at.cos.putObject({ ...named(Key), Body: Key })
    for (const Key of ALIKE_KEYS) expect(await text(Key)).toBe(Key)
    const Delete = { Object: ALIKE_KEYS.map((Key) => ({ Key })) }
    await at.cos.deleteObjects({ Bucket: at.Bucket, Delete })
  })

  describe('a key that no object can have', () => {
    it.each([
      ...REFUSED_KEYS.map(([Key]) => Key),
      '/a',
      '//a',
      '',
      '\ud800',
    ])('%j is refused before anything is sent', async (Key) => {
      expect(await refusal(at.cos.putObject({ ...named(Key), Body: 'x' }))).toBe('validation')
      expect(await refusal(at.cos.getObject(named(Key)))).toBe('validation')
      expect(await refusal(at.cos.headObject(named(Key)))).toBe('validation')
      expect(await refusal(at.cos.deleteObject(named(Key)))).toBe('validation')
      expect(() => at.cos.getPresignedDownloadUrl(named(Key))).toThrow()
      expect((await at.cos.listObjects({ Bucket: at.Bucket })).Contents).toEqual([])
    })
  })
})
