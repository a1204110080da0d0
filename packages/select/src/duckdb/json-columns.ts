// Fields of JSON records, taken out of their lines.
import type { FieldStep, Query } from '../analysis/query.js'
import { memberTest } from '../input/path.js'
import type { Reference } from '../language/ast.js'
import { Struct, type Value } from '../values/value.js'
import type { NamedSql } from './output-line.js'
import type { PlanColumns } from './plan.js'
import { FAIL, type Sql, untranslatable } from './sql.js'
import { quotedText } from './sql-text.js'

/** The column with the line of a record. */
export const LINE = 'line'
/** The column with the list of the fields' values. */
const FIELDS = 'fields'
/** Names that mean nothing in patterns and paths. */
const PLAIN_NAME = /^[A-Za-z0-9_ -]{1,200}$/

/** Where a path leads to in the first record. */
interface Place {
  readonly path: string
  readonly value: Value
}

interface Name {
  /** As the object's first record spells it, and the query where it has no such name. */
  readonly spelling: string
  readonly quoted: boolean
}

export class JsonColumns implements PlanColumns {
  readonly areWhole = true
  readonly countAll = `count(${FIELDS})`
  readonly #isFiltered: boolean
  readonly #paths: string[] = []
  readonly #names = new Map<string, Name>()
  readonly #places = new Map<Reference, number>()

  /** `first`: the object's first record. Throws Untranslatable. */
  constructor(query: Query, first: Value) {
    this.#isFiltered = query.statement.where !== undefined
    for (const [reference, field] of query.fields) {
      const steps = field.kind === 'path' ? field.steps : []
      if (steps[0]?.kind !== 'member') untranslatable()
      let place: Place = { path: '$', value: first }
      for (const step of steps) place = this.#follow(place, step)
      this.#places.set(reference, this.#placeOf(place.path))
    }
  }

  #follow({ path, value }: Place, step: FieldStep): Place {
    if (step.kind === 'index') {
      const inner = Array.isArray(value) ? (value as readonly Value[])[step.index] : undefined
      return { path: `${path}[${step.index}]`, value: inner }
    }
    const { name, quoted } = step.identifier
    const [at, struct] =
      value instanceof Struct ? [value.names.findIndex(memberTest(step.identifier)), value] : [-1]
    const spelling = struct?.names[at] ?? name
    if (!PLAIN_NAME.test(spelling)) untranslatable()
    this.#names.set(`${spelling}/${quoted}`, { spelling, quoted })
    return { path: `${path}."${spelling}"`, value: struct?.values[at] }
  }

  #placeOf(path: string): number {
    const known = this.#paths.indexOf(path)
    return known < 0 ? this.#paths.push(path) : known + 1
  }

  column(reference: Reference): Sql {
    const place = this.#places.get(reference)
    if (place === undefined) return untranslatable()
    return { text: `CAST(${FIELDS}[${place}] AS VARCHAR)`, type: 'json' }
  }

  /** The records' own lines: what is written of them is the interpreter's, and so is all where none is left out. */
  all(): readonly NamedSql[] {
    if (!this.#isFiltered) return untranslatable()
    return [{ name: LINE, sql: { text: LINE, type: 'text', isField: true } }]
  }

  /** Fails for lines that are no records, and where a name may stand for another field than the first of its spelling. */
  source(lines: string): string {
    const guards = [`starts_with(${LINE}, '{')`, ...[...this.#names.values()].flatMap(guardsOf)]
    // Whoever asks for no field still asks for records.
    if (this.#paths.length === 0) guards.push(`json_valid(${LINE})`)
    const checked = `CASE WHEN ${guards.join(' AND ')} THEN ${LINE} ELSE ${FAIL} END`
    const paths = this.#paths.map(quotedText).join(', ')
    const fields = this.#paths.length === 0 ? checked : `json_extract(${checked}, [${paths}])`
    return `(SELECT ${LINE}, ${fields} AS ${FIELDS} FROM ${lines})`
  }
}

function guardsOf({ spelling, quoted }: Name): readonly string[] {
  const key = quotedText(`"${spelling}":`)
  const behind = `substr(${LINE}, strpos(${LINE}, ${key}) + ${spelling.length})`
  const pattern = quotedText(`${quoted ? '' : '(?i)'}"${spelling}"\\s*:`)
  // Spelled so once, or not at all in any way.
  return [
    `CASE WHEN contains(${LINE}, ${key}) THEN NOT regexp_matches(${behind}, ${pattern}) ` +
      `ELSE NOT regexp_matches(${LINE}, ${pattern}) END`,
  ]
}
