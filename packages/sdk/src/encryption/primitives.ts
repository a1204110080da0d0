// What a platform's cryptography does for encrypted objects. Nothing here may name a type of Node or of browsers.

/** Some platforms have the result at once, which spares a turn of the event loop. */
export type Awaitable<T> = T | Promise<T>

/** One message of AES-GCM. */
export interface GcmPart {
  /** 12 bytes; never the same twice for one key. */
  readonly nonce: Uint8Array
  readonly content: Uint8Array
  /** What is authenticated beside the content. Default: nothing. */
  readonly associated?: Uint8Array
}

/** A key of AES-GCM, with tags of 16 bytes behind the content. */
export interface GcmKey {
  /** All parts, sealed one by one and joined. */
  seal(parts: readonly GcmPart[]): Awaitable<Uint8Array>
  /** All parts, opened one by one and joined; undefined where any of them is not authentic. */
  open(parts: readonly GcmPart[]): Awaitable<Uint8Array | undefined>
}

/** The keystream of AES-CTR from some block on; the counter is the whole block, as one big-endian integer. */
export interface CtrStream {
  /** Encrypts or decrypts what comes next. All but the last must be multiples of 16 bytes. */
  apply(content: Uint8Array): Awaitable<Uint8Array>
}

/** Both hashes of RSA-OAEP: that of the label, and that of the mask. */
export interface OaepHashes {
  readonly label: 'SHA-1' | 'SHA-256'
  readonly mask: 'SHA-1' | 'SHA-256'
}

export interface RsaPublicKey {
  readonly bits: number
  /** SHA-256 of its SubjectPublicKeyInfo in DER. */
  readonly fingerprint: Uint8Array
  /** RSA-OAEP with the one hash for both uses. */
  encryptOaep(hash: OaepHashes['label'], content: Uint8Array, label: Uint8Array): Awaitable<Uint8Array>
  /** RSAES-PKCS1-v1_5. Throws kind `encryption` where the platform has none. */
  encryptPkcs1(content: Uint8Array): Awaitable<Uint8Array>
}

export interface RsaPrivateKey {
  readonly bits: number
  /** Undefined for whatever is wrong, and nothing tells what. */
  decryptOaep(hashes: OaepHashes, content: Uint8Array, label: Uint8Array): Awaitable<Uint8Array | undefined>
  /** RSAES-PKCS1-v1_5 of a content whose length is known; as above. Throws kind `encryption` where the platform has none. */
  decryptPkcs1(content: Uint8Array, length: number): Awaitable<Uint8Array | undefined>
}

export interface RsaPair {
  readonly publicKey: RsaPublicKey
  /** Undefined: objects can be written, but not read. */
  readonly privateKey: RsaPrivateKey | undefined
}

/** The text of a key pair: PEM, at least one of both. */
export interface RsaPairText {
  readonly publicPem?: string | undefined
  readonly privatePem?: string | undefined
  readonly passphrase?: string | undefined
}

export interface Primitives {
  /** Unpredictable bytes. */
  random(length: number): Uint8Array
  sha256(content: Uint8Array): Awaitable<Uint8Array>
  /** HKDF of RFC 5869 with SHA-512. */
  hkdf(input: HkdfInput): Awaitable<Uint8Array>
  /** A key of 32 bytes. */
  gcm(key: Uint8Array): Awaitable<GcmKey>
  /** A key of 16, 24 or 32 bytes, and the first counter block. */
  ctr(key: Uint8Array, counter: Uint8Array): Awaitable<CtrStream>
  /** AES key wrap of RFC 3394, unwrapped; undefined where it is not authentic. */
  unwrapAes(key: Uint8Array, wrapped: Uint8Array): Awaitable<Uint8Array | undefined>
  /** Throws a CosClientError of kind `encryption` where the text is no usable key pair. */
  rsaPair(text: RsaPairText): Awaitable<RsaPair>
}

export interface HkdfInput {
  readonly key: Uint8Array
  readonly salt: Uint8Array
  readonly info: Uint8Array
  /** Bytes wanted, up to 64. */
  readonly length: number
}
