// Every way a query can fail, by COS's own codes.

export type SelectCode =
  | 'SQLParsingError'
  | 'AmbiguousFieldName'
  | 'ComparisonFailed'
  | 'CastFailed'
  | 'GzipDecompressError'
  | 'Bzip2DecompressError'
  | 'OverMaxRecordSize'
  | 'LastRecordParseFail'
  | 'CSVParsingError'
  | 'JSONParsingError'
  | 'ParquetParsingError'
  | 'ErrorWritingRow'
  | 'InvalidTextEncoding'
  | 'Busy'
  | 'Overload'
  | 'NotImplemented'
  | 'InternalError'

/** What the query or the object is to blame for; everything else is a defect. */
export class SelectError extends Error {
  override readonly name = 'SelectError'
  readonly code: SelectCode

  constructor(code: SelectCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
