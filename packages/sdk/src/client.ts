// What every client has beside single calls: transfers, each loaded when it is asked for, as most pages never do.
import { BasicClient } from './client-basic.js'
import type { Context } from './context.js'
import type { ObjectBodyBase } from './object-body.js'
import type { CopyInput, CopyOptions, CopyOutput } from './transfer/copy.js'
import type { DeletePrefixInput, DeletePrefixOptions, DeletePrefixResult } from './transfer/delete-prefix.js'
import type { MoveObjectOutput } from './transfer/move-object.js'
import { interruptible } from './transfer/pool.js'
import type { UploadInput, UploadOptions, UploadOutput } from './transfer/upload-input.js'

/** The client of every platform; `CosClient` adds what its own platform can do. `B`: its body of objects. */
export class CosClientBase<
  B extends ObjectBodyBase = ObjectBodyBase,
  C extends Context = Context,
> extends BasicClient<B, C> {
  /**
   * Copies an object within the service, of any size: by one request, or from 5 GiB on in parts, from here or from
   * another region. Headers and metadata are the source's unless `CopyStatus` is `Replaced`, tags unless
   * `TaggingDirective` is; class and access control list are those given here. The source is looked at first: its size
   * and state are pinned, and the copy's CRC-64 is compared with its own. Where it can not be looked at, one copyObject
   * has to do.
   *
   * Rejects with kind `changed` when the source of a copy in parts is replaced meanwhile, `checksum` when the copy is
   * not the same.
   */
  async copy(input: CopyInput, options?: CopyOptions): Promise<CopyOutput> {
    const { copy } = await interruptible(import('./transfer/copy.js'), options?.signal)
    return copy(this.context, input, options)
  }

  /**
   * Copies an object as `copy` does, then deletes the source: only what was copied. With `VersionId` in `CopySource`
   * that version is removed for good; else the source is looked at once more, and rejects with kind `changed` where
   * something else was written meanwhile. What is written between this look and the deletion is deleted with it; where
   * versioning is enabled it is only hidden by a delete marker. An error after the copy says so: then both are there.
   */
  async moveObject(input: CopyInput, options?: CopyOptions): Promise<MoveObjectOutput> {
    const { moveObject } = await interruptible(import('./transfer/move-object.js'), options?.signal)
    return moveObject(this.context, input, options)
  }

  /**
   * Deletes every object whose key begins with `Prefix`, a thousand a request. Resolves with what could not be deleted;
   * failures that may pass are tried again first. Rejects when a whole request fails, with `result` on the error.
   */
  async deletePrefix(input: DeletePrefixInput, options?: DeletePrefixOptions): Promise<DeletePrefixResult> {
    const { deletePrefix } = await interruptible(import('./transfer/delete-prefix.js'), options?.signal)
    return deletePrefix(this.context, input, options)
  }

  /**
   * Uploads content of any kind and length: text, bytes and Blobs up to 20 MB, and streams of one part, in one
   * request, more in parts, several at a time. Of a stream, `MAXThread` parts are in memory, some 64 MiB at most unless
   * one part is larger; it is read as fast as they are sent, and destroyed when the upload fails. Parts of a stream whose
   * length is not given grow on the way, so that 10,000 of 8 MB and more take 430 GB.
   *
   * Rejects with kind `body` when the source fails (`cause` is its error), `checksum` when the server stored something
   * else, and at once with `aborted` when the signal fires. `partNumber` tells the part that failed. What was sent is
   * then deleted at the server, unless `abortOnFailure` is false.
   */
  async upload(input: UploadInput, options: UploadOptions = {}): Promise<UploadOutput> {
    const { upload } = await interruptible(import('./transfer/upload.js'), options.signal)
    return upload(this.context, input, options)
  }
}
