// Pieces of Markdown.

export function code(text) {
  return `\`${text}\``
}

export function block(language, text) {
  return `\`\`\`${language}\n${text}\n\`\`\``
}

export function table(rows, head) {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.map(cell).join(' | ')} |`.replace(/\| {2}\|/g, '| |')).join('\n')
}

/** A bar would end the cell, in code too. */
function cell(text) {
  return text.replaceAll('|', '\\|')
}
