/** What the manifest names, and nothing else but the tasks. */
export { OrderSource, OrderSourceTask } from './order-source.js'
export { OrderFileSink, OrderFileSinkTask } from './order-file-sink.js'
export { AddTax } from './add-tax.js'
export { SmallOrder } from './small-order.js'
export { CsvConverter } from './csv-converter.js'
export { JsonFileConfigProvider } from './json-file-config-provider.js'
