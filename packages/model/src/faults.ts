// Every way an operation can fail, in one table, and the one class that carries it.

/** `retry`: whether a client may send the same request again and hope. */
export interface FaultRow {
  readonly status: number
  readonly message: string
  readonly retry: boolean
}

const row = (status: number, message: string, retry = false): FaultRow => ({ status, message, retry })

/** Codes, statuses and messages as COS documents them (cloud.tencent.com/document/product/436/7730). */
export const FAULTS = {
  NotModified: row(304, 'Not Modified'),

  AmbiguousFieldName: row(
    400,
    'A name of the query stands for more than one field; put it in double quotes.',
  ),
  BadDigest: row(400, 'The Content-MD5 you specified did not match what we received.'),
  BadRequest: row(400, 'The request could not be understood.'),
  BucketNameTooLong: row(400, 'The specified bucket name is too long.'),
  Bzip2DecompressError: row(400, 'The object is not BZIP2, or is damaged.'),
  CastFailed: row(400, 'A value can not be converted to the type that CAST names.'),
  ComparisonFailed: row(400, 'The query compares values of types that can not be compared.'),
  CSVParsingError: row(400, 'The object can not be read as the CSV that the request describes.'),
  EntityTooSmall: row(400, 'Your proposed upload is smaller than the minimum allowed object size.'),
  EntityTooLarge: row(400, 'Your proposed upload exceeds the maximum allowed object size.'),
  ErrorWritingRow: row(400, 'A row of the result can not be written in the format asked for.'),
  GzipDecompressError: row(400, 'The object is not GZIP, or is damaged.'),
  IncompleteBody: row(400, 'The request body ended before the number of bytes given in Content-Length.'),
  InvalidArgument: row(400, 'Invalid argument.'),
  IncorrectNumberOfFilesInPostRequest: row(400, 'POST requires exactly one file upload per request.'),
  InvalidBucketName: row(400, 'The specified bucket is not valid.'),
  InvalidCompressionFormat: row(400, 'CompressionType must be NONE, GZIP or BZIP2.'),
  InvalidCopySource: row(400, 'The copy source is not valid.'),
  InvalidDelimiter: row(400, 'The delimiter must be one character.'),
  InvalidDigest: row(400, 'The Content-MD5 you specified is not valid.'),
  InvalidFileHeaderInfo: row(400, 'FileHeaderInfo must be NONE, USE or IGNORE.'),
  InvalidJsonType: row(400, 'The Type of JSON must be DOCUMENT or LINES.'),
  InvalidObjectName: row(400, 'The specified object name is not valid.'),
  InvalidPart: row(
    400,
    'One or more of the specified parts could not be found, or its ETag did not match the one given.',
  ),
  InvalidPartOrder: row(400, 'The list of parts was not in ascending order of part numbers.'),
  InvalidPolicyDocument: row(400, 'The policy of the form could not be read.'),
  InvalidQuoteFields: row(400, 'QuoteFields must be ALWAYS or ASNEEDED.'),
  InvalidRequest: row(400, 'Invalid request.'),
  InvalidRequestParameter: row(400, 'A parameter of the SelectRequest is not valid.'),
  InvalidSHA1Digest: row(400, 'The x-cos-content-sha1 you specified did not match what we received.'),
  InvalidTag: row(400, 'The tag is not valid.'),
  InvalidTextEncoding: row(400, 'The object is not UTF-8.'),
  InvalidURI: row(400, 'The request URI could not be parsed.'),
  InvalidXML: row(400, 'The body is not a well-formed SelectRequest.'),
  JSONParsingError: row(400, 'The object can not be read as JSON.'),
  KeyTooLong: row(400, 'The specified key is too long.'),
  LastRecordParseFail: row(400, 'The last record of the object can not be read.'),
  MalformedPOSTRequest: row(400, 'The body of your POST request is not well-formed multipart/form-data.'),
  MalformedXML: row(400, 'The XML you provided was not well-formed or did not fit the published schema.'),
  MAZOperationNotSupportOnOAZBucket: row(400, 'Multi-zone storage classes need a multi-zone bucket.'),
  MetadataTooLarge: row(400, 'Your metadata headers exceed the maximum allowed metadata size.'),
  MissingExpectedExpression: row(400, 'The SelectRequest has no Expression.'),
  MissingInputFormat: row(400, 'InputSerialization must have CSV, JSON or Parquet.'),
  MissingInputSerialization: row(400, 'The SelectRequest has no InputSerialization.'),
  MissingOutputFormat: row(400, 'OutputSerialization must have CSV or JSON.'),
  MissingOutputSerialization: row(400, 'The SelectRequest has no OutputSerialization.'),
  MissingRequestBodyError: row(400, 'The request body is empty.'),
  MissingRequiredParameter: row(400, 'The SelectRequest lacks a parameter that it must have.'),
  MultiAZFeatureNotSupport: row(400, 'Multi-zone buckets are not supported.'),
  NotSupportedStorageClass: row(400, 'The storage class you specified is not supported.'),
  OverMaxRecordSize: row(400, 'A record of the object is larger than 1 MiB.'),
  ParquetParsingError: row(400, 'The object can not be read as Parquet.'),
  RequestTimeout: row(400, 'The connection was idle for too long while the request body was awaited.', true),
  SQLParsingError: row(400, 'The SQL expression can not be read.'),
  TooManyBuckets: row(400, 'You have attempted to create more buckets than allowed.'),
  UnexpectedContent: row(400, 'This request does not support content.'),
  VerifyAlgorithmNotSupported: row(400, 'The signature algorithm is not supported; use sha1.'),
  XMLSizeLimit: row(400, 'The XML you provided exceeds the allowed size.'),

  AccessDenied: row(403, 'Access Denied.'),
  AccessForbidden: row(403, 'CORSResponse: This CORS request is not allowed.'),
  InvalidAccessKeyId: row(403, 'The Access Key Id you provided does not exist in our records'),
  InvalidObjectState: row(403, 'The operation is not valid for the object storage class.'),
  RequestTimeTooSkewed: row(
    403,
    'The difference between the request time and the current time is too large.',
  ),
  SignatureDoesNotMatch: row(403, 'The Signature you specified is invalid.'),

  NoSuchBucket: row(404, 'The specified bucket does not exist.'),
  NoSuchCORSConfiguration: row(404, 'The CORS configuration does not exist.'),
  NoSuchKey: row(404, 'The specified key does not exist.'),
  NoSuchTagSet: row(404, 'The tag set does not exist.'),
  NoSuchUpload: row(404, 'The specified multipart upload does not exist.'),
  NoSuchVersion: row(404, 'The specified version does not exist.'),

  MethodNotAllowed: row(405, 'The specified method is not allowed against this resource.'),
  RestoreNonArchiveObject: row(405, 'The object is not archived, so it can not be restored.'),

  AppendPositionErr: row(409, 'The position does not equal the length of the object.'),
  BucketAlreadyExists: row(409, 'The requested bucket name is not available.'),
  BucketAlreadyOwnedByYou: row(409, 'The bucket you tried to create already exists, and you own it.'),
  BucketNotEmpty: row(409, 'The bucket you tried to delete is not empty.'),
  FileAlreadyExists: row(409, 'The object already exists and x-cos-forbid-overwrite is true.'),
  ObjectNotAppendable: row(409, 'The object is not appendable.'),
  RestoreAlreadyInProgress: row(409, 'Restore already in progress.'),

  MissingContentLength: row(411, 'You must provide the Content-Length HTTP header.'),
  PreconditionFailed: row(412, 'Precondition not match.'),
  InvalidRange: row(416, 'The requested range cannot be satisfied.'),
  RequestHeaderFieldsTooLarge: row(431, 'The request head exceeds the allowed size.'),

  InternalError: row(500, 'We encountered an internal error. Please try again.', true),
  NotImplemented: row(501, 'A part of this request is not implemented.'),
  Busy: row(503, 'Too many queries are under way. Please try again.', true),
  Overload: row(503, 'The query needs more than the server gives to one query.', true),
  ServiceUnavailable: row(503, 'The server is shutting down or not ready. Please try again.', true),
  SlowDown: row(503, 'Please reduce your request rate.', true),
  InsufficientStorage: row(507, 'There is no space left to store the data.'),
} as const satisfies Record<string, FaultRow>

