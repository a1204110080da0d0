// What browsers ask before a page of another origin may send its request.
import { bucket, header, key, operation, optional } from '../operation.js'
import { boolean, integer, text } from '../shape/shape.js'

/**
 * Ask whether a page of an origin may send a request, as browsers do on their own. Takes no signature, and any key,
 * whether there is such an object or not. COS: OPTIONS Object.
 * Errors: `AccessForbidden` (403) when no rule of the bucket allows it, `NoSuchBucket`.
 * @see https://cloud.tencent.com/document/product/436/8288
 */
export const optionsObject = operation({
  name: 'OptionsObject',
  action: 'OptionsObject',
  method: 'OPTIONS',
  resource: 'object',
  status: 200,
  summary: 'Ask whether a page of an origin may send a request.',
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** The object's key. */
    Key: key(),
    /** The page's origin, such as `https://example.com`. */
    Origin: header('origin', text()),
    /** The method that the page wants to use. */
    AccessControlRequestMethod: header('access-control-request-method', text()),
    /** Names of the headers that it wants to send, separated by commas. */
    AccessControlRequestHeaders: optional(header('access-control-request-headers', text())),
  },
  output: {
    /** The origin, or `*`. */
    AccessControlAllowOrigin: optional(header('access-control-allow-origin', text())),
    /** Whether requests may carry cookies; absent for `*`. */
    AccessControlAllowCredentials: optional(header('access-control-allow-credentials', boolean())),
    /** The methods of the rule, separated by commas. */
    AccessControlAllowMethods: optional(header('access-control-allow-methods', text())),
    /** The headers that were asked for, else those of the rule. */
    AccessControlAllowHeaders: optional(header('access-control-allow-headers', text())),
    /** The headers of replies that the page may read. */
    AccessControlExposeHeaders: optional(header('access-control-expose-headers', text())),
    /** How long this answer may be kept, in seconds. */
    AccessControlMaxAge: optional(header('access-control-max-age', integer())),
    /** `Origin`, when the bucket's configuration asks for it. */
    Vary: optional(header('vary', text())),
  },
  faults: ['AccessForbidden', 'NoSuchBucket', 'InvalidArgument'],
})
