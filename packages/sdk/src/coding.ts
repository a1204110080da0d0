// What a client does that stores content otherwise than it is given. The context of a plain client has none of this.
import type { Output } from '@coset/protocol'
import type { CallOptions } from './context.js'
import type { ObjectName, Span } from './encryption/object-cipher.js'
import type { Call } from './execute.js'
import type { OperationInput } from './operations.js'
import type { ObjectHead } from './transfer/object-state.js'
import type { StoredInput, UploadMembers } from './transfer/upload-input.js'
import type { SourceIdentity, UploadSource } from './transfer/upload-source.js'

export interface Coding {
  /** One call of an operation, in terms of the content. */
  perform(call: Call): Promise<Output>
  /** `earlier`: of the source of an earlier run, which goes on where it is the same. */
  encodeSource(upload: SourceToStore, earlier: SourceIdentity | undefined): Promise<SourceToStore>
  /** What comes back has neither the caller's digest nor its length, as those are of the content. */
  encodeStream(upload: StreamToStore): Promise<StreamToStore>
  /** Undefined for an object that is stored as it was given. Rejects where that, or what it is, may not be read. */
  open(head: ObjectHead, name: ObjectName, options: CallOptions): Promise<CodedContent | undefined>
  /** The input of a copy of what `head` tells of, so that the copy can be read as its source. */
  copyInput(copy: CopyToStore, options: CallOptions): Promise<CopyToStore['input']>
}

/** What is stored, and with what. */
export interface SourceToStore {
  readonly input: StoredInput
  readonly source: UploadSource
}

export interface StreamToStore {
  readonly input: StoredInput
  readonly members: Pick<UploadMembers, 'ContentMD5'> & { readonly ContentLength?: unknown }
  readonly content: AsyncIterable<Uint8Array>
}

export interface CopyToStore {
  readonly input: OperationInput<'copyObject'>
  readonly source: ObjectName
  /** As the server told it. */
  readonly head: ObjectHead
}

/** The content of an object that was opened. */
export interface CodedContent {
  /** What whoever reads the content is told of it. */
  readonly visible: { readonly ContentLength: number; readonly Metadata: Readonly<Record<string, string>> }
  /** Bytes. */
  readonly size: number
  readonly storedSize: number
  /** Parts begin at multiples of this. */
  readonly granule: number
  readonly isAuthenticated: boolean
  /** What to fetch for a part of the content. */
  cover(part: Span): Span
  /** Exactly that part of the content, of what `cover` said. */
  decode(stored: AsyncIterable<Uint8Array>, part: Span): AsyncIterable<Uint8Array>
  /**
   * What is stored of a part that was decoded, so that its checksum tells whether it is right. Undefined where content
   * is known to be right without, or where what is stored of the parts is not all that is stored.
   */
  readonly encode: ((content: AsyncIterable<Uint8Array>, part: Span) => AsyncIterable<Uint8Array>) | undefined
}
