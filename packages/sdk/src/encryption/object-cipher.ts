// The seam between the formats of encrypted objects and the calls that carry them.

/** Bytes of the content, as its owner sees it, or of what is stored. */
export interface Span {
  readonly offset: number
  readonly length: number
}

/** Formats by name; `plain` is none of them. */
export type FormatName = 'sealed' | 'python' | 'go' | 'java'

/** Content of one object, between what its owner sees (plain) and what the service stores. */
export interface ObjectCipher {
  readonly format: FormatName
  /** Whether what `decrypt` gives is known to be what was encrypted, byte for byte. */
  readonly isAuthenticated: boolean
  /** Content is cut at multiples of this; a power of two, at most 1 MiB. */
  readonly granule: number
  /** Bytes stored for a whole content of so many. */
  storedLength(plainLength: number): number
  /** The reverse. Throws a CosClientError of kind `tampered` for a length that no content has. */
  plainLength(storedLength: number): number
  /**
   * What to fetch in order to decrypt a part of the content. `plain` lies within it; of an object of `plainLength`.
   * An empty content has something to fetch too where its end is authenticated.
   */
  cover(plain: Span, plainLength: number): Span
  /**
   * Encrypts content from a multiple of `granule` on. `ends`: whether the content ends with it, so that what closes the
   * object follows; otherwise its length must be a multiple of `granule`, else it rejects with kind `validation`.
   * The same content at the same offset gives the same bytes: never pass it content that may have changed since.
   */
  encrypt(
    content: AsyncIterable<Uint8Array>,
    at: { readonly offset: number; readonly ends: boolean },
  ): AsyncIterable<Uint8Array>
  /**
   * Decrypts what `cover` said to fetch, and gives exactly `plain` of it. Of an authenticated format nothing is given that
   * was not verified. Rejects with kind `tampered` at the first thing that is wrong, also where bytes are missing.
   */
  decrypt(stored: AsyncIterable<Uint8Array>, plain: Span, plainLength: number): AsyncIterable<Uint8Array>
}

/** Where an object is, for formats that bind content to it. */
export interface ObjectName {
  readonly Bucket: string
  readonly Key: string
}

/** User metadata of an object, without `x-cos-meta-`, by lower-case name. */
export type ObjectMetadata = Readonly<Record<string, string>>

/** A new object's cipher, and the metadata that lets its readers have the same. */
export interface NewCipher {
  readonly cipher: ObjectCipher
  /** By lower-case name without `x-cos-meta-`; holds no secret. */
  readonly metadata: ObjectMetadata
}

/** All that clients need to know of formats and keys. */
export interface Encryption {
  /** A new data key: never used for anything but the content of this one object. */
  create(name: ObjectName): Promise<NewCipher>
  /**
   * The cipher of an object that is there; undefined for a plain one, where those may be read. Rejects with kind `encryption`
   * where the key is not the one, or the format is unknown or may not be read; with `tampered` where what the metadata says
   * was changed.
   */
  open(metadata: ObjectMetadata, name: ObjectName): Promise<ObjectCipher | undefined>
  /**
   * The metadata with its data key wrapped anew: for another name, or by the key that is current now. Content stays
   * readable with it as it is. Undefined for a plain object.
   */
  rewrap(metadata: ObjectMetadata, from: ObjectName, to: ObjectName): Promise<ObjectMetadata | undefined>
  /** Whether the metadata is of an encrypted object, readable or not. */
  isEncrypted(metadata: ObjectMetadata): boolean
  /**
   * Names what new objects are encrypted with: format, and the id of the key. For checkpoints; holds no secret. Rejects
   * with kind `encryption` where the key can't be read.
   */
  id(): Promise<string>
}
