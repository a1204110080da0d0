// Which operation a request asks for, as far as faults care.
import type { IncomingMessage } from 'node:http'
import type { ProxiedOperation, ProxiedRequest } from './faults.js'

export function describeRequest(request: IncomingMessage, ordinal: number): ProxiedRequest {
  const { method = '', url: target = '' } = request
  const url = new URL(target, 'http://proxy')
  const partNumber = url.searchParams.get('partNumber')
  return {
    ordinal,
    operation: operationOf(request, url),
    method,
    target,
    partNumber: partNumber === null ? undefined : Number(partNumber),
    range: request.headers.range,
  }
}

function operationOf(
  { method, headers }: IncomingMessage,
  { pathname, searchParams }: URL,
): ProxiedOperation {
  const hasKey = /^\/[^/]+\/./.test(pathname)
  const hasUpload = searchParams.has('uploadId')
  const isCopy = headers['x-cos-copy-source'] !== undefined
  if (!hasKey) return method === 'GET' ? 'list' : 'other'
  if (method === 'HEAD') return 'head'
  if (method === 'DELETE') return hasUpload ? 'abort' : 'other'
  if (method === 'POST') return postOf(searchParams)
  if (hasUpload) return putPartOf(method, isCopy)
  if (searchParams.size > 0 && !searchParams.has('versionId')) return 'other'
  if (method === 'GET') return 'get'
  return isCopy ? 'copy' : 'put'
}

function postOf(query: URLSearchParams): ProxiedOperation {
  if (query.has('uploads')) return 'create'
  return query.has('uploadId') ? 'complete' : 'other'
}

function putPartOf(method: string | undefined, isCopy: boolean): ProxiedOperation {
  if (method !== 'PUT') return 'list'
  return isCopy ? 'copyPart' : 'putPart'
}
