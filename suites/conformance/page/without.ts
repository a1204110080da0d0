// A client that leaves one member out, to show that a case looks at what the member does.
import type { CosClient } from '@coset/sdk'
import type { CosEncryptionClient } from '@coset/sdk/encryption'

type Values = Readonly<Record<string, unknown>>
type Method = (input: Values, options?: unknown) => Promise<Values>

/** Of `method`'s input or output the member at `path` is missing; all else is as it was. */
export function clientWithout(
  cos: CosClient,
  method: string,
  side: 'takes' | 'tells',
  path: string,
): CosClient {
  return new Proxy(cos, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (name !== method) return value.bind(target)
      const call = value.bind(target) as Method
      return async (input: Values, options?: unknown) => {
        if (side === 'takes') return call(without(input, path.split('.')), options)
        return without(await call(input, options), path.split('.'))
      }
    },
  })
}

/**
 * A client that encrypts, but for one method, which is a plain client's. Lists of parts, which are the same of both, are empty.
 */
export function encryptingWithout(
  client: CosEncryptionClient,
  plain: CosClient,
  member: string,
): CosEncryptionClient {
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(name === member ? plain : target, name)
      if (typeof value !== 'function') return value
      if (name === member && name === 'listParts') return async () => ({ Part: [] })
      return value.bind(name === member ? plain : target)
    },
  })
}

function without(values: Values, [first = '', ...rest]: readonly string[]): Values {
  const name = first.replace('[]', '')
  const { [name]: value, ...others } = values
  if (rest.length === 0 || value === undefined) return others
  const inner = (entry: unknown) => without(entry as Values, rest)
  return { ...values, [name]: Array.isArray(value) ? value.map(inner) : inner(value) }
}
