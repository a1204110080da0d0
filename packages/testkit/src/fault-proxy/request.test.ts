import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import type { ProxiedOperation } from './faults.js'
import { describeRequest } from './request.js'

const COPY = { 'x-cos-copy-source': 's' }

it.each<[string, string, Record<string, string>, ProxiedOperation]>([
  ['PUT', '/b/k', {}, 'put'],
  ['PUT', '/b/k', COPY, 'copy'],
  ['PUT', '/b/k?acl', {}, 'other'],
  ['GET', '/b/k', {}, 'get'],
  ['GET', '/b/k?versionId=1', {}, 'get'],
  ['GET', '/b/k?acl', {}, 'other'],
  ['HEAD', '/b/k', {}, 'head'],
  ['DELETE', '/b/k', {}, 'other'],
  ['POST', '/b/k?uploads', {}, 'create'],
  ['PUT', '/b/k?partNumber=3&uploadId=u', {}, 'putPart'],
  ['PUT', '/b/k?partNumber=3&uploadId=u', COPY, 'copyPart'],
  ['GET', '/b/k?uploadId=u', {}, 'list'],
  ['POST', '/b/k?uploadId=u', {}, 'complete'],
  ['DELETE', '/b/k?uploadId=u', {}, 'abort'],
  ['GET', '/b/?prefix=x', {}, 'list'],
  ['POST', '/b/?delete', {}, 'other'],
])('%s %s with %o is %s', (method, url, headers, operation) => {
  const request = { method, url, headers } as unknown as IncomingMessage
  expect(describeRequest(request, 1)).toMatchObject({ operation, method, target: url })
})

it('tells part and range', () => {
  const request = { method: 'PUT', url: '/b/k?partNumber=3&uploadId=u', headers: { range: 'bytes=0-1' } }
  expect(describeRequest(request as unknown as IncomingMessage, 7)).toMatchObject({
    ordinal: 7,
    partNumber: 3,
    range: 'bytes=0-1',
  })
})
