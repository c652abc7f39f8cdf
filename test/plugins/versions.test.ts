import fc from 'fast-check'
import semver from 'semver'
import { describe, expect, test } from 'vitest'
import { chooseVersion, compareVersions, parseVersionRange } from '../../src/plugins/versions.ts'

const shelf = ['1.0.0', '1.1.0', '1.2.0-rc.1', '1.2.0', '2.0.0', '10.0.0']
const matching = (spec: string): readonly string[] => shelf.filter((version) => parseVersionRange(spec)?.matches(version))

test('no version, and latest, mean the newest by version order, not by text', () => {
  for (const spec of [null, undefined, 'latest']) expect(chooseVersion('C', shelf, spec)).toBe('10.0.0')
  expect(chooseVersion('C', ['2.0.0-beta.2', '2.0.0-beta.10'], null)).toBe('2.0.0-beta.10')
})

test.each([
  ['1.2', ['1.2.0']],
  ['1.2.0', ['1.2.0']],
  ['1.2.0-rc.1', ['1.2.0-rc.1']],
  ['[1.1]', ['1.1.0']],
  ['[1.0,2.0)', ['1.0.0', '1.1.0', '1.2.0-rc.1', '1.2.0']],
  ['[1.0, 2.0]', ['1.0.0', '1.1.0', '1.2.0-rc.1', '1.2.0', '2.0.0']],
  ['(1,2)', ['1.1.0', '1.2.0-rc.1', '1.2.0']],
  ['[2,)', ['2.0.0', '10.0.0']],
  ['(,1.0],[2.0,)', ['1.0.0', '2.0.0', '10.0.0']],
  ['(,1.0][2.0,)', ['1.0.0', '2.0.0', '10.0.0']],
  ['(1.2.0-alpha,1.2.0)', ['1.2.0-rc.1']],
  ['^1.0.0', ['1.0.0', '1.1.0', '1.2.0']],
  ['~1.1', ['1.1.0']],
  ['1.x', ['1.0.0', '1.1.0', '1.2.0']],
  ['>=1.1 <2', ['1.1.0', '1.2.0']],
  ['1.0.0 || 2.0.0', ['1.0.0', '2.0.0']],
  ['*', ['1.0.0', '1.1.0', '1.2.0', '2.0.0', '10.0.0']],
  ['1.0.0.1', []],
  ['no-version', []],
  ['', []],
])('%s matches %j', (spec, versions) => {
  expect(matching(spec)).toEqual(versions)
})

// The expectations of these two tables were printed by maven-artifact 3.9.15 itself.
test.each([
  ['1.0', '[1.0,1.0]'],
  [' 1.0 ', '[1.0,1.0]'],
  ['[1.0 , 2.0)', '[1.0,2.0)'],
  ['(,1.0],[1.2,)', '(,1.0],[1.2,)'],
  ['(0.2,),(,1)', '(0.2,),(,1)'],
  ['[ 1.5 ]', '[1.5,1.5]'],
])('%s is printed as Kafka prints it: %s', (spec, text) => {
  expect(parseVersionRange(spec)?.text).toBe(text)
})

test.each([
  ['[1.0', 'Unbounded range: [1.0'],
  ['(1.0)', 'Single version must be surrounded by []: (1.0)'],
  ['[2.0,1.0]', 'Range defies version ordering: [2.0,1.0]'],
  ['(1.0,1.0]', 'Range defies version ordering: (1.0,1.0]'],
  ['[1,3],[2,4]', 'Ranges overlap: [1,3],[2,4]'],
  ['[1,2),3', 'Only fully-qualified sets allowed in multiple set scenario: [1,2),3'],
])('%s is refused with the words of Maven', (spec, message) => {
  expect(() => parseVersionRange(spec)).toThrow(expect.objectContaining({ code: 'PLUGIN_VERSION_RANGE', status: 400, message }))
})

test('a version that is not there is answered with those that are, in order', () => {
  const choose = (spec: string) => () => chooseVersion('com.example.C', ['2.0.0', '1.1.0'], spec)
  expect(choose('1.0')).toThrow(expect.objectContaining({ code: 'PLUGIN_VERSION', message: 'Plugin com.example.C not found that matches the version range [1.0,1.0], available versions: [1.1.0, 2.0.0]' }))
  expect(choose('^3')).toThrow('Plugin com.example.C not found that matches the version range ^3, available versions: [1.1.0, 2.0.0]')
})

test('a hostile version setting is refused, not worked on', () => {
  expect(() => parseVersionRange('['.repeat(100_000))).toThrow(/at most 512/)
})

describe('for any versions', () => {
  const number = fc.integer({ min: 0, max: 12 })
  const pre = fc.option(fc.tuple(fc.constantFrom('alpha', 'beta', 'rc'), number).map(([word, count]) => `-${word}.${count}`), { nil: '', freq: 3 })
  const version = fc.tuple(number, number, number, pre).map(([major, minor, patch, tail]) => `${major}.${minor}.${patch}${tail}`)

  test('a set matches what semver says lies between its bounds', () => {
    fc.assert(
      fc.property(version, version, version, fc.boolean(), fc.boolean(), (left, right, probe, isLowerIn, isUpperIn) => {
        const [lower, upper] = semver.lte(left, right) ? [left, right] : [right, left]
        fc.pre(semver.lt(lower, upper))
        const range = parseVersionRange(`${isLowerIn ? '[' : '('}${lower},${upper}${isUpperIn ? ']' : ')'}`)
        const isAbove = isLowerIn ? semver.gte(probe, lower) : semver.gt(probe, lower)
        const isBelow = isUpperIn ? semver.lte(probe, upper) : semver.lt(probe, upper)
        expect(range?.matches(probe)).toBe(isAbove && isBelow)
      }),
    )
  })

  test('a plain version matches itself and nothing of another rank', () => {
    fc.assert(
      fc.property(version, version, (wanted, probe) => {
        expect(parseVersionRange(wanted)?.matches(wanted)).toBe(true)
        expect(parseVersionRange(wanted)?.matches(probe)).toBe(semver.eq(wanted, probe))
      }),
    )
  })

  test('the order is total: only equal texts rank equal', () => {
    fc.assert(
      fc.property(version, version, (left, right) => {
        expect(compareVersions(left, right) === 0).toBe(left === right)
      }),
    )
    expect(compareVersions('1.0.0+a', '1.0.0+b')).not.toBe(0)
  })

  test('any text is either a range or a coded refusal', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('[', ']', '(', ')', ',', '.', '1', '0', '-', 'a', ' ', '^', 'x', '|') }), (spec) => {
        try {
          parseVersionRange(spec)?.matches('1.0.0')
        } catch (error) {
          expect(error).toMatchObject({ code: 'PLUGIN_VERSION_RANGE' })
        }
      }),
    )
  })
})
