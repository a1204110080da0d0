// The request line's target: path and query, decoded once.

import type { IncomingMessage } from 'node:http'
import { Fault } from '@coset/model'
import { decodeQueryText, type FormHead, type RequestHead } from '@coset/protocol'

export interface Target {
  /** Still percent-encoded. */
  readonly path: string
  /** Decoded, in the order of the URL. */
  readonly params: readonly (readonly [name: string, value: string])[]
}

const PARAMS_MAX = 256

/** Throws `InvalidURI`. */
export function parseTarget(url: string): Target {
  const origin = /^https?:\/\/[^/?]*/i.exec(url)
  const target = origin ? url.slice(origin[0].length) || '/' : url
  const mark = target.indexOf('?')
  if (mark < 0) return { path: target, params: [] }
  return { path: target.slice(0, mark), params: parseQuery(target.slice(mark + 1)) }
}

function parseQuery(query: string): Target['params'] {
  const pairs = query.split('&').filter((pair) => pair !== '')
  if (pairs.length > PARAMS_MAX)
    throw new Fault('InvalidURI', { message: 'The query has too many parameters.' })
  return pairs.map((pair) => {
    const equals = pair.indexOf('=')
    const name = decodeQueryText(equals < 0 ? pair : pair.slice(0, equals))
    const value = decodeQueryText(equals < 0 ? '' : pair.slice(equals + 1))
    if (name === undefined || value === undefined) throw new Fault('InvalidURI')
    return [name, value] as const
  })
}

export function param(params: Target['params'], name: string): string | undefined {
  for (const [given, value] of params) if (given === name) return value
  return undefined
}

/** Header values as Node gives them: one character a byte, repeated headers joined. */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

export function requestHead(
  request: IncomingMessage,
  address: { readonly bucket: string | undefined; readonly key: string | undefined },
  params: Target['params'],
  form: FormHead | undefined,
): RequestHead {
  return {
    bucket: address.bucket,
    key: address.key,
    form,
    query: (name) => param(params, name),
    header: (name) => headerOf(request, name),
    headersWithPrefix(prefix) {
      const found: [string, string][] = []
      for (const name in request.headers) {
        if (name.startsWith(prefix)) found.push([name, headerOf(request, name) ?? ''])
      }
      return found
    },
  }
}
