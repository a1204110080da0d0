import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { postFormFields, signPolicy } from './post-policy.js'
import type { Sha1 } from './sign.js'

const sha1: Sha1 = {
  hash: (text) => createHash('sha1').update(text).digest('hex'),
  hmac: (key, text) => createHmac('sha1', key).update(text).digest('hex'),
}

/** The example of COS's own document, letter by letter. */
const EXAMPLE = {
  secretKey: 'BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz',
  keyTime: '1567150692;1567157892',
  policy: `{
    "expiration": "2019-08-30T09:38:12.414Z",
    "conditions": [
        { "acl": "default" },
        { "bucket": "examplebucket-1250000000" },
        [ "starts-with", "$key", "folder/subfolder/" ],
        [ "starts-with", "$Content-Type", "image/" ],
        [ "starts-with", "$success_action_redirect", "https://my.website/" ],
        [ "eq", "$x-cos-server-side-encryption", "AES256" ],
        { "q-sign-algorithm": "sha1" },
        { "q-ak": "AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q" },
        { "q-sign-time": "1567150692;1567157892" }
    ]
}`,
}

describe('the signature of a policy', () => {
  it("is that of COS's own example", () => {
    expect(signPolicy(EXAMPLE, sha1)).toEqual({
      stringToSign: 'd5d903b8360468bc81c1311f134989bc8c8b5b89',
      signature: '7758dc9a832e9d301dca704cacbf9d9f8172fdef',
    })
  })

  it('is the same for a text and its bytes, and another for one byte more', () => {
    const signature = (policy: string | Uint8Array) => signPolicy({ ...EXAMPLE, policy }, sha1).signature
    expect(signature(new TextEncoder().encode('{"中":1}'))).toBe(signature('{"中":1}'))
    expect(signature(`${EXAMPLE.policy} `)).not.toBe(signature(EXAMPLE.policy))
  })
})

describe('the fields of a signed form', () => {
  const fields = (securityToken?: string) =>
    new Map(
      postFormFields(
        {
          secretId: 'AKID',
          secretKey: EXAMPLE.secretKey,
          securityToken,
          keyTime: { start: 1567150692, end: 1567157892 },
          conditions: [{ key: '中.txt' }, ['content-length-range', 1, 5]],
        },
        sha1,
      ),
    )

  it('hold the policy, which ends with the signature, and what COS requires of it', () => {
    const policy = Buffer.from(fields().get('policy') ?? '', 'base64').toString()
    expect(JSON.parse(policy)).toEqual({
      expiration: '2019-08-30T09:38:12.000Z',
      conditions: [
        { key: '中.txt' },
        ['content-length-range', 1, 5],
        { 'q-sign-algorithm': 'sha1' },
        { 'q-ak': 'AKID' },
        { 'q-sign-time': '1567150692;1567157892' },
      ],
    })
    const { signature } = signPolicy({ ...EXAMPLE, policy }, sha1)
    expect(fields().get('q-signature')).toBe(signature)
  })

  it('hold the token of temporary keys, and never the secret key', () => {
    expect(fields().has('x-cos-security-token')).toBe(false)
    expect(fields('tok').get('x-cos-security-token')).toBe('tok')
    expect(JSON.stringify([...fields()])).not.toContain(EXAMPLE.secretKey)
  })
})
