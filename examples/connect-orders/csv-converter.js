/** The simple fields of a struct as a line of text, and such a line as a list of texts. Null is a deleted record and stays null. */
import { AbstractConfig, ConfigDef, Converter, DataException, SchemaBuilder, Schema, SchemaAndValue, Struct } from 'isoconnect'

const config = new ConfigDef().define('separator', ConfigDef.Type.STRING, ',', new ConfigDef.NonEmptyString(), ConfigDef.Importance.LOW, 'What stands between two values')
const LINE = SchemaBuilder.array(Schema.STRING_SCHEMA).optional().build()
const simple = ({ schema }) => schema.type !== 'ARRAY' && schema.type !== 'MAP' && schema.type !== 'STRUCT'
const text = (value) => (value instanceof Date ? value.toISOString() : String(value ?? ''))

export class CsvConverter extends Converter {
  static config = config

  configure(props) { this.separator = new AbstractConfig(config, props).getString('separator') }
  fromConnectData(topic, schema, value) {
    if (value === null) return null
    if (!(value instanceof Struct)) throw new DataException(`a value for ${topic} is no struct`)
    return new TextEncoder().encode(schema.fields.filter(simple).map((field) => text(value.get(field))).join(this.separator))
  }
  toConnectData(topic, bytes) {
    return new SchemaAndValue(LINE, bytes === null ? null : new TextDecoder().decode(bytes).split(this.separator))
  }
}
