// Ways to spoil the presigned URL of the object `secret`, and the code of the refusal.

export const SPOILT_URLS: readonly (readonly [name: string, spoil: (url: string) => string, code: string])[] =
  [
    ['of another key', (url) => url.replace('secret', 'public'), 'SignatureDoesNotMatch'],
    [
      'with another signature',
      (url) => url.replace(/q-signature=..../, 'q-signature=0000'),
      'SignatureDoesNotMatch',
    ],
    ['by another key id', (url) => url.replace(/q-ak=[^&]*/, 'q-ak=AKIDother'), 'InvalidAccessKeyId'],
    [
      'made to last',
      (url) => url.replace(/(q-(?:sign|key)-time=\d+(?:;|%3B))(\d)/gi, '$19'),
      'SignatureDoesNotMatch',
    ],
    ['with a part missing', (url) => url.replace(/&q-key-time=[^&]*/, ''), 'AccessDenied'],
    ['without any signature', (url) => url.replace(/\?.*/, ''), 'AccessDenied'],
  ]
