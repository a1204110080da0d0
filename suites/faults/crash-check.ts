// After a crash: is every acknowledged write there and whole, and nothing there that is not whole?
import { type Crc64Engine, loadCrc64, type XmlElement } from '@coset/protocol'
import { type CosHttp, type CosReply, elements, text, xmlOf } from './cos-http.js'
import { checkAppended } from './crash-appends.js'
import { etagOf as bareEtagOf, bytesOf } from './crash-content.js'
import { type Ledger, mayBeLast, type Operation } from './crash-ledger.js'
import { header, PLAIN, VERSIONED } from './crash-replies.js'
import { deleteVersion } from './crash-traffic.js'
import { checkUploads } from './crash-uploads-check.js'

const VERSIONS_KEPT = 3
const AT_ONCE = 8

/** Throws an error that names every key in a state it may not have, and settles the ledger to what was found. */
export async function checkEverything(http: CosHttp, ledger: Ledger): Promise<{ readonly objects: number }> {
  const crc64 = await loadCrc64()
  const check = new Check(http, ledger, crc64)
  // First: a completion under way may be asked for again, and becomes an object then.
  const uploads = await checkUploads(http, ledger)
  check.problems.push(...uploads, ...(await checkAppended(http, ledger, crc64)))
  const plain = await check.plainBucket()
  const versioned = await check.versionedBucket()
  if (check.problems.length > 0) throw new Error(`After the crash:\n${check.problems.join('\n')}`)
  ledger.forgetDeletions()
  return { objects: plain + versioned }
}

/** Keeps the folder's size in bounds. */
export async function trim(http: CosHttp, ledger: Ledger): Promise<void> {
  for (const key of ledger.keys(VERSIONED)) {
    const [...kept] = ledger.of(VERSIONED, key)
    while (kept.length > VERSIONS_KEPT) {
      const { versionId = '' } = kept.shift() ?? {}
      await deleteVersion(http, ledger, { bucket: VERSIONED, key, versionId })
    }
  }
}

interface ListedVersion {
  readonly key: string
  readonly versionId: string
  readonly isLatest: boolean
  readonly kind: 'put' | 'delete'
  readonly etag: string | undefined
}

class Check {
  readonly problems: string[] = []
  readonly #http: CosHttp
  readonly #ledger: Ledger
  readonly #crc64: Crc64Engine

  constructor(http: CosHttp, ledger: Ledger, crc64: Crc64Engine) {
    this.#http = http
    this.#ledger = ledger
    this.#crc64 = crc64
  }

  async plainBucket(): Promise<number> {
    const listed = await this.#listObjects(PLAIN)
    const keys = new Set([...this.#ledger.keys(PLAIN), ...listed.keys()])
    await forEach([...keys], async (key) => {
      const found = await this.#currentOf(PLAIN, key)
      const all = this.#ledger.of(PLAIN, key)
      const nothingEver = all.every((operation) => operation.ended === Number.POSITIVE_INFINITY)
      const deleted = all.filter((operation) => operation.kind === 'delete' && mayBeLast(operation, all))
      if (found === undefined && !nothingEver && deleted.length === 0) this.#tell(PLAIN, key, 'is gone')
      if (found && !mayBeLast(found, all)) this.#tell(PLAIN, key, `is back at generation ${found.generation}`)
      if (listed.get(key) !== (found && etagOf(found))) this.#tell(PLAIN, key, 'is listed otherwise')
      this.#ledger.settle(PLAIN, key, found ? [found] : deleted.slice(-1))
    })
    return keys.size
  }

  async versionedBucket(): Promise<number> {
    const listed = await this.#listVersions(VERSIONED)
    const current = await this.#listObjects(VERSIONED)
    const keys = new Set([...this.#ledger.keys(VERSIONED), ...listed.map(({ key }) => key)])
    await forEach([...keys], async (key) => {
      const ofKey = listed.filter((one) => one.key === key)
      const observed = await this.#identify(key, ofKey)
      this.#checkPresence(key, ofKey)
      this.#checkOrder(key, observed)
      const [newest] = observed
      const live = newest?.kind === 'put' ? newest : undefined
      const found = await this.#currentOf(VERSIONED, key)
      if (found !== live) this.#tell(VERSIONED, key, 'has another current version than is listed')
      if (current.get(key) !== (live && etagOf(live))) this.#tell(VERSIONED, key, 'is listed otherwise')
      if (ofKey.some(({ isLatest }, at) => isLatest !== (at === 0)))
        this.#tell(VERSIONED, key, 'IsLatest is wrong')
      this.#ledger.settle(VERSIONED, key, [...observed].reverse())
    })
    return listed.length
  }

  /** The operations behind the listed versions, in the same order; the bytes of each are read and compared. */
  async #identify(key: string, listed: readonly ListedVersion[]): Promise<readonly Operation[]> {
    const observed: Operation[] = []
    // Oldest first, as unfinished deletions are in the ledger: which of them left a marker is not told.
    for (const one of [...listed].reverse()) {
      const operation =
        one.kind === 'put' ? await this.#putBehind(key, one) : this.#deletionBehind(key, one, observed)
      if (!operation) this.#tell(VERSIONED, key, `has the version ${one.versionId} that no one made`)
      else {
        operation.versionId = one.versionId
        observed.unshift(operation)
      }
    }
    return observed
  }

  async #putBehind(key: string, { versionId, etag }: ListedVersion): Promise<Operation | undefined> {
    const found = await this.#read(VERSIONED, key, versionId)
    if (!found) return undefined
    if (etag !== etagOf(found)) this.#tell(VERSIONED, key, `${versionId} is listed otherwise`)
    if (found.versionId !== undefined && found.versionId !== versionId) {
      this.#tell(VERSIONED, key, `${versionId} holds what ${found.versionId} should`)
    }
    return found
  }

  #deletionBehind(
    key: string,
    { versionId }: ListedVersion,
    taken: readonly Operation[],
  ): Operation | undefined {
    const all = this.#ledger.of(VERSIONED, key).filter((one) => one.kind === 'delete')
    const told = all.find((one) => one.versionId === versionId)
    return told ?? all.find((one) => one.versionId === undefined && !taken.includes(one))
  }

  #checkPresence(key: string, listed: readonly ListedVersion[]): void {
    const present = new Set(listed.map(({ versionId }) => versionId))
    for (const { versionId, ended } of this.#ledger.of(VERSIONED, key)) {
      if (versionId === undefined || ended === Number.POSITIVE_INFINITY) continue
      const deletion = this.#ledger.deletionOf(VERSIONED, key, versionId)
      if (!deletion && !present.has(versionId)) this.#tell(VERSIONED, key, `lost its version ${versionId}`)
      if (deletion?.acknowledged && present.has(versionId))
        this.#tell(VERSIONED, key, `has ${versionId} again`)
    }
  }

