// Text of a statement.

/** A string literal. NUL ends nothing in DuckDB, but no file or pattern of ours has one. */
export function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
