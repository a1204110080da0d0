// An operation, declared once: where each member stands in the request and the reply, and what it is.
import type { FaultCode } from '@coset/model'
import type { Flatten, ScalarShape, Shape, Static, Typed } from './shape/shape.js'

export type Resource = 'service' | 'bucket' | 'object'
export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD' | 'OPTIONS'

/** A header, or the part of its name behind the dialect's vendor prefix (`x-cos-`). */
export interface HeaderName {
  readonly vendor: boolean
  readonly name: string
}

export type Place =
  | { readonly in: 'bucket' }
  | { readonly in: 'key' }
  /** `orQuery`: a query parameter of the same name counts where the header is absent. */
  | {
      readonly in: 'header'
      readonly header: HeaderName
      readonly shape: ScalarShape
      readonly orQuery: boolean
    }
  /** Every header whose name begins so; the map's keys are the rest of the names. */
  | { readonly in: 'headers'; readonly header: HeaderName }
  | { readonly in: 'query'; readonly name: string; readonly shape: ScalarShape }
  /** A field of a multipart/form-data body, whose file is the stream. */
  | { readonly in: 'field'; readonly field: HeaderName; readonly shape: ScalarShape; readonly or: FieldTwin }
  /** Every field whose name begins so; the map's keys are the rest of the names. */
  | { readonly in: 'fields'; readonly field: HeaderName }
  /** A child of the XML document's root. `echo`: servers write it as this header too. */
  | { readonly in: 'element'; readonly shape: Shape; readonly echo?: HeaderName }
  /** The XML document itself. */
  | { readonly in: 'document'; readonly shape: Shape }
  | { readonly in: 'stream' }
  /** Of a reply: its content is a stream of events. */
  | { readonly in: 'events' }
  /** Of a reply: its HTTP status, where the request may choose it. */
  | { readonly in: 'status' }
  /** Never on the wire: a wish to the client itself. */
  | { readonly in: 'client'; readonly shape: ScalarShape }

/**
 * What counts where a field is absent. `vendor`: the field of the same name behind the vendor prefix. `head`: the
 * header or query parameter of the same name.
 */
export type FieldTwin = 'none' | 'vendor' | 'head'

export interface Member<T = unknown, Optional extends boolean = boolean> extends Typed<T> {
  readonly place: Place
  readonly optional: Optional
}
export type Members = Readonly<Record<string, Member>>

/** Stands where a body's own type goes: the SDK and the server each put in theirs. */
export interface StreamMark {
  readonly '~stream': true
}

/** Stands where a reply's events go. */
export interface EventsMark {
  readonly '~events': true
}

type OptionalNames<M extends Members> = { [K in keyof M]: M[K]['optional'] extends true ? K : never }[keyof M]
type ValueOf<M, Stream, Events> =
  M extends Typed<infer T> ? (T extends StreamMark ? Stream : T extends EventsMark ? Events : T) : never
type RequiredPart<M extends Members, K extends keyof M, Stream, Events> = {
  readonly [P in K]: ValueOf<M[P], Stream, Events>
}
type OptionalPart<M extends Members, K extends keyof M, Stream, Events> = {
  readonly [P in K]?: ValueOf<M[P], Stream, Events> | undefined
}
/** The plain object type of an operation's members. `Events`: of a reply that is a stream of them. */
export type Values<M extends Members, Stream, Events = Stream> = Flatten<
  RequiredPart<M, Exclude<keyof M, OptionalNames<M>>, Stream, Events> &
    OptionalPart<M, OptionalNames<M>, Stream, Events>
>

/** The codes of documents that are not as they must be. */
export interface DocumentFaults {
  /** For what is no XML, or has another root. */
  readonly malformed: FaultCode
  /** For an element that is missing, or has a value that is not allowed: by its name, or else for any. */
  readonly missing: Readonly<Record<string, FaultCode>>
  readonly missingAny: FaultCode
  readonly invalid: Readonly<Record<string, FaultCode>>
  readonly invalidAny: FaultCode
}

