// A stream whose length or digest its caller told: its last bytes come only once they are known to be right.
import { CosClientError } from '../errors.js'
import type { Md5, Platform } from '../platform.js'

export interface Told {
  readonly platform: Platform
  readonly length: number | undefined
  /** In base64. */
  readonly ContentMD5: string | undefined
}

export async function* checkedStream(
  stream: AsyncIterable<Uint8Array>,
  told: Told,
): AsyncGenerator<Uint8Array> {
  const check = new Check(told)
  let held: Uint8Array | undefined
  for await (const chunk of stream) {
    const mayBeLast = check.add(chunk)
    if (held) yield held
    // Sources may use their memory again once they are asked for more.
    held = mayBeLast ? chunk.slice() : undefined
    if (!held) yield chunk
  }
  check.end()
  if (held) yield held
}

class Check {
  readonly #length: number | undefined
  readonly #digest: string | undefined
  readonly #md5: Md5 | undefined
  #bytes = 0

  constructor({ platform, length, ContentMD5 }: Told) {
    this.#length = length
    this.#digest = ContentMD5
    this.#md5 = ContentMD5 === undefined ? undefined : platform.md5()
  }

  /** Whether all there is to check may have come with it. */
  add(chunk: Uint8Array): boolean {
    this.#bytes += chunk.length
    const length = this.#length
    if (length !== undefined && this.#bytes > length) throw wrongLength(length, 'more')
    this.#md5?.update(chunk)
    return length === undefined ? this.#md5 !== undefined : this.#bytes === length
  }

  end(): void {
    const length = this.#length
    if (length !== undefined && this.#bytes < length) throw wrongLength(length, `only ${this.#bytes}`)
    if (!this.#md5 || this.#md5.base64() === this.#digest) return
    throw new CosClientError('checksum', 'ContentMD5 is not the MD5 of the content; nothing was stored.')
  }
}

function wrongLength(length: number, found: string): CosClientError {
  return new CosClientError('body', `The body was to have ${length} bytes, but has ${found}.`)
}
