/** `ISOCONNECT_CONFLUENT_JARS=/a/folder node test/parity/avro/record.ts`: puts the cases by hand to Confluent's converter and keeps what it answers. */
import { join } from 'node:path'
import { startJavaSide } from '../java-side.ts'
import { confluentJars, handMadeCases, type Kind, record } from './recorded.ts'
import { askJava } from './run.ts'

if (confluentJars === undefined) throw new Error('ISOCONNECT_CONFLUENT_JARS must name a folder with the jars of kafka-connect-avro-converter')
await using java = await startJavaSide([join(confluentJars, '*')])
const answersTo = async (kind: Kind) => {
  const answers = await askJava(handMadeCases[kind], java)
  return handMadeCases[kind].map((one, index) => ({ case: one, answer: answers[index] ?? {} }))
}
await record({ write: await answersTo('write'), read: await answersTo('read') })
