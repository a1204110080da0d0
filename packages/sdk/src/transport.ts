// One HTTP exchange: all that the SDK asks of an HTTP library.

export interface TransportRequest {
  /** `https://host:port`, without a path. */
  readonly origin: string
  readonly method: string
  /** Path and query as they stand in the request line; nothing may normalise them. */
  readonly path: string
  /** Name, value, name, value; names in lower case, each character of a value is one byte. */
  readonly headers: readonly string[]
  /** Content-Length is in the headers; a stream without it goes in chunks. */
  readonly body: Uint8Array | Blob | AsyncIterable<Uint8Array> | undefined
  readonly signal: AbortSignal | undefined
}

/** A reply's body on its way in. Its iterator may be taken once. */
export interface ReplyStream extends AsyncIterable<Uint8Array> {
  /** Closes the connection unless everything arrived; whatever reads the stream is done at once. */
  cancel(): void
}

export interface TransportReply {
  readonly status: number
  /** By lower-case name; repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: ReplyStream
  /** Whether a content encoding was undone on the way, so that lengths and checksums no longer fit. */
  readonly decoded: boolean
}

export interface Transport {
  /** Whether bodies of any size may be bytes or a Blob; others send those as streams, so that they are seen moving. */
  readonly takesWhole?: boolean
  /**
   * Resolves at the reply's head. Rejects with a CosClientError of kind `network`, `timeout` or `aborted`, and at
   * once when the signal fires, with the connection closed; so does a body that is being read.
   */
  send(request: TransportRequest): Promise<TransportReply>
  /** Closes every connection; what is under way rejects with kind `aborted`. */
  close(): Promise<void>
}

export interface TransportOptions {
  readonly connectTimeoutMs: number
  /** Longest time without a byte in either direction. */
  readonly idleTimeoutMs: number
  /** Connections to one host. */
  readonly socketsMax: number
}
