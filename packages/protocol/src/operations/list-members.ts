// Members that lists of several kinds share.
import { query } from '../operation.js'
import { encodableText, list, maybe, oneOf, record, text } from '../shape/shape.js'

/** Who owns or began something. */
export const identity = record({ ID: text(), DisplayName: maybe(text()) })
export const commonPrefixes = list(record({ Prefix: encodableText() }))
export const encodingType = () => query('encoding-type', oneOf(['url']))
