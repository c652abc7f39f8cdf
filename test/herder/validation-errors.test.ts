import { expect, test } from 'vitest'
import type { ConfigInfos } from '../../src/herder/types.ts'
import { unknownKeys } from '../../src/herder/validation-errors.ts'

const known = (...names: readonly string[]): ConfigInfos => ({
  name: 'X', error_count: 0, groups: [],
  configs: names.map((name) => ({
    definition: { name, type: 'STRING', required: false, default_value: null, importance: 'LOW', documentation: '', group: null, order_in_group: 1, width: 'NONE', display_name: name, dependents: [] },
    value: { name, value: null, recommended_values: [], errors: [], visible: true },
  })),
})

test('keys that nothing reads are found, with the known key that was probably meant', () => {
  const config = { name: 'c', 'task.max': '1', errors_tolerance: 'all', fruit: 'apple', 'transforms.a.type': 'X', 'producer.override.linger.ms': '1', 'value.converter.schemas.enable': 'x', 'topic.creation.default.partitions': '1' }
  expect(unknownKeys(config, known('name', 'tasks.max', 'errors.tolerance'))).toEqual([
    { key: 'task.max', nearest: 'tasks.max' },
    { key: 'errors_tolerance', nearest: 'errors.tolerance' },
    { key: 'fruit', nearest: null },
  ])
})
