// One query over one object, and what comes of it.
import type { SelectCode } from '@coset/select'

export interface CsvInputOptions {
  /** Defaults: NONE, line feeds, commas, double quotes that are doubled, # for comments, no delimiter in quotes. */
  readonly csv: {
    readonly header?: 'NONE' | 'USE' | 'IGNORE'
    readonly recordDelimiter?: string
    readonly fieldDelimiter?: string
    /** Undefined where it is given: nothing is quoted. */
    readonly quote?: string | undefined
    readonly quoteEscape?: string
    readonly comment?: string
    readonly allowQuotedRecordDelimiter?: boolean
  }
}

export interface JsonInputOptions {
  readonly json: 'LINES' | 'DOCUMENT'
}

export type OutputOptions =
  | {
      /** Defaults: ASNEEDED, line feeds, commas, double quotes that are doubled. */
      readonly csv: {
        readonly quoteFields?: 'ALWAYS' | 'ASNEEDED'
        readonly recordDelimiter?: string
        readonly fieldDelimiter?: string
        readonly quote?: string
        readonly quoteEscape?: string
      }
    }
  | { readonly json: { readonly recordDelimiter?: string } }

interface Asked {
  readonly name: string
  readonly sql: string
  /** The object's content, before it is compressed; bytes where text can not say it. */
  readonly data: string | Buffer | (() => string | Buffer)
  /** How `data` is stored; with `raw` it is stored as it is, whatever is claimed. */
  readonly compression?: 'GZIP' | 'BZIP2'
  readonly raw?: true
  readonly input: CsvInputOptions | JsonInputOptions
  /** Without, CSV for CSV and JSON for JSON, with all defaults. */
  readonly output?: OutputOptions
}

export type SelectCase =
  | (Asked & { readonly expected: string })
  /** What is wrong with the query or the object; results may have come before. */
  | (Asked & { readonly error: SelectCode })
