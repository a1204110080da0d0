// Writers on sixteen connections who ask for everything a server can lose, until it is gone.
import { type SeededRandom, seededRandom } from '@coset/testkit'
import type { CosHttp } from './cos-http.js'
import { append } from './crash-appends.js'
import { bytesOf } from './crash-content.js'
import { copy } from './crash-copies.js'
import type { Ledger } from './crash-ledger.js'
import { header, PLAIN, UnexpectedReply, VERSIONED } from './crash-replies.js'
import { anyUploadStep } from './crash-uploads.js'

export const CONNECTIONS = 16

const KIB = 1024
const MIB = 1024 * KIB
const SMALL = [0, 1, 100, 4 * KIB, 8 * KIB - 1, 8 * KIB, 8 * KIB + 1, 20 * KIB, 70 * KIB]
const LARGE = [300 * KIB, MIB, MIB + 1, 8 * MIB]
const KEYS_EACH = 5
/** Every writer uses these too, at the same time as the others. */
const SHARED_KEYS = ['shared/a', 'shared/b', 'shared/中文 😀']

/** Runs until every connection is broken. Throws when the server answers what it should not. */
export async function makeTraffic(http: CosHttp, ledger: Ledger, seed: number): Promise<void> {
  const writers = Array.from({ length: CONNECTIONS }, async (_, number) => {
    const random = seededRandom(seed * CONNECTIONS + number)
    for (;;) {
      const done = await anyOperation(http, ledger, random, number).then(
        () => true,
        (error: unknown) => {
          if (error instanceof UnexpectedReply) throw error
          return false
        },
      )
      if (!done) return
    }
  })
  await Promise.all(writers)
}

async function anyOperation(
  http: CosHttp,
  ledger: Ledger,
  random: SeededRandom,
  writer: number,
): Promise<void> {
  const bucket = random.chance(50) ? PLAIN : VERSIONED
  const key = random.chance(15)
    ? random.pick(SHARED_KEYS)
    : `writer-${writer}/key ${random.below(KEYS_EACH)}+`
  const kind = random.below(100)
  const scene = { http, ledger, random, writer }
  if (kind < 28) return anyUploadStep(scene, bucket, key)
  if (kind < 36) return append(scene)
  if (kind < 47) return copy(scene, bucket, key)
  if (kind < 83) return put(http, ledger, { bucket, key, size: anySize(random) })
  if (kind < 91) return remove(http, ledger, bucket, key)
  return removeVersion(http, ledger, { bucket, key, random })
}

function anySize(random: SeededRandom): number {
  return random.chance(88) ? random.pick(SMALL) : random.pick(LARGE)
}

interface Put {
  readonly bucket: string
  readonly key: string
  readonly size: number
}

export async function put(http: CosHttp, ledger: Ledger, { bucket, key, size }: Put): Promise<void> {
  const operation = ledger.put(bucket, key, size)
  const headers = { 'x-cos-meta-generation': String(operation.generation) }
  const reply = await http.request({ method: 'PUT', bucket, key, headers, body: bytesOf(operation.content) })
  if (reply.status !== 200) throw new UnexpectedReply(`PUT ${key}: ${reply.status} ${reply.body}`)
  ledger.acknowledge(operation, header(reply.headers, 'x-cos-version-id'))
}

export async function remove(http: CosHttp, ledger: Ledger, bucket: string, key: string): Promise<void> {
  const operation = ledger.delete(bucket, key)
  const reply = await http.request({ method: 'DELETE', bucket, key })
  if (reply.status !== 204) throw new UnexpectedReply(`DELETE ${key}: ${reply.status} ${reply.body}`)
  ledger.acknowledge(operation, header(reply.headers, 'x-cos-version-id'))
}

interface KeyChoice {
  readonly bucket: string
  readonly key: string
  readonly random: SeededRandom
}

/** Deletes a version that is known to be there, by its id. */
async function removeVersion(
  http: CosHttp,
  ledger: Ledger,
  { bucket, key, random }: KeyChoice,
): Promise<void> {
  const known = ledger
    .of(bucket, key)
    .flatMap(({ versionId }) => (versionId === undefined ? [] : [versionId]))
    .filter((versionId) => !ledger.deletionOf(bucket, key, versionId))
  if (known.length === 0) return remove(http, ledger, bucket, key)
  await deleteVersion(http, ledger, { bucket, key, versionId: random.pick(known) })
}

export interface VersionName {
  readonly bucket: string
  readonly key: string
  readonly versionId: string
}

export async function deleteVersion(http: CosHttp, ledger: Ledger, name: VersionName): Promise<void> {
  const { bucket, key, versionId } = name
  const deletion = ledger.beginVersionDeletion(bucket, key, versionId)
  const reply = await http.request({ method: 'DELETE', bucket, key, params: { versionId } })
  if (reply.status !== 204)
    throw new UnexpectedReply(`DELETE ${key} ${versionId}: ${reply.status} ${reply.body}`)
  ledger.acknowledgeDeletion(deletion)
}
