// Cross-origin rules: which there can be, and which one lets an origin in.
import { Fault, LIMITS } from '@coset/model'

export interface CorsRule {
  readonly id?: string | undefined
  /** With at most one `*` each. */
  readonly allowedOrigins: readonly string[]
  /** In capitals. */
  readonly allowedMethods: readonly string[]
  /** With at most one `*` each. */
  readonly allowedHeaders: readonly string[]
  readonly exposedHeaders: readonly string[]
  readonly maxAgeSeconds?: number | undefined
}

export interface CorsConfiguration {
  readonly rules: readonly CorsRule[]
  /** Replies say that they vary by origin. */
  readonly responseVary: boolean
}

const METHODS: readonly string[] = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD']
const HEADER_NAME = /^[!#$%&'+.^_`|~\w-]+$/

/** Throws `InvalidRequest` for a rule that can not be, `MalformedXML` for too few or too many of them. */
export function checkedCors({ rules, responseVary }: CorsConfiguration): CorsConfiguration {
  if (rules.length === 0 || rules.length > LIMITS.corsRulesMax) {
    throw new Fault('MalformedXML', {
      message: `A CORSConfiguration has 1 to ${LIMITS.corsRulesMax} CORSRules.`,
    })
  }
  return { rules: rules.map(checkedRule), responseVary }
}

function checkedRule(rule: CorsRule): CorsRule {
  const checked: CorsRule = {
    ...rule,
    allowedMethods: rule.allowedMethods.map((method) => method.toUpperCase()),
    allowedHeaders: rule.allowedHeaders.filter((name) => name !== ''),
    exposedHeaders: rule.exposedHeaders.filter((name) => name !== ''),
  }
  const message = problemOf(checked)
  if (message !== undefined) throw new Fault('InvalidRequest', { message })
  return checked
}

function problemOf({ id = '', ...rule }: CorsRule): string | undefined {
  const problems: readonly (readonly [found: boolean, message: string])[] = [
    [
      id.length > LIMITS.corsRuleIdLengthMax,
      `The ID of a CORSRule has at most ${LIMITS.corsRuleIdLengthMax} characters.`,
    ],
    [rule.allowedOrigins.length === 0, 'A CORSRule needs an AllowedOrigin.'],
    [rule.allowedMethods.length === 0, 'A CORSRule needs an AllowedMethod.'],
    [
      rule.allowedMethods.some((method) => !METHODS.includes(method)),
      `An AllowedMethod is one of ${METHODS.join(', ')}.`,
    ],
    [
      rule.allowedOrigins.some((origin) => !/^[\x21-\x7e]+$/.test(origin)),
      'An AllowedOrigin has the form http://example.com:8080, or is *.',
    ],
    [rule.allowedOrigins.some(hasManyStars), 'An AllowedOrigin has at most one wildcard *.'],
    [
      rule.allowedHeaders.some((name) => !HEADER_NAME.test(name.replaceAll('*', 'x'))),
      'An AllowedHeader is the name of a header, or *.',
    ],
    [rule.allowedHeaders.some(hasManyStars), 'An AllowedHeader has at most one wildcard *.'],
    [
      rule.exposedHeaders.some((name) => !HEADER_NAME.test(name)),
      'An ExposeHeader is the name of a header; wildcards are not allowed.',
    ],
  ]
  return problems.find(([found]) => found)?.[1]
}

function hasManyStars(text: string): boolean {
  return text.split('*').length > 2
}

export interface CorsRequest {
  readonly origin: string
  readonly method: string
  /** Names of headers that the request is going to have. */
  readonly headers: readonly string[]
}

/** The first rule that lets the origin use the method with all the headers. */
export function findCorsRule(
  { rules }: CorsConfiguration,
  { origin, method, headers }: CorsRequest,
): CorsRule | undefined {
  return rules.find(
    (rule) =>
      rule.allowedMethods.includes(method.toUpperCase()) &&
      rule.allowedOrigins.some((pattern) => matches(pattern, origin)) &&
      headers.every((name) => rule.allowedHeaders.some((pattern) => matches(pattern, name))),
  )
}

/** Letters count as equal in either case: browsers write origins in small ones, and headers have no case. */
function matches(pattern: string, text: string): boolean {
  const [start = '', end] = pattern.toLowerCase().split('*')
  const lower = text.toLowerCase()
  if (end === undefined) return lower === start
  return lower.length >= start.length + end.length && lower.startsWith(start) && lower.endsWith(end)
}
