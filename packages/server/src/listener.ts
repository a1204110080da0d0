// The corridor: every request walks dialect, cross-origin, match, authenticate, authorize, decode, handler, respond, in this order.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Store } from '@coset/core'
import { Fault } from '@coset/model'
import {
  type Address,
  type CompiledOperation,
  compileOperation,
  cosDialect,
  createMatcher,
  decodeRequest,
  type Operation,
  operations,
  type RequestHead,
  type XmlElement,
} from '@coset/protocol'
import type { SelectEngine } from '@coset/select'
import { createAdmission } from './admit.js'
import type { ServerConfig } from './config.js'
import { createCrossOrigin } from './cross-origin.js'
import { Exchange, type Surroundings } from './exchange.js'
import type { Form } from './form/form.js'
import { type Context, handlers, type OperationName } from './handlers.js'
import { respondSlowly } from './keep-alive.js'
import { hasBody, readDocument, requestBody } from './request-body.js'
import { respond, respondFault } from './respond.js'
import { assertParamsTaken, notTaken } from './taken.js'
import { param, parseTarget, requestHead, type Target } from './target.js'

export interface ListenerOptions {
  readonly config: ServerConfig
  readonly store: Store
  readonly select: SelectEngine | undefined
  readonly around: Surroundings
}

type Handle = (context: Context, input: unknown) => Promise<Readonly<Record<string, unknown>>>

export type Listener = (
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
) => Promise<void>

export function createListener({ config, store, select, around }: ListenerOptions): Listener {
  const dialect = cosDialect
  const table: Readonly<Record<OperationName, Operation>> = operations
  const matcher = createMatcher(table, dialect.vendorPrefix)
  const admit = createAdmission({ config, store, dialect })
  const crossOrigin = createCrossOrigin(store, dialect)
  const compiled = new Map(
    (Object.keys(table) as OperationName[]).map((name) => [
      name,
      compileOperation(table[name], dialect.vendorPrefix),
    ]),
  )

  async function walk(exchange: Exchange): Promise<void> {
    const { request } = exchange
    assertHost(request)
    const target = parseTarget(request.url ?? '')
    const address = dialect.address(request.headers.host ?? '', target.path, config.domains)
    await crossOrigin(exchange, address)
    const name = match(address, request, target)
    const operation = compiled.get(name)
    if (!operation) throw new Fault('NotImplemented')
    // A preflight is asked by a browser that can not sign, about a URL that may be signed for another method.
    const form = name === 'optionsObject' ? undefined : await admit(exchange, operation, { address, target })
    const document = operation.input.document && (await readDocument(exchange, operation.operation))
    const head = requestHead(request, address, target.params, form)
    const input = decode(operation, exchange, { head, document, form })
    const { region } = address
    const host = request.headers.host ?? ''
    const objectUrl = `http://${host}${target.path}`
    const context: Context = { call: exchange, store, config, select, host, objectUrl, region }
    const working = (handlers[name] as Handle)(context, input)
    if (operation.operation.slow) await respondSlowly(exchange, operation, working, config.keepAliveMs)
    else await respond(exchange, operation, await working)
  }

  function match(address: Address, request: IncomingMessage, target: Target): OperationName {
    const { params } = target
    const resource = resourceOf(address, request.method)
    const has = (name: string) => param(params, name) !== undefined
    const hasHeader = (name: string) => request.headers[name] !== undefined
    const name = matcher.match({ method: request.method ?? '', resource, has, hasHeader })
    const found = name && compiled.get(name)
    // A form is read before its sender is known: what the request can not mean is told first.
    if (found?.input.form) assertParamsTaken(dialect, found, target)
    if (name) return name
    const word = params.find(([given]) => dialect.reservedQuery.has(given))?.[0]
    throw word === undefined ? new Fault('MethodNotAllowed') : notTaken(word)
  }

  return async (request, response, expectsContinue) => {
    const exchange = new Exchange(around, request, response, expectsContinue)
    try {
      await walk(exchange)
    } catch (error) {
      respondFault(exchange, dialect, asFault(exchange, error), resourceText(request))
    }
    if (config.accessLog) logAccess(exchange)
  }
}

function assertHost({ headers, httpVersion }: IncomingMessage): void {
  if (headers.host === undefined && httpVersion !== '1.0') throw new Fault('BadRequest')
}

/** Browsers ask before requests to the bucket itself too, of which there is one rule for all its keys. */
function resourceOf({ bucket, key }: Address, method: string | undefined): 'service' | 'bucket' | 'object' {
  if (bucket === undefined) return 'service'
  if (method === 'OPTIONS') return 'object'
  return key === undefined ? 'bucket' : 'object'
}

interface Received {
  readonly head: RequestHead
  readonly document: XmlElement | undefined
  readonly form: Form | undefined
}

function decode(operation: CompiledOperation, exchange: Exchange, { head, document, form }: Received) {
  const { input } = operation
  const members = decodeRequest(operation, head, document)
  if (input.stream !== undefined && form) {
    return { ...members, [input.stream]: { length: undefined, stream: form.file } }
  }
  if (input.stream !== undefined) return { ...members, [input.stream]: requestBody(exchange) }
  if (!input.document && hasBody(exchange.request) && operation.operation.method === 'PUT') {
    throw new Fault('UnexpectedContent')
  }
  return members
}

/** Anything that is not a fault is a defect of ours: logged once, with its cause, and told without details. */
function asFault(exchange: Exchange, error: unknown): Fault {
  const fault = error instanceof Fault ? error : new Fault('InternalError', {}, { cause: error })
  if (fault.status >= 500 && fault.status !== 501 && !exchange.response.destroyed) {
    const { method, url } = exchange.request
    const path = url?.split('?', 1)[0]
    exchange.log.error({ call: exchange.id, method, path, err: fault }, 'a request failed')
  }
  return fault
}

function resourceText(request: IncomingMessage): string {
  const path = (request.url ?? '').split('?', 1)[0] ?? ''
  return `${request.headers.host ?? ''}${path}`
}

/** Signatures stand in queries too, so only the path is logged. */
function logAccess({ request, response, id, clock, startedMs, log, principal }: Exchange): void {
  const fields = {
    call: id,
    method: request.method,
    path: request.url?.split('?', 1)[0],
    status: response.statusCode,
    ms: clock.now() - startedMs,
    principal: principal.kind,
    remote: request.socket.remoteAddress,
  }
  log.info(fields, 'request')
}
