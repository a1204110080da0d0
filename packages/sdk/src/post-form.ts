// Forms for browsers: signed here, filled in and sent by whoever gets them.
import type { NameValue, PolicyCondition } from '@coset/protocol'
import { targetOf } from './addressing.js'
import type { Context } from './context.js'
import { CosClientError } from './errors.js'
import { bucketCondition, fieldCondition } from './form.js'

export interface PostObjectFormInput {
  /** `BucketName-APPID`. */
  readonly Bucket: string
  /** The object's key; `${filename}` in it stands for the name of the file that the browser sends. */
  readonly Key: string
  /** Seconds from now for which the form works. */
  readonly Expires: number
  /** Other fields of the form, such as `{ 'Content-Type': 'image/png', success_action_status: '200' }`; they are signed. */
  readonly Fields?: Readonly<Record<string, string>> | undefined
  /** Bytes that the file may have, least and most. */
  readonly ContentLengthRange?: readonly [min: number, max: number] | undefined
  /** What fields that the page adds must fulfil, such as `['starts-with', '$Content-Type', 'image/']`. */
  readonly Conditions?: readonly PolicyCondition[] | undefined
}

export interface PostObjectForm {
  /** The form's action; its method is POST, its enctype multipart/form-data. */
  readonly url: string
  /** Hidden inputs of the form, in front of the input of type file, whose name must be `file`. */
  readonly fields: Readonly<Record<string, string>>
}

/** Of an anonymous client: without a policy. Throws a CosClientError of kind `validation`. */
export function postObjectForm(context: Context, input: PostObjectFormInput): PostObjectForm {
  const { settings, signer, clock } = context
  const { Bucket, Key, Expires, Fields = {}, ContentLengthRange, Conditions = [] } = input
  if (!Number.isInteger(Expires) || Expires < 1) throw invalid('Expires must be a whole number of seconds.')
  if (typeof Key !== 'string' || Key === '') throw invalid('Key must be text that is not empty.')
  const target = targetOf(settings, { bucket: Bucket ?? '', key: undefined })
  const given: readonly NameValue[] = [['key', Key], ...Object.entries(Fields)]
  const conditions = [
    ...bucketCondition(target.bucket),
    ...given.map(fieldCondition),
    ...Conditions,
    ...lengthCondition(ContentLengthRange),
  ]
  const signature = signer?.postForm(conditions, clock.keyTime(Expires)) ?? []
  return { url: `${target.origin}${target.path}`, fields: Object.fromEntries([...given, ...signature]) }
}

function lengthCondition(range: PostObjectFormInput['ContentLengthRange']): readonly PolicyCondition[] {
  if (range === undefined) return []
  const [min, max] = range
  if (Number.isSafeInteger(min) && Number.isSafeInteger(max) && min >= 0 && min <= max) {
    return [['content-length-range', min, max]]
  }
  throw invalid('ContentLengthRange must be two whole numbers of bytes, the smaller first.')
}

function invalid(message: string): CosClientError {
  return new CosClientError('validation', message)
}
