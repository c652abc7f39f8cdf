/** Makes `records` records as fast as it is polled, `batch.size` a poll. Twin of ../../java/isoconnect/bench/StructSource.java. */
import { ConfigDef, sleep, SourceConnector, SourceTask } from 'isoconnect'
import { schema, structOf } from './records.js'

export class StructSource extends SourceConnector {
  version() { return '1.0.0' }
  start(props) { this.props = props }
  taskClass() { return StructSourceTask }
  taskConfigs() { return [this.props] }
  config() { return new ConfigDef() }
}

const partition = { generator: 'orders' }

export class StructSourceTask extends SourceTask {
  next = 0

  start(props) {
    this.topic = props.topic
    this.records = Number(props.records)
    this.batchSize = Number(props['batch.size'])
  }
  async poll() {
    if (this.next >= this.records) {
      await sleep(100)
      return null
    }
    const batch = []
    for (; batch.length < this.batchSize && this.next < this.records; this.next++) {
      batch.push({ sourcePartition: partition, sourceOffset: { n: this.next }, topic: this.topic, valueSchema: schema, value: structOf(this.next) })
    }
    return batch
  }
}
