// The client of browsers, of pages and of workers.
import { CosClientBase } from './client.js'
import { createContext } from './context.js'
import type { ObjectBody } from './object-body-browser.js'
import type { CosClientOptions } from './options.js'
import type { Platform } from './platform.js'
import { browserPlatform } from './platform-browser.js'

/**
 * A client for one region or endpoint, to be made once and shared.
 *
 * ```ts
 * const cos = new CosClient({ Region: 'ap-guangzhou', SecretId, SecretKey, Token })
 * await cos.putObject({ Bucket: 'examplebucket-1250000000', Key: 'a.txt', Body: file })
 * ```
 *
 * Use temporary keys: whoever opens the page can read them. A CORS rule of the bucket must allow the page's origin its
 * methods and headers, and expose `ETag`, `Content-Encoding` and `x-cos-*` headers.
 *
 * Methods reject with a CosServiceError for what the server refused and a CosClientError for everything else.
 * Failures that may pass are retried with growing pauses; streams that were read from are not.
 */
export class CosClient extends CosClientBase<ObjectBody> {
  /** Throws a CosClientError of kind `configuration`. `platform` is for tests: clock, chance and transport. */
  constructor(options: CosClientOptions, platform: Platform = browserPlatform()) {
    super(createContext(options, platform))
  }
}