  /** Newest first: what began after another was acknowledged stands before it. */
  #checkOrder(key: string, observed: readonly Operation[]): void {
    for (const [at, operation] of observed.entries()) {
      const later = observed.slice(at + 1).find((other) => other.started > operation.ended)
      if (later) this.#tell(VERSIONED, key, `lists ${operation.versionId} before ${later.versionId}`)
    }
  }

  #currentOf(bucket: string, key: string): Promise<Operation | undefined> {
    return this.#read(bucket, key, undefined)
  }

  /** The put whose bytes are there, whole; undefined when nothing is. */
  async #read(bucket: string, key: string, versionId: string | undefined): Promise<Operation | undefined> {
    const params = versionId === undefined ? {} : { versionId }
    const reply = await this.#http
      .request({ method: 'GET', bucket, key, params })
      .catch((error: unknown) => ({ status: 0, headers: {}, body: Buffer.from(String(error)) }))
    if (reply.status === 404) return undefined
    if (reply.status !== 200) {
      this.#tell(bucket, key, `answers ${reply.status}: ${reply.body}`)
      return undefined
    }
    const generation = Number(header(reply.headers, 'x-cos-meta-generation'))
    const operation = this.#ledger.of(bucket, key).find((one) => one.generation === generation)
    if (!operation) this.#tell(bucket, key, `holds the unknown generation ${generation}`)
    else if (!this.#isWhole(reply, operation))
      this.#tell(bucket, key, `generation ${generation} is not whole`)
    return operation
  }

  #isWhole({ body, headers }: CosReply, operation: Operation): boolean {
    const bytes = bytesOf(operation.content)
    const crc64 = this.#crc64.of(bytes)
    return (
      body.equals(bytes) &&
      headers.etag === etagOf(operation) &&
      headers['x-cos-hash-crc64ecma'] === crc64.toString()
    )
  }

  /** ETags by key. */
  async #listObjects(bucket: string): Promise<ReadonlyMap<string, string>> {
    const etags = new Map<string, string>()
    let marker: string | undefined = ''
    while (marker !== undefined) {
      const reply: CosReply = await this.#http.request({ method: 'GET', bucket, params: { marker } })
      const document: XmlElement = xmlOf(reply)
      for (const one of elements(document, 'Contents'))
        etags.set(text(one, 'Key') ?? '', text(one, 'ETag') ?? '')
      marker = text(document, 'IsTruncated') === 'true' ? text(document, 'NextMarker') : undefined
    }
    return etags
  }

  async #listVersions(bucket: string): Promise<readonly ListedVersion[]> {
    const listed: ListedVersion[] = []
    let markers: Record<string, string> | undefined = {}
    while (markers) {
      const params: Record<string, string> = { versions: '', ...markers }
      const document: XmlElement = xmlOf(await this.#http.request({ method: 'GET', bucket, params }))
      const page = document.children.filter(({ name }) => name === 'Version' || name === 'DeleteMarker')
      listed.push(...page.map(listedVersion))
      markers = undefined
      if (text(document, 'IsTruncated') === 'true') {
        const [key = '', id = ''] = [text(document, 'NextKeyMarker'), text(document, 'NextVersionIdMarker')]
        markers = { 'key-marker': key, 'version-id-marker': id }
      }
    }
    return inOrder(listed)
  }

  #tell(bucket: string, key: string, problem: string): void {
    const known = this.#ledger
      .of(bucket, key)
      .map(
        ({ kind, generation, started, ended, versionId }) =>
          `${kind} ${generation} ${started}-${ended} ${versionId ?? ''}`,
      )
    this.problems.push(`${bucket} ${key} ${problem} (known: ${known.join('; ')})`)
  }
}

function listedVersion(element: XmlElement): ListedVersion {
  return {
    key: text(element, 'Key') ?? '',
    versionId: text(element, 'VersionId') ?? '',
    isLatest: text(element, 'IsLatest') === 'true',
    kind: element.name === 'Version' ? 'put' : 'delete',
    etag: text(element, 'ETag'),
  }
}

/** Versions and markers come apart in the document; ids count time down in decimal, so the newest is the smallest. */
function inOrder(listed: readonly ListedVersion[]): readonly ListedVersion[] {
  const order = ({ versionId }: ListedVersion) => BigInt(Buffer.from(versionId, 'base64').toString())
  return [...listed].sort((a, b) => (order(a) < order(b) ? -1 : 1))
}

function etagOf(operation: Operation): string {
  return `"${bareEtagOf(operation.content)}"`
}

async function forEach<T>(list: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = [...list]
  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next)
  })
  await Promise.all(workers)
}
