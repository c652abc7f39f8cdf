/** Java Connect, standalone, beside which ours is measured and with which it is compared. FileStream connectors are in its plugin.path. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ensureKafkaJars } from './jars.ts'
import { freePorts, log4jText, propertiesText, startJava } from './java.ts'

export interface JavaConnect extends AsyncDisposable {
  readonly restUrl: string
  readonly pid: number
  readonly logFile: string
  /** From spawn to the first 200 of `GET /connectors`. */
  readonly startMs: number
  /** Resident memory of the process, now. */
  rssBytes(): Promise<number>
  /** User and system CPU time so far. */
  cpuSeconds(): Promise<number>
  close(): Promise<void>
}

export type JavaConnectOptions = {
  readonly bootstrap: string
  /** An existing folder for the worker's files (properties, offsets, log); the caller removes it. */
  readonly workDir: string
  /** Laid over the worker's defaults: String converters, offsets in `workDir`. */
  readonly properties?: Readonly<Record<string, string>>
  /** Configurations with `name` and `connector.class`. Started with the worker. */
  readonly connectors?: readonly Readonly<Record<string, string>>[]
  /** Default: those of Kafka's own start script. */
  readonly heap?: readonly string[]
}

const startTimeoutMs = 60_000
const probeEveryMs = 5
const clockTicksPerSecond = 100

export const startJavaConnect = async (options: JavaConnectOptions): Promise<JavaConnect> => {
  const jars = await ensureKafkaJars()
  const [restPort] = await freePorts(1)
  const restUrl = `http://127.0.0.1:${restPort}`
  const file = (name: string): string => join(options.workDir, name)
  await writeFile(file('java-log4j2.properties'), log4jText('WARN'))
  await writeFile(file('java-worker.properties'), propertiesText({
    'bootstrap.servers': options.bootstrap,
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'offset.storage.file.filename': file('java.offsets'),
    'plugin.path': jars.pluginPath,
    listeners: restUrl,
    ...options.properties,
  }))
  const connectors = options.connectors ?? []
  const connectorFiles = connectors.map((_, index) => file(`java-connector-${index}.properties`))
  await Promise.all(connectors.map((connector, index) => writeFile(connectorFiles[index] ?? '', propertiesText(connector))))

  const startedAt = performance.now()
  const java = await startJava({
    classPath: jars.classPath, cwd: options.workDir, logFile: file('java-connect.log'), mainClass: 'org.apache.kafka.connect.cli.ConnectStandalone',
    args: [file('java-worker.properties'), ...connectorFiles],
    // What bin/connect-standalone.sh and kafka-run-class.sh give it.
    jvm: [...(options.heap ?? ['-Xms256M', '-Xmx2G']), '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20', '-XX:InitiatingHeapOccupancyPercent=35',
      '-XX:+ExplicitGCInvokesConcurrent', '-Djava.awt.headless=true', `-Dlog4j2.configurationFile=${file('java-log4j2.properties')}`],
  })
  const close = (): Promise<void> => java.end('SIGTERM')
  try {
    while (!(await answers(`${restUrl}/connectors`))) {
      if (java.exitCode !== undefined || performance.now() - startedAt > startTimeoutMs)
        throw new Error(`Java Connect did not answer; the end of its log:\n${(await readFile(java.logFile, 'utf8')).slice(-4000)}`)
      await sleep(probeEveryMs)
    }
  } catch (error) {
    await java.end('SIGKILL')
    throw error
  }
  const proc = (name: string): Promise<string> => readFile(`/proc/${java.pid}/${name}`, 'utf8')
  return {
    restUrl,
    pid: java.pid,
    logFile: java.logFile,
    startMs: performance.now() - startedAt,
    rssBytes: async () => Number(/VmRSS:\s+(\d+) kB/.exec(await proc('status'))?.[1] ?? 0) * 1024,
    cpuSeconds: async () => {
      const fields = (await proc('stat')).split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) / clockTicksPerSecond
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

const answers = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(url)
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}
