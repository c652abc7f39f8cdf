/** Plugins that come with the worker and stand on no shelf, as `GET /connector-plugins?connectorsOnly=false` lists them: converters, transformations, predicates. */
import { builtInConverters, builtInHeaderConverters } from '../converters/converters.ts'
import { kafkaVersion } from '../herder/start-standalone.ts'
import type { PluginInfo } from '../herder/types.ts'
import { builtInTransforms } from '../transforms/built-ins.ts'

const simpleHeaderConverter = 'org.apache.kafka.connect.storage.SimpleHeaderConverter'
const named = (type: string, classes: readonly string[]): readonly PluginInfo[] => classes.toSorted().map((className) => ({ class: className, type, version: kafkaVersion }))

export const builtInPlugins: readonly PluginInfo[] = [
  ...named('converter', builtInConverters.filter((className) => className !== simpleHeaderConverter)),
  ...named('header_converter', builtInHeaderConverters),
  ...named('predicate', builtInTransforms('predicate')),
  ...named('transformation', builtInTransforms('transformation')),
]
