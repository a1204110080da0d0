// Shapes: what a value on the wire is, as plain data that readers and writers walk.
import type { FaultCode } from '@coset/model'
import type { CopySource } from './copy-source.js'

/** Carries a shape's TypeScript type; never present at run time. */
export interface Typed<T> {
  readonly '~type'?: T
}

export type TextShape = {
  readonly kind: 'text'
  readonly encodable: boolean
  /** Control characters, which XML can not have, are written as `\001` in octal. */
  readonly octal?: boolean
} & Typed<string>
/** Text that stands percent-encoded on the wire, as keys do in headers. */
export type PercentShape = { readonly kind: 'percent' } & Typed<string>
export type IntegerShape = {
  readonly kind: 'integer'
  readonly min: number
  readonly max: number
} & Typed<number>
export type UnsignedShape = { readonly kind: 'unsigned' } & Typed<bigint>
export type BooleanShape = { readonly kind: 'boolean' } & Typed<boolean>
export type TimestampFormat = 'http' | 'iso-ms' | 'iso-seconds' | 'unix-seconds'
export type TimestampShape = {
  readonly kind: 'timestamp'
  readonly format: TimestampFormat
  /** Unreadable text counts as absent, as HTTP asks for conditional headers. */
  readonly lenient: boolean
} & Typed<Date>
export type ChoiceShape<T extends string = string> = {
  readonly kind: 'choice'
  readonly values: readonly T[]
  readonly fault: FaultCode
  /** Whether a value is known in any case; it is read as it is written here. */
  readonly anyCase: boolean
} & Typed<T>
export type CopySourceShape = { readonly kind: 'copy-source' } & Typed<CopySource>
export type ScalarShape =
  | TextShape
  | PercentShape
  | CopySourceShape
  | IntegerShape
  | UnsignedShape
  | BooleanShape
  | TimestampShape
  | ChoiceShape

/** An attribute's name as it is written, and the namespace that its prefix is declared for beside it. */
export interface AttributeName {
  readonly prefix: string
  readonly name: string
  readonly namespace: string
}

export interface Field {
  readonly shape: Shape
  readonly optional: boolean
  /** It stands in the start tag of the record's element instead of being a child of it. */
  readonly attribute?: AttributeName | undefined
}
export type Fields = Readonly<Record<string, Shape | OptionalShape>>
export type OptionalShape<S extends Shape = Shape> = {
  readonly optional: S
  readonly attribute?: AttributeName
} & Typed<Static<S> | undefined>

// Interfaces, as TypeScript 5 takes intersections here for circular.
export interface RecordShape<T = unknown> extends Typed<T> {
  readonly kind: 'record'
  readonly fields: Readonly<Record<string, Field>>
  /** Whether some of the fields are attributes. Few records have any, and lists write thousands. */
  readonly attributed: boolean
}
export interface ListShape<T = unknown> extends Typed<readonly T[]> {
  readonly kind: 'list'
  readonly of: Shape
  /** The element around each entry when the list has one of its own; else entries repeat in place. */
  readonly wrapped: string | undefined
  readonly max: number
}

export type Shape = ScalarShape | RecordShape | ListShape

export type Static<S> = S extends Typed<infer T> ? T : never

type OptionalNames<F extends Fields> = { [K in keyof F]: F[K] extends OptionalShape ? K : never }[keyof F]
type RequiredPart<F extends Fields, K extends keyof F> = { readonly [P in K]: Static<F[P]> }
type OptionalPart<F extends Fields, K extends keyof F> = { readonly [P in K]?: Static<F[P]> | undefined }
export type StaticRecord<F extends Fields> = Flatten<
  RequiredPart<F, Exclude<keyof F, OptionalNames<F>>> & OptionalPart<F, OptionalNames<F>>
>
/** One plain object type instead of an intersection, so that an editor shows its fields. */
export type Flatten<T> = { [K in keyof T]: T[K] } & {}

/** Text; `encodable` text is percent-encoded in documents that say `EncodingType` `url`. */
export const text = (): TextShape => ({ kind: 'text', encodable: false })
/** A few characters, perhaps control characters; whoever reads it turns what is written in octal back. */
export const octalText = (): TextShape => ({ kind: 'text', encodable: false, octal: true })
export const encodableText = (): TextShape => ({ kind: 'text', encodable: true })
export const percentText = (): PercentShape => ({ kind: 'percent' })
export const integer = (min = 0, max: number = Number.MAX_SAFE_INTEGER): IntegerShape => ({
  kind: 'integer',
  min,
  max,
})
/** 64 bits, in decimal. */
export const unsigned = (): UnsignedShape => ({ kind: 'unsigned' })
export const boolean = (): BooleanShape => ({ kind: 'boolean' })
export const timestamp = (
  format: TimestampFormat,
  options: { readonly lenient?: boolean } = {},
): TimestampShape => ({
  kind: 'timestamp',
  format,
  lenient: options.lenient ?? false,
})
export const oneOf = <const T extends string>(
  values: readonly T[],
  fault: FaultCode = 'InvalidArgument',
): ChoiceShape<T> => ({ kind: 'choice', values, fault, anyCase: false })
/** As oneOf, for words that clients spell in cases of their own. */
export const oneOfAnyCase = <const T extends string>(values: readonly T[]): ChoiceShape<T> => ({
  kind: 'choice',
  values,
  fault: 'InvalidArgument',
  anyCase: true,
})

export const copySource = (): CopySourceShape => ({ kind: 'copy-source' })

export const maybe = <S extends Shape>(shape: S): OptionalShape<S> => ({ optional: shape })

/** A field that is an attribute of its record's element; attributes may always be absent. */
export const attribute = <S extends ScalarShape>(name: AttributeName, shape: S): OptionalShape<S> => ({
  optional: shape,
  attribute: name,
})

export function record<const F extends Fields>(fields: F): RecordShape<StaticRecord<F>> {
  const entries = Object.entries(fields).map(([name, shape]): [string, Field] =>
    'optional' in shape
      ? [name, { shape: shape.optional, optional: true, attribute: shape.attribute }]
      : [name, { shape, optional: false }],
  )
  const attributed = entries.some(([, field]) => field.attribute !== undefined)
  return { kind: 'record', fields: Object.fromEntries(entries), attributed }
}

export function list<S extends Shape>(
  of: S,
  options: { readonly wrapped?: string; readonly max?: number } = {},
): ListShape<Static<S>> {
  return { kind: 'list', of, wrapped: options.wrapped, max: options.max ?? Number.MAX_SAFE_INTEGER }
}
