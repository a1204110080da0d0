// Symbolic links through the official Node SDK, which has no methods for them but sends any request.
import { expect, it } from 'vitest'
import { eachStyle, headersOf, refusal } from './stations.js'

eachStyle((at) => {
  const named = (Key: string) => ({ Bucket: at.Bucket, Region: at.Region, Key })
  const symlink = (Method: string, Key: string, Headers: Readonly<Record<string, string>> = {}) =>
    at.cos.request({ ...named(Key), Method, Query: { symlink: '' }, Headers } as never)

  it('makes a link, tells its target, and reads through it', async () => {
    const target = 'dir/文 件'
    await at.cos.putObject({ ...named(target), Body: 'content' })
    const put = await symlink('PUT', 'link', { 'x-cos-symlink-target': encodeURIComponent(target) })
    expect(headersOf(put).etag).toBe('"d41d8cd98f00b204e9800998ecf8427e"')
    const told = headersOf(await symlink('GET', 'link'))['x-cos-symlink-target']
    expect(decodeURIComponent(told ?? '')).toBe(target)
    expect((await at.cos.getObject(named('link'))).Body.toString()).toBe('content')
  })

  it('is told what is wrong', async () => {
    expect(await refusal(symlink('PUT', 'bad'))).toBe('400 InvalidArgument')
    expect(await refusal(symlink('PUT', 'bad', { 'x-cos-symlink-target': '%ff' }))).toBe(
      '400 InvalidArgument',
    )
    expect(await refusal(symlink('GET', 'bad'))).toBe('404 NoSuchKey')
  })
})
