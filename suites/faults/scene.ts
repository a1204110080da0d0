// One object in one bucket, and what can be done to it: where faults and cancellations strike.
import {
  type Call,
  createBucket,
  deleteObject,
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

export type Versioning = 'never' | 'Enabled' | 'Suspended'
export type StoreName = keyof typeof STORES

export interface Action {
  readonly name: string
  readonly run: (call: Call, store: Store) => Promise<unknown>
}

/** Everything that writes; each replaces or removes the old object. */
export const ACTIONS: readonly Action[] = [
  { name: 'a large put', run: (call, store) => put(call, store, NEW) },
  { name: 'a small put', run: (call, store) => put(call, store, SMALL) },
  { name: 'a deletion', run: (call, store) => deleteObject(call, store, { bucket: BUCKET, key: KEY }) },
  {
    name: 'the deletion of a version',
    async run(call, store) {
      const versionId = await newestVersion(store)
      await deleteObject(call, store, { bucket: BUCKET, key: KEY, versionId })
    },
  },
]

export function put(call: Call, store: Store, bytes: Buffer, stream = bodyOf(bytes).stream) {
  return putObject(call, store, {
    bucket: BUCKET,
    key: KEY,
    body: { stream, length: bytes.length },
    expected: {},
    headers: {},
    metadata: {},
    storageClass: 'STANDARD',
    acl: {},
    tags: [],
    forbidOverwrite: false,
  })
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
    return scene
  }

  /** A process of its own above the same ports, with a hook around every call. */
  async behind(hook: PortHook): Promise<{ readonly store: Store; readonly calls: () => number }> {
    const ports = faultyPorts(this.opened.store, hook)
    return { store: await storeAbove(ports), calls: ports.calls }
  }

  /** The bytes of the current version, read whole; undefined when there is none. */
  async current(): Promise<Buffer | undefined> {
    try {
      const input = { bucket: BUCKET, key: KEY, conditions: {} }
      const { content } = await getObject(this.call, this.opened.store, input)
      return await contentBytes(content)
    } catch (error) {
      if (error instanceof Fault && error.code === 'NoSuchKey') return undefined
      throw error
    }
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

async function newestVersion(store: Store): Promise<string> {
  const page = await listVersions(testCall(), store, EVERYTHING)
  const version = page.versions[0]?.version
  return version === undefined || version.isNull ? 'null' : versionIdOf(version.order)
}
