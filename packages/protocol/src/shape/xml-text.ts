// Text as it stands between the tags of an XML document, or in a quoted attribute.

const QUOTE = 0x22
const AMPERSAND = 0x26
const LESS = 0x3c
const GREATER = 0x3e

/**
 * Replaces what XML would take for markup, and control characters. Those but tab, newline and carriage return
 * have no place in XML 1.0 even as references; COS writes them so all the same, and clients that care ask for
 * `encoding-type=url`. Tab and newline stay, as some clients read no numeric references.
 */
export function escapeXml(text: string): string {
  let escaped = ''
  let copied = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit > GREATER || !needsReference(unit)) continue
    escaped += text.slice(copied, at) + reference(unit)
    copied = at + 1
  }
  return copied === 0 ? text : escaped + text.slice(copied)
}

function needsReference(unit: number): boolean {
  if (unit < 0x20) return unit !== 0x09 && unit !== 0x0a
  return unit === QUOTE || unit === AMPERSAND || unit === LESS || unit === GREATER
}

function reference(unit: number): string {
  switch (unit) {
    case QUOTE:
      return '&quot;'
    case AMPERSAND:
      return '&amp;'
    case LESS:
      return '&lt;'
    case GREATER:
      return '&gt;'
    default:
      return `&#x${unit.toString(16).toUpperCase()};`
  }
}
