// The digests of a body that passes by in chunks.
import { createHash } from 'node:crypto'
import type { Crc64 } from '../store.js'

export interface StreamDigests {
  /** Hex. */
  readonly md5: string
  /** Hex; undefined when nobody asked for it. */
  readonly sha1: string | undefined
  readonly crc64: bigint
}

export interface Digester {
  /** The chunk is the caller's again once this returns; a promise asks the caller to wait before the next. */
  update(chunk: Uint8Array): Promise<void> | undefined
  digest(): Promise<StreamDigests>
  /** Lets go of a body that will not be finished. */
  discard(): void
}

export interface DigesterOptions {
  readonly sha1: boolean
  /** Bytes announced; undefined when unknown. */
  readonly length: number | undefined
}

export type CreateDigester = (options: DigesterOptions) => Digester

/** Digests here and now, on the calling thread. */
export function inlineDigester(crc64: Crc64): CreateDigester {
  return ({ sha1: wantsSha1 }) => {
    const md5 = createHash('md5')
    const sha1 = wantsSha1 ? createHash('sha1') : undefined
    const crc = crc64.create()
    return {
      update(chunk) {
        md5.update(chunk)
        sha1?.update(chunk)
        crc.update(chunk)
        return undefined
      },
      digest: async () => ({ md5: md5.digest('hex'), sha1: sha1?.digest('hex'), crc64: crc.digest() }),
      discard: () => undefined,
    }
  }
}
