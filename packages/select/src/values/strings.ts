// Functions over strings; a character is a code point.

const WIDE = /[\ud800-\udfff]/

export function charLength(text: string): number {
  return WIDE.test(text) ? [...text].length : text.length
}

/** From `start`, which counts from 1 and may lie before the text; `length` counts from there. */
export function substring(text: string, start: number, length: number | undefined): string {
  const from = Math.max(start - 1, 0)
  const to = length === undefined ? Number.POSITIVE_INFINITY : Math.max(start - 1 + length, 0)
  if (to <= from) return ''
  return WIDE.test(text) ? [...text].slice(from, to).join('') : text.slice(from, to)
}

/** Takes away any of the characters, spaces where none are given. */
export function trim(text: string, side: 'leading' | 'trailing' | 'both', characters = ' '): string {
  const points = WIDE.test(text) ? [...text] : text.split('')
  const taken = new Set(characters)
  let start = 0
  let end = points.length
  if (side !== 'trailing') while (start < end && taken.has(points[start] ?? '')) start++
  if (side !== 'leading') while (end > start && taken.has(points[end - 1] ?? '')) end--
  return points.slice(start, end).join('')
}
