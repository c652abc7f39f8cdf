/** What most files here share: one broker, one folder and one worker for all tests of a file, made before the first and gone after the last. */
import { afterAll, beforeAll } from 'vitest'
import type { TestKafka } from './kafka.ts'
import { type TestFolder, testFolder, testKafka, type TestWorker, testWorker, until } from './standalone.ts'

type Props = Readonly<Record<string, string>>
export type Bed = {
  readonly kafka: TestKafka
  readonly folder: TestFolder
  readonly worker: TestWorker
  /** Creates a connector; one of that name is an error. */
  readonly create: (name: string, config: Props) => ReturnType<TestWorker['herder']['putConnectorConfig']>
  /** Waits for a task to fail, and answers with its trace. */
  readonly taskTrace: (name: string) => Promise<string>
}

type Preparation = {
  readonly kafka: TestKafka
  readonly folder: TestFolder
  /** Ends with the bed, after its worker. */
  readonly use: <T extends AsyncDisposable>(more: T) => T
}

/** `prepare` fills the folder (bundles, files) before the worker starts, and may answer with properties for it. */
export const standaloneBed = (prepare: (preparation: Preparation) => Promise<Props | void> = () => Promise.resolve()): Bed => {
  const made = new AsyncDisposableStack()
  let parts: Pick<Bed, 'kafka' | 'folder' | 'worker'> | undefined
  beforeAll(async () => {
    const kafka = made.use(await testKafka())
    const folder = made.use(await testFolder())
    const worker = made.use(await testWorker(folder, kafka, (await prepare({ kafka, folder, use: (more) => made.use(more) })) ?? {}))
    parts = { kafka, folder, worker }
    await worker.ready
  })
  afterAll(() => made.disposeAsync())
  const there = (): Pick<Bed, 'kafka' | 'folder' | 'worker'> => {
    if (parts === undefined) throw new Error('the bed is made before the first test, not while the file is read')
    return parts
  }
  return {
    get kafka() { return there().kafka },
    get folder() { return there().folder },
    get worker() { return there().worker },
    create: (name, config) => there().worker.herder.putConnectorConfig(name, { name, ...config }, { allowReplace: false }),
    async taskTrace(name) {
      const { herder } = there().worker
      const { tasks } = await until(`${name} has failed`, () => herder.connectorStatus(name), (status) => status.tasks[0]?.state === 'FAILED')
      return tasks[0]?.trace ?? ''
    },
  }
}
