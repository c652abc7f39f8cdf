/** Reads every field of every record and writes how many it has had, and their checksum, to a file once a put. Twin of ../../java/isoconnect/bench/StructSink.java. */
import { writeFileSync } from 'node:fs'
import { ConfigDef, SinkConnector, SinkTask } from 'isoconnect'
import { touch } from './records.js'

export class StructSink extends SinkConnector {
  version() { return '1.0.0' }
  start(props) { this.props = props }
  taskClass() { return StructSinkTask }
  taskConfigs() { return [this.props] }
  config() { return new ConfigDef() }
}

export class StructSinkTask extends SinkTask {
  count = 0
  checksum = 0

  start(props) { this.file = props.file }
  put(records) {
    if (records.length === 0) return
    for (const record of records) this.checksum = (Math.imul(this.checksum, 31) + touch(record.value)) | 0
    this.count += records.length
    writeFileSync(this.file, `${this.count} ${this.checksum}`)
  }
}
