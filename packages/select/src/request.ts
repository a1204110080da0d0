// What is asked of an object, with all defaults filled in.

export type Compression = 'NONE' | 'GZIP' | 'BZIP2'

/** Delimiters are the characters themselves, whatever way they were written. */
export interface CsvInput {
  readonly type: 'csv'
  readonly header: 'NONE' | 'USE' | 'IGNORE'
  /** 1 or 2 bytes of UTF-8. */
  readonly recordDelimiter: string
  readonly fieldDelimiter: string
  /** Undefined: nothing is quoted. */
  readonly quote: string | undefined
  readonly quoteEscape: string | undefined
  /** Undefined: nothing is a comment. */
  readonly comment: string | undefined
  readonly allowQuotedRecordDelimiter: boolean
}

export interface JsonInput {
  readonly type: 'json'
  readonly layout: 'DOCUMENT' | 'LINES'
}

export interface ParquetInput {
  readonly type: 'parquet'
}

export type InputFormat = CsvInput | JsonInput | ParquetInput

export interface CsvOutput {
  readonly type: 'csv'
  readonly quoteFields: 'ALWAYS' | 'ASNEEDED'
  readonly recordDelimiter: string
  readonly fieldDelimiter: string
  readonly quote: string
  readonly quoteEscape: string
}

export interface JsonOutput {
  readonly type: 'json'
  readonly recordDelimiter: string
}

export type OutputFormat = CsvOutput | JsonOutput

export interface SelectRequest {
  readonly expression: string
  readonly compression: Compression
  readonly input: InputFormat
  readonly output: OutputFormat
}
