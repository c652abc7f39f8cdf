/** RegexRouter: another topic for records whose topic matches. */
import { firstMatch, fullMatch, regexValidator } from '../config/java-regex.ts'
import { ConfigDef } from '../data/config-def.ts'
import { javaReplacement } from './java-replacement.ts'
import type { TransformationPlugin } from './types.ts'

export const regexRouter: TransformationPlugin = {
  className: 'org.apache.kafka.connect.transforms.RegexRouter',
  config: new ConfigDef()
    .define('regex', 'STRING', ConfigDef.NO_DEFAULT_VALUE, regexValidator, 'HIGH', 'Regular expression that the whole topic name has to match.')
    .define('replacement', 'STRING', ConfigDef.NO_DEFAULT_VALUE, 'HIGH', 'The new topic name; `$1` or `${name}` stands for what a group of the expression matched.'),
  make: (config) => {
    const whole = fullMatch(String(config['regex']))
    const first = firstMatch(String(config['regex']))
    const replace = javaReplacement(String(config['replacement']))
    const mapTopic = (topic: string): string => {
      const match = whole.test(topic) ? first.exec(topic) : null
      return match === null ? topic : topic.slice(0, match.index) + replace(match) + topic.slice(match.index + match[0].length)
    }
    return {
      mapTopic,
      apply: (record) => {
        const topic = mapTopic(record.topic)
        if (topic !== record.topic) record.topic = topic
        return true
      },
    }
  },
}
