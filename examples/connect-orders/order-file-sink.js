/** A line of JSON for each order. */
import { appendFile } from 'node:fs/promises'
import { ConfigDef, DataException, SinkConnector, SinkTask, Struct } from 'isoconnect'

export class OrderFileSink extends SinkConnector {
  static config = new ConfigDef().define('file', ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, 'File to append to')

  start(props) { this.props = props }
  taskClass() { return OrderFileSinkTask }
  taskConfigs() { return [this.props] }
}

const lineOf = ({ value, topic, offset }) => {
  if (!(value instanceof Struct)) throw new DataException(`${topic} at ${offset} is no struct; is the converter set to schemas.enable=true?`)
  const total = value.get('items').reduce((sum, item) => sum + item.get('price').unscaled, 0n)
  return `${JSON.stringify({ id: value.get('id'), at: value.get('at'), cents: Number(total), tax: String(value.get('tax')), shop: value.get('shop'), note: value.get('note') })}\n`
}

export class OrderFileSinkTask extends SinkTask {
  start(props) { this.file = props.file }
  async put(records) {
    // once put returns, the offsets of these records may be committed
    if (records.length > 0) await appendFile(this.file, records.map(lineOf).join(''))
  }
}
