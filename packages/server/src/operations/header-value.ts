// Text that will be a header of a reply, but did not come as one.
import { Fault } from '@coset/model'

/** As Node writes headers: each character one byte of the text's UTF-8. Throws `InvalidArgument`. */
export function headerValue<T extends string | undefined>(text: T, name: string): T | string {
  if (text === undefined) return text
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what would break the head of the reply.
  if (/[\0-\x08\n-\x1f\x7f]/.test(text)) {
    throw new Fault('InvalidArgument', { message: `${name} may not hold control characters.` })
  }
  return Buffer.from(text).toString('latin1')
}
