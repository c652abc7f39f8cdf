/** The connectors of the struct benchmarks. */
export { StructSource, StructSourceTask } from './source.js'
export { StructSink, StructSinkTask } from './sink.js'
