// SQL over an object.
import { LIMITS } from '@coset/model'
import { bucket, element, events, key, operation, optional, query } from '../operation.js'
import { boolean, maybe, octalText, oneOfAnyCase, record, text } from '../shape/shape.js'

/**
 * Ask an object in CSV, JSON or Parquet a question in SQL, and get only the answer: `SELECT … FROM COSObject …`. The
 * reply is a stream of events; its `Body` gives them one by one, or the result alone as bytes, text or rows. The result
 * is complete only when its end has come, which `Body` checks. COS: SELECT Object Content.
 * Errors: `NoSuchKey`, `NoSuchBucket`, `InvalidObjectState` for archived objects, `SQLParsingError` for the expression,
 * `Busy` and `Overload` when the server has too much to do, codes of their own for each part of the request that is
 * missing or wrong, and those of the object's content, such as `CSVParsingError`, also while `Body` is read.
 * @see https://cloud.tencent.com/document/product/436/32360
 */
export const selectObjectContent = operation({
  name: 'SelectObjectContent',
  action: 'GetObject',
  method: 'POST',
  resource: 'object',
  query: ['select', 'select-type'],
  queryValues: { 'select-type': '2' },
  status: 200,
  summary: 'Ask an object a question in SQL.',
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** The object's key. */
    Key: key(),
    /** A version; `null` names the null version. Default: the current one. */
    VersionId: optional(query('versionId', text())),
    /** One SELECT, at most 256 KiB, such as `SELECT s._1 FROM COSObject s WHERE s._2 = 'x' LIMIT 10`. */
    Expression: element(text()),
    /** `SQL`, which is the default too. */
    ExpressionType: optional(element(oneOfAnyCase(['SQL']))),
    /**
     * What the object is: exactly one of `CSV`, `JSON` and `Parquet`, and how all of it is compressed.
     * `FileHeaderInfo`: `NONE` (the default) when the first line holds data, `USE` when it names the columns, `IGNORE`.
     * `RecordDelimiter` has one or two bytes (default a newline), all others one: `FieldDelimiter` (`,`),
     * `QuoteCharacter` (`"`), `QuoteEscapeCharacter` (`"`), `Comments` (`#`). They are characters, or `\n`, `\r`, `\t`,
     * or octal as in `\054`. `AllowQuotedRecordDelimiter`: quoted fields may hold record delimiters; slower.
     * `Type`: `LINES` when each record is a JSON value, `DOCUMENT` when there is one.
     */
    InputSerialization: element(
      record({
        CompressionType: maybe(oneOfAnyCase(['NONE', 'GZIP', 'BZIP2'])),
        CSV: maybe(
          record({
            FileHeaderInfo: maybe(oneOfAnyCase(['NONE', 'USE', 'IGNORE'])),
            RecordDelimiter: maybe(octalText()),
            FieldDelimiter: maybe(octalText()),
            QuoteCharacter: maybe(octalText()),
            QuoteEscapeCharacter: maybe(octalText()),
            Comments: maybe(octalText()),
            AllowQuotedRecordDelimiter: maybe(boolean()),
          }),
        ),
        JSON: maybe(record({ Type: oneOfAnyCase(['DOCUMENT', 'LINES']) })),
        Parquet: maybe(record({})),
      }),
    ),
    /**
     * What the result shall be: exactly one of `CSV` and `JSON`. `QuoteFields`: `ASNEEDED` (the default) or `ALWAYS`.
     * `RecordDelimiter` is a newline by default, `FieldDelimiter` a comma, and the quotes are `"`.
     */
    OutputSerialization: element(
      record({
        CSV: maybe(
          record({
            QuoteFields: maybe(oneOfAnyCase(['ALWAYS', 'ASNEEDED'])),
            RecordDelimiter: maybe(octalText()),
            FieldDelimiter: maybe(octalText()),
            QuoteCharacter: maybe(octalText()),
            QuoteEscapeCharacter: maybe(octalText()),
          }),
        ),
        JSON: maybe(record({ RecordDelimiter: maybe(octalText()) })),
      }),
    ),
    /** `Enabled`: tell from time to time how much of the object was read. Default no. */
    RequestProgress: optional(element(record({ Enabled: maybe(boolean()) }))),
  },
  inputRoot: 'SelectRequest',
  inputBytesMax: LIMITS.selectRequestBytesMax,
  documentFaults: {
    malformed: 'InvalidXML',
    missing: {
      Expression: 'MissingExpectedExpression',
      InputSerialization: 'MissingInputSerialization',
      OutputSerialization: 'MissingOutputSerialization',
      Type: 'InvalidJsonType',
    },
    missingAny: 'MissingRequiredParameter',
    invalid: {
      CompressionType: 'InvalidCompressionFormat',
      FileHeaderInfo: 'InvalidFileHeaderInfo',
      Type: 'InvalidJsonType',
      QuoteFields: 'InvalidQuoteFields',
    },
    invalidAny: 'InvalidRequestParameter',
  },
  output: {
    /** The events of the reply, and the result that they bring. */
    Body: events(),
  },
  faults: [
    'NoSuchKey',
    'NoSuchVersion',
    'NoSuchBucket',
    'AccessDenied',
    'InvalidObjectState',
    'InvalidXML',
    'MissingRequiredParameter',
    'MissingExpectedExpression',
    'MissingInputSerialization',
    'MissingInputFormat',
    'InvalidCompressionFormat',
    'InvalidFileHeaderInfo',
    'InvalidJsonType',
    'InvalidRequestParameter',
    'MissingOutputSerialization',
    'MissingOutputFormat',
    'InvalidQuoteFields',
    'SQLParsingError',
    'AmbiguousFieldName',
    'CastFailed',
    'ComparisonFailed',
    'OverMaxRecordSize',
    'LastRecordParseFail',
    'CSVParsingError',
    'JSONParsingError',
    'ParquetParsingError',
    'GzipDecompressError',
    'Bzip2DecompressError',
    'InvalidTextEncoding',
    'ErrorWritingRow',
    'Busy',
    'Overload',
    'NotImplemented',
  ],
})
