// A page in headless Chromium whose origin is not the server's, so that cross-origin rules are real.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CosClient } from '@coset/sdk'
import type * as Sdk from '@coset/sdk/browser'
import { startServer, type TestServer } from '@coset/server/testing'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { bundledSdk } from './bundle.js'

export type { Sdk }

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
export const isChromiumThere = existsSync(CHROMIUM)
/** Playwright's builds of Firefox and WebKit come from servers of its own, so that Chromium, from Debian, stands for all. */
export const IN_CHROMIUM = isChromiumThere
  ? 'a page in Chromium'
  : `a page in Chromium, which is not at ${CHROMIUM}: install it, or name it in CHROMIUM`

export interface SeenRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
}

export interface Stage {
  readonly server: TestServer
  /** The SDK of Node, to prepare and to look at what arrived. */
  readonly cos: CosClient
  readonly Bucket: string
  readonly context: BrowserContext
  /** `http://localhost:<port>` */
  readonly origin: string
  /** What reached the server so far. */
  readonly requests: SeenRequest[]
  /** A bucket of its own, without a rule. */
  newBucket(): Promise<string>
  allow(bucket: string, rule?: Partial<CorsRule>): Promise<void>
  newPage(): Promise<Page>
  stop(): Promise<void>
}

interface CorsRule {
  readonly AllowedOrigin: string[]
  readonly AllowedMethod: string[]
  readonly AllowedHeader: string[]
  readonly ExposeHeader: string[]
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-precise-memory-info',
]

export async function startStage(): Promise<Stage> {
  const requests: SeenRequest[] = []
  const server = await startServer({ storage: 'local' })
  const stopRecording = record(server.endpoint, requests)
  const cos = new CosClient({ ...server.clientOptions })
  const files = await bundledSdk()
  const pages = await servePages(files)
  const profile = await mkdtemp(join(tmpdir(), 'coset-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: FLAGS,
    chromiumSandbox: false,
  })
  const origin = `http://localhost:${(pages.address() as AddressInfo).port}`
  let buckets = 0
  const newBucket = async () => {
    const Bucket = `browser${++buckets}-1250000000`
    await cos.putBucket({ Bucket })
    return Bucket
  }
  const allow = async (Bucket: string, rule: Partial<CorsRule> = {}) => {
    const all = {
      AllowedOrigin: [origin],
      AllowedMethod: ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'],
      AllowedHeader: ['*'],
      ExposeHeader: [
        'ETag',
        'Content-Length',
        'Content-Encoding',
        'x-cos-request-id',
        'x-cos-hash-crc64ecma',
      ],
    }
    await cos.putBucketCors({ Bucket, CORSRule: [{ ...all, ...rule }] })
  }
  const Bucket = await newBucket()
  await allow(Bucket)
  return {
    server,
    cos,
    Bucket,
    context,
    origin,
    requests,
    newBucket,
    allow,
    async newPage() {
      const page = await context.newPage()
      await page.goto(origin)
      return page
    },
    async stop() {
      await context.close()
      await Promise.all([cos.close(), new Promise((resolve) => pages.close(resolve))])
      stopRecording()
      await server.stop()
      await rm(profile, { recursive: true, force: true })
    },
  }
}

/** By what Node tells of its HTTP servers: the server runs in this process. */
function record(endpoint: string, requests: SeenRequest[]): () => void {
  const onRequest = (message: unknown) => {
    const { request } = message as { readonly request: IncomingMessage }
    if (request.headers.host !== endpoint) return
    requests.push({ method: request.method ?? '', url: request.url ?? '' })
  }
  subscribe('http.server.request.start', onRequest)
  return () => void unsubscribe('http.server.request.start', onRequest)
}

async function servePages(files: ReadonlyMap<string, string>): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const script = files.get(path)
    if (script !== undefined) response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
    else if (path === '/') response.writeHead(200, { 'content-type': 'text/html' }).end(HTML)
    else if (path === '/strict') response.writeHead(200, STRICT).end(HTML)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return server
}

/** Lets no WebAssembly be compiled, as many sites do not; `eval` is what the tests themselves need. */
const STRICT = {
  'content-type': 'text/html',
  'content-security-policy': "default-src 'self'; connect-src *; script-src 'self'",
}
const HTML = '<!doctype html><title>page</title><input id="file" type="file">'

/** What a function in the page gets beside its argument. */
export type InPage<A, R> = (sdk: typeof Sdk, argument: A) => R | Promise<R>

/** Runs a function in the page, with the SDK that the page loads. It sees nothing of the test but its argument. */
export async function inPage<A, R>(page: Page, run: InPage<A, R>, argument: A): Promise<R> {
  const script = `(async (argument) => (${run.toString()})(await import('/sdk.js'), argument))(${JSON.stringify(argument)})`
  return (await page.evaluate(script)) as R
}

/** The same in a worker of the page. */
export async function inWorker<A, R>(page: Page, run: InPage<A, R>, argument: A): Promise<R> {
  const script = `new Promise((resolve, reject) => {
    const worker = new Worker('/worker.js', { type: 'module' })
    worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.value))
    worker.onerror = (event) => reject(new Error(event.message))
    worker.postMessage(${JSON.stringify({ source: run.toString(), argument })})
  })`
  return (await page.evaluate(script)) as R
}
