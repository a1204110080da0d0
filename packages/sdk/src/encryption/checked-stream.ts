// A stream whose length or digest its caller told: its last bytes come only once they are known to be right.
import { CosClientError } from '../errors.js'
import type { Platform } from '../platform.js'

export interface Told {
  readonly platform: Platform
  readonly length: number | undefined
  /** In base64. */
  readonly ContentMD5: string | undefined
}

export async function* checkedStream(
  stream: AsyncIterable<Uint8Array>,
  { platform, length, ContentMD5 }: Told,
): AsyncGenerator<Uint8Array> {
  const md5 = ContentMD5 === undefined ? undefined : platform.md5()
  let bytes = 0
  let held: Uint8Array | undefined
  for await (const chunk of stream) {
    bytes += chunk.length
    if (length !== undefined && bytes > length) throw wrongLength(length, 'more')
    md5?.update(chunk)
    if (held) yield held
    const mayBeLast = length === undefined ? md5 !== undefined : bytes === length
    // Sources may use their memory again once they are asked for more.
    held = mayBeLast ? chunk.slice() : undefined
    if (!held) yield chunk
  }
  if (length !== undefined && bytes < length) throw wrongLength(length, `only ${bytes}`)
  if (md5 && md5.base64() !== ContentMD5) {
    throw new CosClientError('checksum', 'ContentMD5 is not the MD5 of the content; nothing was stored.')
  }
  if (held) yield held
}

function wrongLength(length: number, found: string): CosClientError {
  return new CosClientError('body', `The body was to have ${length} bytes, but has ${found}.`)
}