export interface Operation<I extends Members = Members, O extends Members = Members> {
  /** COS's name of the API. */
  readonly name: string
  /** The action a policy names. */
  readonly action: string
  readonly method: Method
  readonly resource: Resource
  /** Query parameters that select this operation by being there. */
  readonly query: readonly string[]
  /** What of them must have one value, instead of any or none. */
  readonly queryValues?: Readonly<Record<string, string>>
  /** A header that selects this operation by being there. */
  readonly selectedBy?: HeaderName
  /** May take long: the reply is kept alive by white space before its document, and a failure may come in a 200. */
  readonly slow?: boolean
  readonly status: number
  /** Another success status, when the reply has this member. */
  readonly statusWhen?: { readonly member: string; readonly status: number }
  readonly summary: string
  readonly input: I
  readonly output: O
  /** Root element of the request's XML document. */
  readonly inputRoot?: string
  readonly outputRoot?: string
  /** The namespace that the reply's root element declares. Readers pass it over. */
  readonly outputXmlns?: string
  /** Largest XML document of a request, in bytes, where that is less than any document may have. */
  readonly inputBytesMax?: number
  /** With what its XML document is refused, where that is not `MalformedXML`. */
  readonly documentFaults?: DocumentFaults
  /** The XML document must come with its Content-MD5. */
  readonly digestRequired: boolean
  /** A failed try may be sent again without changing what the first would have done. */
  readonly idempotent: boolean
  readonly faults: readonly FaultCode[]
}

type Declaration<I extends Members, O extends Members> = Omit<
  Operation<I, O>,
  'query' | 'digestRequired' | 'idempotent'
> & {
  readonly query?: readonly string[]
  readonly digestRequired?: boolean
  readonly idempotent?: boolean
}

export function operation<const I extends Members, const O extends Members>(
  declaration: Declaration<I, O>,
): Operation<I, O> {
  return { query: [], digestRequired: false, idempotent: true, ...declaration }
}

export const bucket = (): Member<string, false> => ({ place: { in: 'bucket' }, optional: false })
export const key = (): Member<string, false> => ({ place: { in: 'key' }, optional: false })
export const stream = (): Member<StreamMark, false> => ({ place: { in: 'stream' }, optional: false })

export const events = (): Member<EventsMark, false> => ({ place: { in: 'events' }, optional: false })

export const vendor = (name: string): HeaderName => ({ vendor: true, name })
export const header = <S extends ScalarShape>(
  name: string | HeaderName,
  shape: S,
): Member<Static<S>, false> => ({
  place: {
    in: 'header',
    header: typeof name === 'string' ? { vendor: false, name } : name,
    shape,
    orQuery: false,
  },
  optional: false,
})
export const headerOrQuery = <S extends ScalarShape>(
  name: HeaderName,
  shape: S,
): Member<Static<S>, false> => ({
  place: { in: 'header', header: name, shape, orQuery: true },
  optional: false,
})
export const headerMap = (prefix: HeaderName): Member<Readonly<Record<string, string>>, false> => ({
  place: { in: 'headers', header: prefix },
  optional: false,
})
export const query = <S extends ScalarShape>(name: string, shape: S): Member<Static<S>, false> => ({
  place: { in: 'query', name, shape },
  optional: false,
})
export const field = <S extends ScalarShape>(
  name: string | HeaderName,
  shape: S,
  or: FieldTwin = 'none',
): Member<Static<S>, false> => ({
  place: { in: 'field', field: typeof name === 'string' ? { vendor: false, name } : name, shape, or },
  optional: false,
})
export const fieldMap = (prefix: HeaderName): Member<Readonly<Record<string, string>>, false> => ({
  place: { in: 'fields', field: prefix },
  optional: false,
})
export const status = (): Member<number, false> => ({ place: { in: 'status' }, optional: false })
export const element = <S extends Shape>(shape: S): Member<Static<S>, false> => ({
  place: { in: 'element', shape },
  optional: false,
})
/** An element that replies tell in a header as well. */
export const echoed = <S extends ScalarShape>(shape: S, echo: HeaderName): Member<Static<S>, false> => ({
  place: { in: 'element', shape, echo },
  optional: false,
})
export const document = <S extends Shape>(shape: S): Member<Static<S>, false> => ({
  place: { in: 'document', shape },
  optional: false,
})
export const clientSide = <S extends ScalarShape>(shape: S): Member<Static<S>, false> => ({
  place: { in: 'client', shape },
  optional: false,
})
export const optional = <T>(member: Member<T, false>): Member<T, true> => ({ ...member, optional: true })

/** Members of several groups together. Unlike a spread, it keeps the comments of each where editors look. */
export function join<
  A extends Members,
  B extends Members,
  C extends Members = Record<never, never>,
  D extends Members = Record<never, never>,
>(...groups: readonly [first: A, second: B, third?: C, fourth?: D]): A & B & C & D {
  return Object.assign({}, ...groups) as A & B & C & D
}
