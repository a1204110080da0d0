import { appendObject as append } from '@coset/core'
import { quoteEtag } from '@coset/model'
import type { Handler } from '../handlers.js'
import { pacedBody } from '../pace.js'
import { objectAttributes } from './object-attributes.js'

export const appendObject: Handler<'appendObject'> = async ({ call, store }, input) => {
  const result = await append(call, store, {
    bucket: input.Bucket,
    key: input.Key,
    position: input.Position,
    body: pacedBody(input.Body, input.TrafficLimit, call.signal),
    expected: { md5: input.ContentMD5 },
    ...objectAttributes(input),
  })
  return {
    ETag: quoteEtag(result.etag),
    NextAppendPosition: result.size,
    Crc64: result.crc64,
    ContentSha1: result.chunkMd5,
  }
}
