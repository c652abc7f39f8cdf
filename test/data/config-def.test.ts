import { describe, expect, test } from 'vitest'
import { ConfigDef } from '../../src/data/config-def.ts'
import type { ConfigData } from '../../src/data/config-parse.ts'
import { convertToString, javaSetOrder, parseType, Password } from '../../src/data/config-parse.ts'
import { ConfigException } from '../../src/data/errors.ts'

const { Type, Importance, Width } = ConfigDef
const messageOf = (action: () => unknown): string => {
  try {
    action()
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigException)
    return (error as Error).message
  }
  return 'nothing was thrown'
}

describe('parsing one value', () => {
  test.each<[string, Parameters<typeof parseType>[2], ConfigData]>([
    [' true ', 'BOOLEAN', true],
    ['FALSE', 'BOOLEAN', false],
    [' a b ', 'STRING', 'a b'],
    ['\u00a0a', 'STRING', '\u00a0a'],
    ['+5', 'INT', 5],
    ['-2147483648', 'INT', -2147483648],
    ['32767', 'SHORT', 32767],
    ['9007199254740991', 'LONG', 9007199254740991],
    ['9223372036854775807', 'LONG', 9223372036854775807n],
    ['1e3', 'DOUBLE', 1000],
    ['.5f', 'DOUBLE', 0.5],
    ['', 'LIST', []],
    [' a , b,,c ', 'LIST', ['a', 'b', '', 'c']],
    [' org.x.Y ', 'CLASS', 'org.x.Y'],
  ])('%j as %s', (text, type, value) => {
    expect(parseType('k', text, type)).toEqual(value)
  })

  test.each<[unknown, Parameters<typeof parseType>[2], string]>([
    ['yes', 'BOOLEAN', 'Invalid value yes for configuration k: Expected value to be either true or false'],
    ['x', 'INT', 'Invalid value x for configuration k: Not a number of type INT'],
    ['2147483648', 'INT', 'Invalid value 2147483648 for configuration k: Not a number of type INT'],
    ['1.5', 'LONG', 'Invalid value 1.5 for configuration k: Not a number of type LONG'],
    ['40000', 'SHORT', 'Invalid value 40000 for configuration k: Not a number of type SHORT'],
    ['0x', 'DOUBLE', 'Invalid value 0x for configuration k: Not a number of type DOUBLE'],
    ['', 'INT', 'Invalid value  for configuration k: Not a number of type INT'],
    [5, 'LIST', 'Invalid value 5 for configuration k: Expected a comma separated list.'],
  ])('%j as %s is refused', (value, type, message) => {
    expect(messageOf(() => parseType('k', value, type))).toBe(message)
  })

  test('values are printed as Java prints them', () => {
    expect(convertToString(0.05, 'DOUBLE')).toBe('0.05')
    expect(convertToString(1, 'DOUBLE')).toBe('1.0')
    expect(convertToString(1e10, 'DOUBLE')).toBe('1.0E10')
    expect(convertToString(['a', 'b'], 'LIST')).toBe('a,b')
    expect(convertToString(['a', 'b'], null)).toBe('[a, b]')
    expect(convertToString(null, 'STRING')).toBeNull()
  })

  test('a password never prints itself', () => {
    const password = parseType('k', ' secret ', 'PASSWORD')
    expect(password).toBeInstanceOf(Password)
    expect((password as Password).value()).toBe('secret')
    expect([`${String(password)}`, JSON.stringify(password), convertToString(password, 'PASSWORD')]).toEqual(['[hidden]', '"[hidden]"', '[hidden]'])
  })
})

