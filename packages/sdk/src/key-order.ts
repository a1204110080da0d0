// The order in which lists give keys.

/** By code points, which is the order of the UTF-8 bytes; JavaScript's own order differs beyond U+FFFF. */
export function compareKeys(a: string, b: string): number {
  let at = 0
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at++
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1)
}
