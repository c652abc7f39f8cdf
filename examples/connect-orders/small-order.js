/** Holds for orders of fewer items. */
import { AbstractConfig, ConfigDef, Predicate } from 'isoconnect'

const config = new ConfigDef().define('below', ConfigDef.Type.INT, 2, ConfigDef.Importance.MEDIUM, 'So many items are enough')

export class SmallOrder extends Predicate {
  static config = config

  configure(props) { this.below = new AbstractConfig(config, props).getInt('below') }
  test(record) { return record.value.get('items').length < this.below }
}