describe('validators', () => {
  const { Range, ValidString, CaseInsensitiveValidString, ValidList, NonNullValidator, NonEmptyString, NonEmptyStringWithoutControlChars, CompositeValidator, ListSize } = ConfigDef
  test.each([
    [Range.atLeast(1), 0, 'Invalid value 0 for configuration k: Value must be at least 1'],
    [Range.between(0, 5), 6, 'Invalid value 6 for configuration k: Value must be no more than 5'],
    [Range.atLeast(1), null, 'Invalid value null for configuration k: Value must be non-null'],
    [ValidString.in('a', 'b'), 'c', 'Invalid value c for configuration k: String must be one of: a, b'],
    [CaseInsensitiveValidString.in('none', 'x'), null, 'Invalid value null for configuration k: String must be one of (case insensitive): X, NONE'],
    [new NonNullValidator(), null, 'Invalid value null for configuration k: entry must be non null'],
    [new NonEmptyString(), '', 'Invalid value  for configuration k: String must be non-empty'],
    [new NonEmptyStringWithoutControlChars(), 'a\nb\u0085', 'Invalid value a\nb\u0085 for configuration k: String may not contain control sequences but had the following ASCII chars: 10, 133'],
    [new NonEmptyStringWithoutControlChars(), '', 'Invalid value  for configuration k: String may not be empty'],
    [ListSize.atMostOfSize(1), ['a', 'b'], 'Invalid value [a, b] for configuration k: exceeds maximum list size of [1].'],
    [CompositeValidator.of(new NonEmptyString(), ValidString.in('a')), 'b', 'Invalid value b for configuration k: String must be one of: a'],
    [ValidList.anyNonDuplicateValues(true, false), null, "Configuration 'k' values must not be null."],
    [ValidList.anyNonDuplicateValues(false, false), [], "Configuration 'k' must not be empty. Valid values include: any non-empty value"],
    [ValidList.in(false, 'legacy', 'new'), [], "Configuration 'k' must not be empty. Valid values include: [legacy, new]"],
    [ValidList.anyNonDuplicateValues(true, true), ['', ''], "Configuration 'k' values must not be duplicated."],
    [ValidList.anyNonDuplicateValues(true, true), ['a', ''], "Configuration 'k' values must not be empty."],
    [ValidList.in('a', 'b'), ['x'], 'Invalid value x for configuration k: String must be one of: a, b'],
  ])('%s refuses %j', (validator, value, message) => {
    expect(messageOf(() => validator.ensureValid('k', value))).toBe(message)
  })
  test.each([
    [Range.atLeast(1), '[1,...]'],
    [Range.between(0, 5), '[0,...,5]'],
    [ValidString.in('a', 'b'), '[a, b]'],
    [CompositeValidator.of(new NonEmptyString(), new NonNullValidator()), 'non-empty string, non-null string'],
  ])('%s describes itself', (validator, text) => {
    expect(String(validator)).toBe(text)
  })
  test('choices come in the order of a Java hash set', () => {
    expect(javaSetOrder(['DISABLED', 'PREPARING', 'ENABLED'])).toEqual(['DISABLED', 'ENABLED', 'PREPARING'])
    expect(javaSetOrder(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'])).toEqual(['SASL_SSL', 'PLAINTEXT', 'SSL', 'SASL_PLAINTEXT'])
    const fifteen = ['A0', 'A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8', 'A9', 'B0', 'B1', 'B2', 'B3', 'B4']
    expect(javaSetOrder(fifteen).join()).toBe('B0,A0,B1,A1,B2,A2,B3,A3,B4,A4,A5,A6,A7,A8,A9')
  })
})

describe('define', () => {
  const keyOf = (def: ConfigDef) => def.toJson()[0]
  const plain = { name: 'k', type: 'STRING', importance: 'HIGH', documentation: 'doc', group: null, orderInGroup: -1, width: 'NONE', displayName: 'k', dependents: [] }
  test('takes Java’s argument orders', () => {
    expect(keyOf(new ConfigDef().define('k', Type.STRING, Importance.HIGH, 'doc'))).toEqual({ ...plain, required: true })
    expect(keyOf(new ConfigDef().define('k', Type.STRING, null, Importance.HIGH, 'doc'))).toEqual({ ...plain, required: false, defaultValue: null })
    expect(keyOf(new ConfigDef().define('k', Type.STRING, 'HIGH', Importance.HIGH, 'doc'))).toEqual({ ...plain, required: false, defaultValue: 'HIGH' })
    expect(keyOf(new ConfigDef().define('k', Type.STRING, 'a', ConfigDef.ValidString.in('a'), Importance.HIGH, 'doc'))).toEqual({ ...plain, required: false, defaultValue: 'a' })
    expect(keyOf(new ConfigDef().define('k', Type.STRING, ConfigDef.NO_DEFAULT_VALUE, null, Importance.HIGH, 'doc'))).toEqual({ ...plain, required: true })
    expect(keyOf(new ConfigDef().define('k', Type.STRING, 'a', null, Importance.HIGH, 'doc', 'G', 3, Width.LONG, 'K', ['k']))).toEqual({
      ...plain, required: false, defaultValue: 'a', group: 'G', orderInGroup: 3, width: 'LONG', displayName: 'K', dependents: ['k'],
    })
    expect(keyOf(new ConfigDef().define('k', Type.STRING, Importance.HIGH, 'HIGH', 'G', 1, Width.LONG, 'K'))).toEqual({
      ...plain, required: true, documentation: 'HIGH', group: 'G', orderInGroup: 1, width: 'LONG', displayName: 'K',
    })
  })
  test('takes options, and parses a default given as text', () => {
    expect(keyOf(new ConfigDef().define('k', { type: 'INT', defaultValue: '7', importance: 'HIGH', documentation: 'doc' }))).toEqual({ ...plain, type: 'INT', required: false, defaultValue: '7' })
  })
  test('refuses a key twice, a bad default and an unknown type', () => {
    expect(messageOf(() => new ConfigDef().define('k', { type: 'INT' }).define('k', { type: 'INT' }))).toBe('Configuration k is defined twice.')
    expect(messageOf(() => new ConfigDef().define('k', Type.INT, 0, ConfigDef.Range.atLeast(1), Importance.LOW, ''))).toContain('Value must be at least 1')
    expect(messageOf(() => new ConfigDef().define('k', 'TEXT' as 'STRING', Importance.LOW, ''))).toContain('unknown type')
  })
})

describe('a whole configuration', () => {
  const def = new ConfigDef()
    .define('tasks.max', Type.INT, 1, ConfigDef.Range.atLeast(1), Importance.HIGH, '')
    .define('topics', Type.LIST, '', ConfigDef.ValidList.anyNonDuplicateValues(true, false), Importance.HIGH, '')
    .define('fields', Type.LIST, ConfigDef.NO_DEFAULT_VALUE, ConfigDef.ValidList.anyNonDuplicateValues(false, false), Importance.HIGH, '')

  test('plain parsing fills in defaults, drops repeated list items with a warning and stops at the first error', () => {
    const warnings: string[] = []
    expect(def.parse({ topics: 'a,a', fields: 'f', other: 'x' }, (message) => warnings.push(message))).toEqual({ 'tasks.max': 1, topics: ['a'], fields: ['f'] })
    expect(warnings).toEqual(['Configuration key "topics" contains duplicate values. Duplicates will be removed. The original value is: [a, a], the updated value is: [a]'])
    expect(messageOf(() => def.parse({}))).toBe('Missing required configuration "fields" which has no default value.')
  })
  test('validation collects, and runs the validator on the null of a value that failed', () => {
    const errors = Object.fromEntries(def.validateToJson({ 'tasks.max': 'x', topics: 'a,a' }).map(({ name, value, errors: list }) => [name, [value, ...list]]))
    expect(errors).toEqual({
      'tasks.max': [null, 'Invalid value x for configuration tasks.max: Not a number of type INT', 'Invalid value null for configuration tasks.max: Value must be non-null'],
      topics: ['a,a', "Configuration 'topics' values must not be duplicated."],
      fields: [null, 'Missing required configuration "fields" which has no default value.', "Configuration 'fields' values must not be null."],
    })
  })
  test('recommenders offer values and hide keys', () => {
    const choosing = new ConfigDef()
      .define('mode', { type: 'STRING', defaultValue: 'a', dependents: ['detail'] })
      .define('detail', { type: 'INT', defaultValue: 1, recommender: { validValues: () => [1, 2], visible: (_, parsed) => parsed.mode === 'b' } })
    expect(choosing.validateToJson({ mode: 'a' })[1]).toEqual({ name: 'detail', value: '1', recommendedValues: ['1', '2'], errors: [], visible: false })
    expect(choosing.validateToJson({ mode: 'b' })[1]?.visible).toBe(true)
  })
  test('dependents that are not defined, or that go in a circle, are told or survived', () => {
    const odd = new ConfigDef().define('a', { type: 'INT', defaultValue: 1, dependents: ['gone', 'b'] }).define('b', { type: 'INT', defaultValue: 1, dependents: ['b'] })
    expect(messageOf(() => odd.parse({}))).toBe('Some configurations in are referred in the dependents, but not defined: gone')
    expect(odd.validateToJson({}).find(({ name }) => name === 'gone')).toEqual({ name: 'gone', value: null, recommendedValues: [], errors: ['gone is referred in the dependents, but not defined.'], visible: false })
  })
  test('embedded keys get prefix, group and order, and their validators see the name without prefix', () => {
    const outer = new ConfigDef()
    outer.embed('transforms.t.', 'Transforms: t', 3, def)
    expect(outer.toJson().map(({ name, group, orderInGroup }) => [name, group, orderInGroup])).toEqual([
      ['transforms.t.fields', 'Transforms: t', 3], ['transforms.t.tasks.max', 'Transforms: t', 4], ['transforms.t.topics', 'Transforms: t', 5],
    ])
    expect(outer.validateAll({}).get('transforms.t.fields')?.errorMessages).toEqual([
      'Missing required configuration "transforms.t.fields" which has no default value.', "Configuration 'fields' values must not be null.",
    ])
  })
  test('a recommender of keys that are embedded sees its own names only, a validator too', () => {
    const seen: unknown[] = []
    const inner = new ConfigDef().define('mode', { type: 'STRING', defaultValue: 'a' }).define('size', {
      type: 'INT', defaultValue: 1, recommender: { validValues: (name, parsed) => [seen.push([name, parsed])], visible: (name, parsed) => name === 'size' && parsed['mode'] === 'b' },
    })
    const outer = new ConfigDef().define('other', { type: 'STRING', defaultValue: 'o' })
    outer.embed('in.', 'In', 0, inner)
    const visible = (props: Record<string, string>) => outer.validate(props).find(({ name }) => name === 'in.size')?.visible
    expect([visible({}), visible({ 'in.mode': 'b' })]).toEqual([false, true])
    expect(seen.at(-1)).toEqual(['size', { mode: 'b', size: 1 }])
  })
  test('a key that several others lead to is recommended what all of them allow', () => {
    let times = 0
    const def = new ConfigDef().define('a', { type: 'STRING', defaultValue: '', dependents: ['c'] }).define('b', { type: 'STRING', defaultValue: '', dependents: ['c'] })
      .define('c', { type: 'STRING', defaultValue: '', recommender: { validValues: () => (times++ === 0 ? ['x', 'y'] : ['y', 'z']), visible: () => true } })
    expect(def.validate({}).at(-1)?.recommendedValues).toEqual(['y'])
  })
  test('internal keys are listed like any other', () => {
    expect(new ConfigDef().defineInternal('inner', Type.INT, 1, Importance.LOW).toJson().map(({ name, group }) => [name, group])).toEqual([['inner', '']])
  })
  test('the bounds of a DOUBLE print as doubles, digits of any script are digits, and hexadecimal is a number', () => {
    const share = new ConfigDef().define('share', Type.DOUBLE, 0, ConfigDef.Range.between(0, 1), Importance.LOW, '')
    expect(share.validate({ share: '2' })[0]?.errorMessages).toEqual(['Invalid value 2.0 for configuration share: Value must be no more than 1.0'])
    expect([share.parse({ share: '0x1p-1' }), share.parse({ share: ' 1d ' })]).toEqual([{ share: 0.5 }, { share: 1 }])
    expect(new ConfigDef().define('n', Type.INT, Importance.LOW, '').parse({ n: '١٢' })).toEqual({ n: 12 })
  })
  test('names from Object.prototype are ordinary names', () => {
    expect(new ConfigDef().define('toString', { type: 'STRING', defaultValue: null }).parse({})).toEqual({ toString: null })
    expect(new ConfigDef().define('__proto__', { type: 'STRING', defaultValue: 'd' }).validate({})[0]?.value).toBe('d')
  })
})
