// A bucket's keys, to be listed: in the order of their bytes.

export const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
/** UTF-16 would sort the emoji before the private-use character; bytes do not. */
export const LIST_KEYS = [
  '+',
  'A',
  'a',
  'a b',
  'a&b=c',
  'a+b',
  'a/',
  'a/1',
  'a/2',
  'a/b/1',
  'a/b/2',
  'a/c/1',
  'a0',
  'b/1',
  'b/2',
  'z',
  '世界/1',
  '世界/2',
  '\uE000',
  '😀',
  'é',
  '~',
].sort(byBytes)

export const LIST_PREFIXES = ['a', 'a/', 'a/b', '世', '世界/', 'zz', '+', 'a+', 'a ']

/** Some are keys, most are not. */
export const LIST_MARKERS = ['a', 'a/', 'a/b', 'a/zzz', 'zz', '世', '\u{10FFFF}', 'm'.repeat(2000)]