export type FaultCode = keyof typeof FAULTS

/** What a fault tells beyond its code; each field has its own place on the wire. */
export interface FaultDetail {
  /** Instead of the table's message. Never holds a secret or a path of the server. */
  readonly message?: string
  readonly deleteMarker?: boolean
  readonly versionId?: string
  readonly storageClass?: string
  /** Validators of the object, for a 304. */
  readonly etag?: string
  readonly lastModified?: Date
  readonly contentType?: string
  readonly crc64?: bigint
  /** Size of the object, for a 416. */
  readonly size?: number
  /** Where the next append belongs. */
  readonly nextAppendPosition?: number
  /** What the server computed, for a signature that does not match. */
  readonly stringToSign?: string
  readonly formatString?: string
  /** The server's clock, for a request outside its validity. */
  readonly serverTime?: Date
}

export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: FaultCode
  readonly detail: FaultDetail

  constructor(code: FaultCode, detail: FaultDetail = {}, options?: { readonly cause?: unknown }) {
    super(detail.message ?? FAULTS[code].message, options)
    this.code = code
    this.detail = detail
  }

  get status(): number {
    return FAULTS[this.code].status
  }
}

const CONTENT_DAMAGED = 'The stored content is damaged.'
const CONTENT_MISSING = 'The stored content is missing.'

/** `reason` says what is wrong with which bytes; only the log has it, as the cause. */
export function damagedContent(reason?: string): Fault {
  return contentFault(CONTENT_DAMAGED, reason)
}

/** As damagedContent. */
export function missingContent(reason?: string): Fault {
  return contentFault(CONTENT_MISSING, reason)
}

/** Whether it is what these two tell: by it a process knows the fault that another one met. */
export function isContentMessage(message: string): boolean {
  return message === CONTENT_DAMAGED || message === CONTENT_MISSING
}

function contentFault(message: string, reason: string | undefined): Fault {
  const options = reason === undefined ? {} : { cause: new Error(reason) }
  return new Fault('InternalError', { message }, options)
}
