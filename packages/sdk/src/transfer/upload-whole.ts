// Uploads content in one request.
import { bytesBody } from '../body.js'
import type { CallOptions, Context } from '../context.js'
import { call, partRetries } from './call.js'
import type { ProgressMeter } from './progress.js'
import { type Content, md5Of, meteredBody, readContent, sentIntact } from './upload-content.js'
import { type UploadOutput, type UploadTarget, uploadOutput } from './upload-input.js'

/** Content up to this is read before it is sent: one piece of memory, and no stream to set up. */
const READ_WHOLE_BYTES_MAX = 256 * 1024

export interface WholeUpload {
  readonly target: UploadTarget
  readonly content: Content
  /** As the caller gave it, in base64. */
  readonly ContentMD5: string | undefined
  readonly meter: ProgressMeter
}

export async function uploadWhole(
  context: Context,
  { target, content, ContentMD5, meter }: WholeUpload,
  options: CallOptions,
): Promise<UploadOutput> {
  const isOwnDigest = ContentMD5 === undefined && target.enableMd5
  const digest = isOwnDigest ? await md5Of(context.platform, content, options.signal) : ContentMD5
  const part = meter.part()
  const isSmall = content.length <= READ_WHOLE_BYTES_MAX
  const body = isSmall ? bytesBody(await readWhole(content, options)) : meteredBody(content, part)
  const { TrafficLimit } = target
  const input = { ...target.input, Body: '', ContentMD5: digest, TrafficLimit }
  const retries = partRetries(context)
  const output = await sentIntact(
    () => call(context, 'putObject', input, { ...options, body, retries }),
    isOwnDigest,
  )
  if (isSmall) part.add(content.length)
  meter.finish()
  return uploadOutput(output, target.location, undefined)
}

async function readWhole(content: Content, { signal }: CallOptions): Promise<Uint8Array> {
  const whole = new Uint8Array(content.length)
  let offset = 0
  await readContent(content, signal, (chunk) => {
    whole.set(chunk, offset)
    offset += chunk.length
  })
  return whole
}
