// What the messages of a SELECT's reply mean, both ways.
import {
  type Checksum,
  type EventMessage,
  EventMessageDraft,
  EventStreamError,
  encodeEventMessage,
} from './event-stream.js'

/** How much of the object was read, in bytes. */
export interface SelectCounts {
  /** As they are stored: compressed, if they are. Of Parquet, the parts that were needed. */
  readonly bytesScanned: number
  /** Decompressed; of Parquet as they are stored. */
  readonly bytesProcessed: number
  /** Of the result. */
  readonly bytesReturned: number
}

export type SelectWireEvent =
  | { readonly type: 'records'; readonly bytes: Uint8Array }
  | ({ readonly type: 'progress' } & SelectCounts)
  | ({ readonly type: 'stats' } & SelectCounts)
  /** Nothing but a sign of life. */
  | { readonly type: 'cont' }
  /** The result is complete. Without it, it is not. */
  | { readonly type: 'end' }
  /** The query failed on its way; nothing follows. */
  | { readonly type: 'error'; readonly code: string; readonly message: string }

const NOTHING = new Uint8Array(0)
/** Longest message of an error that is written. */
const MESSAGE_LENGTH_MAX = 4096

const RECORDS = namedHeaders('Records', 'application/octet-stream')

/** Messages of records, one after the other in the same memory. */
export function recordsDraft(bytesMax: number, checksum?: Checksum): EventMessageDraft {
  return new EventMessageDraft(RECORDS, bytesMax, checksum)
}

export function encodeSelectEvent(event: SelectWireEvent, checksum?: Checksum): Uint8Array {
  switch (event.type) {
    case 'records':
      return encodeEventMessage(RECORDS, event.bytes, checksum)
    case 'progress':
      return encodeEventMessage(namedHeaders('Progress', 'text/xml'), countsXml('Progress', event), checksum)
    case 'stats':
      return encodeEventMessage(namedHeaders('Stats', 'text/xml'), countsXml('Stats', event), checksum)
    case 'cont':
      return encodeEventMessage(namedHeaders('Cont'), NOTHING, checksum)
    case 'end':
      return encodeEventMessage(namedHeaders('End'), NOTHING, checksum)
    case 'error':
      return encodeEventMessage(
        [
          [':error-code', event.code],
          [':error-message', event.message.slice(0, MESSAGE_LENGTH_MAX)],
          [':message-type', 'error'],
        ],
        NOTHING,
        checksum,
      )
  }
}

function namedHeaders(event: string, contentType?: string): readonly (readonly [string, string])[] {
  const headers = [
    [':message-type', 'event'],
    [':event-type', event],
  ] as const
  return contentType === undefined ? headers : [...headers, [':content-type', contentType]]
}

function countsXml(root: string, { bytesScanned, bytesProcessed, bytesReturned }: SelectCounts): Uint8Array {
  return new TextEncoder().encode(
    `<?xml version="1.0" encoding="UTF-8"?><${root}><BytesScanned>${bytesScanned}</BytesScanned>` +
      `<BytesProcessed>${bytesProcessed}</BytesProcessed><BytesReturned>${bytesReturned}</BytesReturned></${root}>`,
  )
}

/**
 * None for an event that is not known: newer servers may send more; one for each piece of records. Throws an
 * EventStreamError.
 */
export function readSelectEvents({ headers, payload }: EventMessage): readonly SelectWireEvent[] {
  const messageType = headers.get(':message-type')
  if (messageType === 'error') {
    const code = headers.get(':error-code') ?? 'InternalError'
    return [{ type: 'error', code, message: headers.get(':error-message') ?? code }]
  }
  if (messageType !== 'event') throw new EventStreamError('A message does not say what it is.')
  switch (headers.get(':event-type')) {
    case 'Records':
      return payload.map((bytes) => ({ type: 'records', bytes }))
    case 'Progress':
      return [{ type: 'progress', ...readCounts(payload) }]
    case 'Stats':
      return [{ type: 'stats', ...readCounts(payload) }]
    // Some of COS's documents give it the longer name.
    case 'Cont':
    case 'Continuation':
      return [{ type: 'cont' }]
    case 'End':
      return [{ type: 'end' }]
    default:
      return []
  }
}

/** By a pattern instead of a reader of XML: the document has one form, and its message has a checksum. */
function readCounts(payload: readonly Uint8Array[]): SelectCounts {
  const decoder = new TextDecoder()
  const xml = payload.map((piece) => decoder.decode(piece)).join('')
  const count = (name: string) => {
    const [, digits] = new RegExp(`<${name}>\\s*(\\d{1,16})\\s*</${name}>`).exec(xml) ?? []
    if (digits === undefined) throw new EventStreamError(`A message lacks ${name}.`)
    return Number(digits)
  }
  return {
    bytesScanned: count('BytesScanned'),
    bytesProcessed: count('BytesProcessed'),
    bytesReturned: count('BytesReturned'),
  }
}
