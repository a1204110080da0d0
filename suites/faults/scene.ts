// Two objects in one bucket: where faults and cancellations strike.
import {
  type Call,
  createBucket,
  getObject,
  listVersions,
  putObject,
  type Store,
  setVersioning,
} from '@coset/core'
import { Fault } from '@coset/model'
import {
  auditExactly,
  bodyOf,
  bytesNamed,
  contentBytes,
  fakeClock,
  faultyPorts,
  type OpenStore,
  type PortHook,
  STORES,
  storeAbove,
  testCall,
} from '@coset/testkit'

export const BUCKET = 'faults-1250000000'
export const KEY = 'key'
export const OLD = bytesNamed('old', 100_000)
export const NEW = bytesNamed('new', 120_000)
export const SMALL = bytesNamed('small', 100)

/** What writes take beside a body, with nothing special about it. */
export const PLAIN = {
  bucket: BUCKET,
  key: KEY,
  expected: {},
  headers: {},
  metadata: {},
  storageClass: 'STANDARD',
  acl: {},
  tags: [],
  forbidOverwrite: false,
} as const

export type Versioning = 'never' | 'Enabled' | 'Suspended'
export type StoreName = keyof typeof STORES

export const SOURCE = 'source'
export const SOURCE_BYTES = bytesNamed('source', 90_000)

export function put(call: Call, store: Store, bytes: Buffer, stream = bodyOf(bytes).stream) {
  return putObject(call, store, { ...PLAIN, body: { stream, length: bytes.length } })
}

/** The scene: the old object stands in the bucket. */
export class Scene {
  readonly opened: OpenStore
  readonly call = testCall({ clock: fakeClock() })

  private constructor(opened: OpenStore) {
    this.opened = opened
  }

  static async open(name: StoreName, versioning: Versioning): Promise<Scene> {
    const scene = new Scene(await STORES[name]())
    const { call } = scene
    const { store } = scene.opened
    await createBucket(call, store, { name: BUCKET, region: 'r', owner: 'o', acl: {}, tags: [] })
    if (versioning !== 'never') await setVersioning(call, store, BUCKET, versioning)
    await put(call, store, OLD)
    await putObject(call, store, { ...PLAIN, key: SOURCE, body: bodyOf(SOURCE_BYTES) })
    return scene
  }

  /** A process of its own above the same ports, with a hook around every call. */
  async behind(hook: PortHook): Promise<{ readonly store: Store; readonly calls: () => number }> {
    const ports = faultyPorts(this.opened.store, hook)
    return { store: await storeAbove(ports), calls: ports.calls }
  }

  /** The bytes of the current version, read whole; undefined when there is none. */
  current(): Promise<Buffer | undefined> {
    return currentOf(this.call, this.opened.store, KEY)
  }

  /** Everything listed can be read, and no row or blob is too many or too few. */
  async assertWhole(): Promise<void> {
    const { store } = this.opened
    await auditExactly(store)
    const page = await listVersions(this.call, store, EVERYTHING)
    for (const { key, version } of page.versions) {
      if (version.kind === 'marker') continue
      const versionId = version.isNull ? 'null' : versionIdOf(version.order)
      const input = { bucket: BUCKET, key, versionId, conditions: {} }
      const bytes = await contentBytes((await getObject(this.call, store, input)).content)
      if (bytes.length !== version.size) throw new Error(`A version of ${key} is not whole.`)
    }
  }

  close(): Promise<void> {
    return this.opened.close()
  }
}

/** The bytes of a key's current version, read whole; undefined when there is none. */
export async function currentOf(call: Call, store: Store, key: string): Promise<Buffer | undefined> {
  try {
    const { content } = await getObject(call, store, { bucket: BUCKET, key, conditions: {} })
    return await contentBytes(content)
  } catch (error) {
    if (error instanceof Fault && error.code === 'NoSuchKey') return undefined
    throw error
  }
}

const EVERYTHING = {
  bucket: BUCKET,
  prefix: '',
  delimiter: '',
  keyMarker: '',
  versionIdMarker: '',
  keysMax: undefined,
}

function versionIdOf(order: bigint): string {
  return Buffer.from(order.toString()).toString('base64').replace(/=+$/, '')
}

export async function newestVersion(store: Store): Promise<string> {
  const page = await listVersions(testCall(), store, { ...EVERYTHING, prefix: KEY })
  const version = page.versions[0]?.version
  return version === undefined || version.isNull ? 'null' : versionIdOf(version.order)
}
