/**
 * Which versions of a plugin a `*.plugin.version` setting means. Three notations, one question: does this version match?
 *
 *   absent, `latest`           the newest
 *   `1.2`, `1.2.0-rc.1`        exactly that one: a hard requirement, printed `[1.2,1.2]` as Kafka prints it
 *   `[1.0,2.0)`, `(,1],[3,)`   Maven's sets of KIP-891, unions included
 *   `^1.2.0`, `1.x`, `>=1 <3`  semver ranges, which Kafka does not have; a pre-release matches only where npm would match it
 *
 * Versions on the shelf are semver; bounds may be shorter or longer (`1`, `1.0.0.1`) and are compared number by number, absent
 * numbers being 0; pre-releases have semver's order (Maven ranks SNAPSHOT and the like by its own table). A bound that does not start with a number sorts below all versions, as in Maven's ComparableVersion.
 * The words of the errors are those of Maven's parser and Kafka's DelegatingClassLoader: REST clients see them.
 */
import compareBuild from 'semver/functions/compare-build.js'
import satisfies from 'semver/functions/satisfies.js'
import validRange from 'semver/ranges/valid.js'
import { ConnectError } from '../errors.ts'

export type VersionRange = {
  /** As Kafka would print it, for messages. */
  readonly text: string
  matches(version: string): boolean
}

type Bound = { readonly text: string; readonly numbers: readonly number[]; readonly pre: string; readonly build: string }
type Restriction = { readonly lower: Bound | null; readonly lowerInclusive: boolean; readonly upper: Bound | null; readonly upperInclusive: boolean }

const boundPattern = /^(\d+(?:\.\d+)*)?(?:-([^+]*))?(?:\+(.*))?$/
const plainPattern = /^\d+(\.\d+)*(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/
const maxSpecLength = 512

/** Ascending order of versions on the shelf; build metadata breaks ties so that the order is total. */
export const compareVersions = (left: string, right: string): number => compareBuild(left, right)

/** Parses a version setting; null means the newest. Throws `PLUGIN_VERSION_RANGE` with the words of Maven's parser. */
export const parseVersionRange = (spec: string | null | undefined): VersionRange | null => {
  if (spec === null || spec === undefined || spec === 'latest') return null
  const trimmed = spec.trim()
  if (trimmed.length > maxSpecLength) throw invalid(`Version range of ${trimmed.length} characters: at most ${maxSpecLength} are allowed`)
  if (trimmed.startsWith('[') || trimmed.startsWith('(')) return mavenRange(parseRestrictions(trimmed))
  if (plainPattern.test(trimmed) || trimmed === '') return plainRange(trimmed)
  const range = validRange(trimmed)
  if (range !== null) return { text: trimmed, matches: (version) => satisfies(version, range) }
  return plainRange(trimmed)
}

/** The newest of `versions` (any order) in the range, or the coded error that lists what there is. */
export const chooseVersion = (className: string, versions: readonly string[], spec: string | null | undefined): string => {
  const sorted = versions.toSorted(compareVersions)
  const range = parseVersionRange(spec)
  const chosen = range === null ? sorted.at(-1) : sorted.findLast((version) => range.matches(version))
  if (chosen !== undefined) return chosen
  throw new ConnectError('PLUGIN_VERSION', `Plugin ${className} not found that matches the version range ${range?.text ?? 'latest'}, available versions: [${sorted.join(', ')}]`)
}

const invalid = (message: string): ConnectError => new ConnectError('PLUGIN_VERSION_RANGE', message)

const plainRange = (text: string): VersionRange => {
  const bound = parseBound(text)
  return mavenRange([{ lower: bound, lowerInclusive: true, upper: bound, upperInclusive: true }])
}

const mavenRange = (restrictions: readonly Restriction[]): VersionRange => ({
  text: restrictions.map(restrictionText).join(','),
  matches: (version) => restrictions.some((restriction) => contains(restriction, parseBound(version))),
})

const restrictionText = ({ lower, lowerInclusive, upper, upperInclusive }: Restriction): string =>
  `${lowerInclusive ? '[' : '('}${lower?.text ?? ''},${upper?.text ?? ''}${upperInclusive ? ']' : ')'}`

const contains = ({ lower, lowerInclusive, upper, upperInclusive }: Restriction, version: Bound): boolean => {
  const below = lower === null ? -1 : compareBounds(lower, version)
  const above = upper === null ? 1 : compareBounds(upper, version)
  return (below < 0 || (below === 0 && lowerInclusive)) && (above > 0 || (above === 0 && upperInclusive))
}

const parseRestrictions = (spec: string): readonly Restriction[] => {
  const restrictions: Restriction[] = []
  let rest = spec
  while (rest.startsWith('[') || rest.startsWith('(')) {
    const close = rest.search(/[)\]]/)
    if (close < 0) throw invalid(`Unbounded range: ${spec}`)
    const restriction = parseRestriction(rest.slice(0, close + 1))
    const previous = restrictions.at(-1)
    // Maven takes any set after one without an upper bound; so do we.
    const end = previous?.upper ?? null
    if (end !== null && (restriction.lower === null || compareBounds(restriction.lower, end) < 0)) throw invalid(`Ranges overlap: ${spec}`)
    restrictions.push(restriction)
    rest = rest.slice(close + 1).trim()
    if (rest.startsWith(',')) rest = rest.slice(1).trim()
  }
  if (rest !== '') throw invalid(`Only fully-qualified sets allowed in multiple set scenario: ${spec}`)
  return restrictions
}

