import { type CorsRule, findCors, findCorsRule } from '@coset/core'
import { Fault, LIMITS } from '@coset/model'
import type { Context, Handler, ServerOutput } from '../handlers.js'

type Allowance = ServerOutput<'optionsObject'>

export const optionsObject: Handler<'optionsObject'> = async ({ call, store }, input) => {
  const { Origin: origin, AccessControlRequestMethod: method } = input
  const headers = headerNames(input.AccessControlRequestHeaders ?? '')
  const configuration = await findCors(call, store, input.Bucket)
  const rule = configuration && findCorsRule(configuration, { origin, method, headers })
  if (!rule) throw new Fault('AccessForbidden')
  const allowedHeaders = headers.length > 0 ? headers : rule.allowedHeaders
  return {
    ...allowance(rule, origin),
    AccessControlAllowHeaders: joined(allowedHeaders),
    Vary: configuration.responseVary ? 'Origin' : undefined,
  }
}

/** What a reply to a request itself says to the browser, whatever came of the request. */
export async function crossOriginReply(
  { call, store }: Pick<Context, 'call' | 'store'>,
  { bucket, origin, method }: { readonly bucket: string; readonly origin: string; readonly method: string },
): Promise<Allowance> {
  const configuration = await findCors(call, store, bucket).catch((error: unknown) => {
    if (error instanceof Fault && error.code === 'NoSuchBucket') return undefined
    throw error
  })
  if (!configuration) return {}
  const rule = findCorsRule(configuration, { origin, method, headers: [] })
  return { ...(rule && allowance(rule, origin)), Vary: configuration.responseVary ? 'Origin' : undefined }
}

/** Cookies go only to origins that are named: browsers refuse them for `*`. */
function allowance(rule: CorsRule, origin: string): Allowance {
  const anyOrigin = rule.allowedOrigins.includes('*')
  return {
    AccessControlAllowOrigin: anyOrigin ? '*' : origin,
    AccessControlAllowCredentials: anyOrigin ? undefined : true,
    AccessControlAllowMethods: joined(rule.allowedMethods),
    AccessControlExposeHeaders: joined(rule.exposedHeaders),
    AccessControlMaxAge: rule.maxAgeSeconds,
  }
}

/** Bounded, as anyone may ask and each name is held against all of a rule. Throws `InvalidArgument`. */
function headerNames(text: string): readonly string[] {
  const names = text.split(',').flatMap((name) => name.trim() || [])
  if (names.length <= LIMITS.corsRequestHeadersMax) return names
  throw new Fault('InvalidArgument', {
    message: `Access-Control-Request-Headers names at most ${LIMITS.corsRequestHeadersMax} headers.`,
  })
}

function joined(names: readonly string[]): string | undefined {
  return names.length > 0 ? names.join(',') : undefined
}
