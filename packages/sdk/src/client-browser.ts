// The client of browsers, of pages and of workers.
import { CosClientBase } from './client.js'
import { BasicClient } from './client-basic.js'
import type { Coding } from './coding.js'
import { type Context, createContext } from './context.js'
import type { ObjectBody } from './object-body-browser.js'
import type { CosClientOptions } from './options.js'
import type { Platform } from './platform.js'
import { browserPlatform } from './platform-browser.js'
import { interruptible } from './transfer/pool.js'
import type { BrowserUploadFileInput, BrowserUploadFileOptions } from './transfer/upload-file-browser.js'
import type { UploadOutput } from './transfer/upload-input.js'

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
  constructor(options: CosClientOptions, platform?: Platform)
  /** @internal */
  constructor(options: CosClientOptions, platform: Platform, codingOf: (context: Context) => Coding)
  constructor(
    options: CosClientOptions,
    platform: Platform = browserPlatform(),
    codingOf?: (context: Context) => Coding,
  ) {
    const context = createContext(options, platform)
    super(codingOf ? { ...context, coding: codingOf(context) } : context)
  }

  /**
   * Uploads a file that the user chose, of any size: up to 20 MB in one request, more in parts, several at a time. What was
   * sent of a large file is kept on record in this browser, so that the same call with the same file goes on there after an
   * abort, a reload or a restart; a file that changed since starts afresh.
   *
   * Rejects with kind `changed` when the file changes meanwhile, `locked` while another call or tab uploads this file
   * to this key, `checksum` when the server stored something else, and at once with `aborted` when the signal fires.
   * `partNumber` tells the part that failed.
   */
  async uploadFile(
    input: BrowserUploadFileInput,
    options: BrowserUploadFileOptions = {},
  ): Promise<UploadOutput> {
    // Loaded when it is asked for, as most pages never do.
    const { uploadFile } = await interruptible(import('./transfer/upload-file-browser.js'), options.signal)
    return uploadFile(this.context, input, options)
  }
}

/**
 * The same without `uploadFile`, `upload`, `copy`, `moveObject` and `deletePrefix`. Those are loaded only when they are called,
 * if the page's bundler makes files of its own for that; for one that makes a single file this client is smaller.
 */
export class BasicCosClient extends BasicClient<ObjectBody> {
  /** Throws a CosClientError of kind `configuration`. `platform` is for tests: clock, chance and transport. */
  constructor(options: CosClientOptions, platform: Platform = browserPlatform()) {
    super(createContext(options, platform))
  }
}
