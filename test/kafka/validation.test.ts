/** A Java worker and ours validate the same configurations of connectors: the same groups, keys, values, errors and counts. Needs Java and Maven. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { testFolder, testKafka, testWorker } from '../integration/helpers/standalone.ts'
import { startJavaConnect } from './java-connect.ts'
import { type Config, corpus, creations, mixtures, overrides } from './validation/corpus.ts'
import { findings, providersIn } from './validation/providers.ts'
import { type Answer, comparable, knownDifferences } from './validation/same-answer.ts'

const send = async (method: string, url: string, body: unknown): Promise<Answer> => {
  const response = await fetch(url, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return { status: response.status, body: (await response.json()) as unknown }
}
const validate = (worker: string, config: Config): Promise<Answer> => send('PUT', `${worker}connector-plugins/${encodeURIComponent((config['connector.class'] ?? '').trim().split('.').at(-1) ?? '')}/config/validate`, config)

/** Both workers' answers to each, where they differ: shown side by side. What is known to differ comes back in `known`. */
const differences = async (workers: { readonly java: string; readonly ours: string }, configs: readonly Config[], known: Config[] = []): Promise<string[]> => {
  const found: string[] = []
  for (const config of configs) {
    const [java, ours] = await Promise.all([validate(workers.java, config), validate(workers.ours, config)])
    if (knownDifferences.some(({ matches }) => matches(config, java, ours))) {
      known.push(config)
      continue
    }
    const [left, right] = [comparable(java, config), comparable(ours, config)].map((answer) => JSON.stringify(answer, null, 1).split('\n'))
    const only = (some: readonly string[], others: readonly string[]): string => some.filter((line) => !others.includes(line)).slice(0, 30).join('\n')
    if (left?.join() !== right?.join()) found.push(`${JSON.stringify(config)}\n--- Java only\n${only(left ?? [], right ?? [])}\n--- ours only\n${only(right ?? [], left ?? [])}`)
  }
  // what is known to differ is the exception
  if (known.length > 2 + configs.length / 12) found.push(`${known.length} of ${configs.length} differ as it is known`)
  return found
}

const allowlist = { 'connector.client.config.override.allowlist': 'linger.ms,max.poll.records' }
test.each(['All', 'None', 'Principal', 'Allowlist'])('connectors are validated as by Kafka, with the policy %s', { timeout: 300_000 }, async (policy) => {
  await using kafka = await testKafka()
  await using folder = await testFolder()
  const [workDir, variables] = [join(folder.path, 'java'), join(folder.path, 'variables')]
  await Promise.all([mkdir(workDir), mkdir(variables)])
  const providers = await providersIn(variables)
  const properties = { 'connector.client.config.override.policy': policy, ...allowlist, ...providers.properties }
  await using java = await startJavaConnect({ bootstrap: kafka.bootstrap, workDir, properties })
  await using ours = await testWorker(folder, kafka, properties)
  const workers = { java: `${java.restUrl}/`, ours: ours.advertisedUrl }
  expect(corpus.length).toBeGreaterThan(300)
  if (policy !== 'All') expect(await differences(workers, overrides)).toEqual([])
  else {
    const [all, known]: [readonly Config[], Config[]] = [[...corpus, ...overrides], []]
    expect(await differences(workers, all, known)).toEqual([])
    expect(await differences(workers, mixtures(all.filter((config) => !known.includes(config)), 4711, 500))).toEqual([])
    for (const config of providers.configs) expect(findings(await validate(workers.ours, config)), JSON.stringify(config)).toEqual(findings(await validate(workers.java, config)))
  }
  for (const { method, path, body, status, says } of creations(policy)) {
    const [expected, answer] = await Promise.all([send(method, workers.java + path, body), send(method, workers.ours + path, body)])
    expect([expected.status, answer.status], JSON.stringify([body, expected.body, answer.body])).toEqual([status, status])
    for (const { body: said } of [expected, answer]) expect(said).toMatchObject({ error_code: status, message: expect.stringMatching(says) as unknown })
  }
})
