// The body of one request, encrypted while it is sent.
import { type Body, sourceBody } from '../body.js'
import { CosClientError } from '../errors.js'
import type { Platform } from '../platform.js'
import { md5Of } from '../transfer/upload-content.js'
import { checkedStream } from './checked-stream.js'
import type { ObjectCipher } from './object-cipher.js'
import { SteadyContent } from './steady-content.js'

/** A body that the caller gave, and what was said of it. */
export interface GivenBody {
  readonly body: Body
  /** Whether it still is what it was, where it can change. */
  readonly verify?: () => Promise<void>
  readonly ContentLength: number | undefined
  /** Of the content, in base64. */
  readonly ContentMD5: string | undefined
}

/** Where in the object the content belongs. */
export interface Place {
  readonly offset: number
  /** Whether what closes the object follows. */
  readonly ends: boolean
}

/** Reads what the input of a call says of its body. Throws a CosClientError of kind `validation`. */
export function givenBody(
  body: Body,
  said: { readonly ContentLength?: unknown; readonly ContentMD5?: unknown },
) {
  const { ContentLength, ContentMD5 } = said
  const length = ContentLength === undefined ? undefined : Number(ContentLength)
  if (length !== undefined && !(Number.isSafeInteger(length) && length >= 0)) {
    throw new CosClientError('validation', 'ContentLength must be a whole number of bytes.')
  }
  if (length !== undefined && body.length !== undefined && body.length !== length) {
    const message = `ContentLength is ${length}, but the body has ${body.length} bytes.`
    throw new CosClientError('validation', message)
  }
  const digest = ContentMD5 === undefined ? undefined : String(ContentMD5)
  return { body, ContentLength: length, ContentMD5: digest }
}

/**
 * Content that can be read again is compared with its digest before any of it is sent. That of a stream is when it has
 * ended, and then its last bytes are not sent.
 */
export async function storedBody(
  cipher: ObjectCipher,
  given: GivenBody,
  at: Place,
  { platform, signal }: { readonly platform: Platform; readonly signal: AbortSignal | undefined },
): Promise<Body> {
  const { body, ContentLength, ContentMD5 } = given
  if (!body.rewindable || body.length === undefined) {
    return onceBody(body, storedLength(cipher, body.length ?? ContentLength, at), () =>
      cipher.encrypt(checkedStream(bytesOf(body), { platform, length: ContentLength, ContentMD5 }), at),
    )
  }
  const { length } = body
  if (ContentMD5 !== undefined) {
    const found = await md5Of(platform, { length, open: () => bytesOf(body) }, signal)
    if (found !== ContentMD5) {
      throw new CosClientError('checksum', 'ContentMD5 is not the MD5 of the content; nothing was sent.')
    }
  }
  const content = new SteadyContent(sourceOf(given, length), cipher.granule)
  return sourceBody(storedLength(cipher, length, at) ?? 0, () => cipher.encrypt(content.read(0, length), at))
}

/** What is stored of so much content at its place. */
function storedLength(cipher: ObjectCipher, length: number | undefined, { ends }: Place): number | undefined {
  if (length === undefined) return undefined
  return cipher.storedLength(length) - (ends ? 0 : cipher.storedLength(0))
}

/** It is only ever read whole. */
function sourceOf({ body, verify = async () => undefined }: GivenBody, size: number) {
  return { size, verify, read: () => bytesOf(body) }
}

export async function* bytesOf(body: Body): AsyncGenerator<Uint8Array> {
  const content = body.open()
  if (content instanceof Uint8Array) yield content
  else yield* content
}

function onceBody(body: Body, length: number | undefined, open: () => AsyncIterable<Uint8Array>): Body {
  return {
    length,
    rewindable: false,
    get spent() {
      return body.spent
    },
    open,
    release: () => body.release(),
  }
}
