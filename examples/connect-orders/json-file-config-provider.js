/** `${name:key}`: looks keys up in a JSON file of texts. With `ttl.ms` connectors are restarted after that time, and the file is read again. */
import { readFile } from 'node:fs/promises'
import { AbstractConfig, ConfigDef, ConfigProvider } from 'isoconnect'

const { Type, Importance } = ConfigDef
const config = new ConfigDef()
  .define('settings.file', Type.STRING, Importance.HIGH, 'The JSON file')
  .define('ttl.ms', Type.LONG, null, Importance.LOW, 'For how long its values are good')

export class JsonFileConfigProvider extends ConfigProvider {
  static config = config

  configure(props) {
    const settings = new AbstractConfig(config, props)
    this.file = settings.getString('settings.file')
    this.ttl = settings.getLong('ttl.ms')
  }
  async get(path, keys) {
    const all = JSON.parse(await readFile(this.file, 'utf8'))
    const known = (keys ?? Object.keys(all)).filter((key) => Object.hasOwn(all, key))
    return { data: Object.fromEntries(known.map((key) => [key, String(all[key])])), ttl: this.ttl }
  }
}