const parseRestriction = (text: string): Restriction => {
  const lowerInclusive = text.startsWith('[')
  const upperInclusive = text.endsWith(']')
  const inner = text.slice(1, -1).trim()
  const comma = inner.indexOf(',')
  if (comma < 0) {
    if (!lowerInclusive || !upperInclusive) throw invalid(`Single version must be surrounded by []: ${text}`)
    const only = parseBound(inner)
    return { lower: only, lowerInclusive, upper: only, upperInclusive }
  }
  const bound = (part: string): Bound | null => (part.trim() === '' ? null : parseBound(part.trim()))
  const lower = bound(inner.slice(0, comma))
  const upper = bound(inner.slice(comma + 1))
  if (lower !== null && upper !== null) {
    const order = compareBounds(upper, lower)
    if (order < 0 || (order === 0 && !(lowerInclusive && upperInclusive))) throw invalid(`Range defies version ordering: ${text}`)
  }
  return { lower, lowerInclusive, upper, upperInclusive }
}

const parseBound = (text: string): Bound => {
  const match = boundPattern.exec(text)
  if (match === null || (match[1] === undefined && text !== '')) return { text, numbers: [-1], pre: '', build: '' }
  return { text, numbers: (match[1] ?? '').split('.').map(Number), pre: match[2] ?? '', build: match[3] ?? '' }
}

const compareBounds = (left: Bound, right: Bound): number => {
  for (let index = 0; index < Math.max(left.numbers.length, right.numbers.length); index++) {
    const order = (left.numbers[index] ?? 0) - (right.numbers[index] ?? 0)
    if (order !== 0) return order
  }
  return comparePre(left.pre, right.pre) || (left.build !== '' && right.build !== '' ? compareText(left.build, right.build) : 0)
}

/** Semver's precedence of pre-releases: none is newest, numbers below words, shorter below longer. */
const comparePre = (left: string, right: string): number => {
  if (left === right) return 0
  if (left === '' || right === '') return left === '' ? 1 : -1
  const [lefts, rights] = [left.split('.'), right.split('.')]
  for (let index = 0; index < Math.min(lefts.length, rights.length); index++) {
    const order = compareIdentifier(lefts[index] ?? '', rights[index] ?? '')
    if (order !== 0) return order
  }
  return lefts.length - rights.length
}

const compareIdentifier = (left: string, right: string): number => {
  const [isLeftNumber, isRightNumber] = [/^\d+$/.test(left), /^\d+$/.test(right)]
  if (isLeftNumber && isRightNumber) return Number(left) - Number(right)
  return isLeftNumber === isRightNumber ? compareText(left, right) : isLeftNumber ? -1 : 1
}

const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)
