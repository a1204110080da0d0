// Every case: data in, request, expected bytes or the error's code.
import type { SelectCase } from '../case.js'
import { COMPRESSION } from './compression.js'
import { CSV_BASICS } from './csv-basics.js'
import { CSV_DIALECTS } from './csv-dialects.js'
import { CSV_OUTPUT } from './csv-output.js'
import { FUNCTIONS } from './functions.js'
import { JSON_CASES } from './json.js'
import { OPERATORS } from './operators.js'
import { STATEMENTS } from './statements.js'

export const SELECT_CASES: readonly SelectCase[] = [
  ...CSV_BASICS,
  ...CSV_DIALECTS,
  ...CSV_OUTPUT,
  ...JSON_CASES,
  ...OPERATORS,
  ...FUNCTIONS,
  ...STATEMENTS,
  ...COMPRESSION,
]
