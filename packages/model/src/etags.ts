// ETags are stored bare and written quoted; clients compare them with or without quotes.

export function quoteEtag(etag: string): string {
  return `"${etag}"`
}

export function bareEtag(text: string): string {
  const strong = text.startsWith('W/') ? text.slice(2) : text
  const quoted = strong.length >= 2 && strong.startsWith('"') && strong.endsWith('"')
  return quoted ? strong.slice(1, -1) : strong
}

/** Whether `list`, the value of an If-Match or If-None-Match header, names `etag`. */
export function etagListMatches(list: string, etag: string): boolean {
  return list.split(',').some((entry) => {
    const text = entry.trim()
    return text === '*' || bareEtag(text) === etag
  })
}
