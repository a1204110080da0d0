// Content to upload that can be read anywhere, and again.

/** What tells one state of a source from another; kept in checkpoints. */
export type SourceIdentity = Readonly<Record<string, string | number>>

export interface UploadSource {
  /** Bytes. */
  readonly size: number
  /** Equal as long as the content is the same, in this run and in later ones. */
  readonly identity: SourceIdentity
  /**
   * Reads a slice; may be called again, and several may be open at a time. A chunk is good until the next one is
   * asked for: its memory may be used again then.
   */
  read(offset: number, length: number): AsyncIterable<Uint8Array>
  /** The same slice unread, where the source is a Blob. */
  slice?(offset: number, length: number): Blob
  /** Rejects with a CosClientError of kind `changed` when the source is no longer what `identity` says. */
  verify(): Promise<void>
  close(): Promise<void>
}
