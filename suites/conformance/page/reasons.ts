// What of the document has no case, and why: by subject, or by subject and name.

export const REASONS: Readonly<Record<string, string>> = {}

/** The reason that stands for a name of a section, if there is one. */
export function reasonFor(subject: string, name: string): string | undefined {
  return REASONS[`${subject}.${name}`] ?? REASONS[subject]
}
