/** Makes up an order now and then. Orders 1, 6, 11 … have one item, the others two; in 5, 10, 15 … a price makes no sense. */
import { AbstractConfig, ConfigDef, Decimal, SourceConnector, SourceTask, Struct, sleep } from 'isoconnect'
import { ITEM, ORDER } from './order.js'

const { Type, Importance, Range } = ConfigDef
const config = new ConfigDef()
  .define('topic', Type.STRING, Importance.HIGH, 'Topic to write to')
  .define('every.ms', Type.INT, 1000, Range.between(1, 60_000), Importance.LOW, 'Milliseconds between two orders')

export class OrderSource extends SourceConnector {
  static config = config

  start(props) { this.props = props }
  taskClass() { return OrderSourceTask }
  taskConfigs() { return [this.props] }
}

const item = (sku, price) => new Struct(ITEM).put('sku', sku).put('price', Decimal.parse(price))

export class OrderSourceTask extends SourceTask {
  start(props) {
    const settings = new AbstractConfig(config, props)
    this.topic = settings.getString('topic')
    this.everyMs = settings.getInt('every.ms')
    this.id = this.context.offsetStorageReader.offset({ shop: 1 })?.id ?? 0
  }
  async poll() {
    await sleep(this.everyMs)
    const id = ++this.id
    const items = [item('tea', id % 5 === 0 ? '-1.00' : '12.50'), ...(id % 5 === 1 ? [] : [item('cup', '3.95')])]
    const value = new Struct(ORDER).put('id', id).put('at', new Date()).put('items', items).put('tags', { channel: 'web' })
    return [{ topic: this.topic, key: `order-${id}`, valueSchema: ORDER, value, headers: { channel: 'web' }, sourcePartition: { shop: 1 }, sourceOffset: { id } }]
  }
}
