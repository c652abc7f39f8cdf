import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { setLevel, setLogWriter } from '../../src/log.ts'
import { startRest, type Running } from './support.ts'

let rest: Running
let lines: string[] = []
let restore: (text: string) => void
beforeAll(async () => {
  restore = setLogWriter((text) => lines.push(text))
  rest = await startRest()
  for (const name of ['a', 'b']) await rest.call('PUT', `/connectors/${name}/config`, { body: '{"connector.class":"X"}' })
})
afterAll(async () => {
  await rest.close()
  setLogWriter(restore)
})
beforeEach(() => {
  lines = []
  rest.herder.calls.length = 0
  rest.herder.answers.clear()
  rest.herder.ready = true
})

const config = { 'connector.class': 'X', name: 'a' }
const info = (name: string) => ({ name, config: { 'connector.class': 'X', name }, tasks: [{ connector: name, task: 0 }], type: 'source' })
const status = (name: string) => ({
  name, connector: { state: 'RUNNING', worker_id: 'w:1', version: '1.0' }, tasks: [{ id: 0, state: 'RUNNING', worker_id: 'w:1', version: '1.0' }], type: 'source',
})
const error = (code: number, message: string) => ({ error_code: code, message })

describe('reading', () => {
  test.each<[string, number, unknown]>([
    ['/', 200, { version: '4.3.1', commit: 'abc', kafka_cluster_id: 'cluster' }],
    ['/health', 200, { status: 'healthy', message: 'Worker has completed startup and is ready to handle requests.' }],
    ['/connectors', 200, ['a', 'b']],
    ['/connectors/', 200, ['a', 'b']],
    ['/connectors?expand=info', 200, { a: { info: info('a') }, b: { info: info('b') } }],
    ['/connectors?expand=status&expand=info', 200, { a: { status: status('a'), info: info('a') }, b: { status: status('b'), info: info('b') } }],
    ['/connectors?expand=bogus', 200, { a: {}, b: {} }],
    ['/connectors/a', 200, info('a')],
    ['/connectors/none', 404, error(404, 'Connector none not found')],
    ['/connectors/a/config', 200, config],
    ['/connectors/a/status', 200, status('a')],
    ['/connectors/none/status', 404, error(404, 'No status found for connector none')],
    ['/connectors/a/tasks', 200, [{ id: { connector: 'a', task: 0 }, config: { ...config, 'task.class': 'T' } }]],
    ['/connectors/a/tasks-config', 200, { 'a-0': { ...config, 'task.class': 'T' } }],
    ['/connectors/a/tasks/0/status', 200, { id: 0, state: 'FAILED', worker_id: 'w:1', version: null, trace: 'boom' }],
    ['/connectors/a/tasks/7/status', 404, error(404, 'No status found for task a-7')],
    ['/connectors/a/tasks/x/status', 404, error(404, 'HTTP 404 Not Found')],
    ['/connectors/a/tasks/99999999999/status', 404, error(404, 'HTTP 404 Not Found')],
    ['/connectors/a/topics', 200, { a: { topics: ['t1'] } }],
    ['/connectors/a/offsets', 200, { offsets: [{ partition: { filename: 'a' }, offset: { position: 5 } }] }],
    ['/nope', 404, error(404, 'HTTP 404 Not Found')],
    ['/connector-plugins/quarantine', 200, [{ location: '/plugins/bad', bundle: 'bad', version: null, code: 'PLUGIN_MANIFEST', reason: 'no main', since: '2026-01-01T00:00:00Z' }]],
    ['/connector-plugins/ASource/versions', 200, [{ version: '1.0.0', location: '/plugins/com.example.ASource', digest: 'd1' }, { version: '1.1.0', location: '/plugins/com.example.ASource', digest: 'd1' }]],
    ['/connector-plugins/Sink/permissions', 200, { class: 'com.example.Sink', version: '2.0.0', digest: 'd1', permissions: { fs: [{ path: '${config:file}', access: 'read', reason: 'reads it' }], net: [], stdio: false }, limits: { memoryMb: 64 } }],
    ['/connector-plugins/Nope/permissions', 404, error(404, 'Unknown plugin Nope.')],
  ])('GET %s answers %i', async (path, code, body) => {
    const answer = await rest.call('GET', path)
    expect([answer.status, answer.json]).toEqual([code, body])
    expect(answer.headers['content-type']).toBe('application/json')
  })

  test('the list of plugins is ordered by type and class, and has connectors only unless asked', async () => {
    const classes = async (path: string) => ((await rest.call('GET', path)).json as { class: string; version: string }[]).map((plugin) => `${plugin.class} ${plugin.version}`)
    expect(await classes('/connector-plugins')).toEqual(['com.example.Sink 2.0.0', 'com.example.ASource 1.0.0', 'com.example.ASource 1.1.0', 'com.example.BSource 1.0.0'])
    expect(await classes('/connector-plugins?connectorsOnly=false')).toContain('com.example.Smt 1.0.0')
  })
  test('a connector that is removed between list and look-up is left out of the expanded list', async () => {
    rest.herder.answers.set('connectors', () => Promise.resolve(['a', 'gone']))
    expect((await rest.call('GET', '/connectors?expand=status')).json).toEqual({ a: { status: status('a') } })
  })
  test('keys of a connector info come in Kafka’s order', async () => {
    expect((await rest.call('GET', '/connectors/a')).text).toMatch(/^\{"name":.*"config":.*"tasks":.*"type":/)
  })
  test('names are percent-decoded', async () => {
    await rest.call('GET', '/connectors/my%20c%C3%B6n')
    expect(rest.herder.calls).toEqual([['connectorInfo', 'my cön']])
  })
  test('the plugin configuration is asked with its version', async () => {
    await rest.call('GET', '/connector-plugins/FileStreamSource/config?version=1.0')
    await rest.call('GET', '/connector-plugins/FileStreamSource/config')
    expect(rest.herder.calls).toEqual([['pluginConfig', 'FileStreamSource', '1.0'], ['pluginConfig', 'FileStreamSource', null]])
  })
})

describe('changing', () => {
  test('POST creates: 201, Location, the name added, scalars turned to strings as they were written', async () => {
    const answer = await rest.call('POST', '/connectors', { body: '{"name":" new one ","config":{"connector.class":"X","n":1.0,"l":12345678901234567890,"b":true},"initial_state":"stopped"}' })
    expect(answer.status).toBe(201)
    expect(answer.headers.location).toBe(`${rest.urls[0]}/connectors/new%20one`)
    expect(rest.herder.calls).toEqual([['putConnectorConfig', 'new one', { 'connector.class': 'X', n: '1.0', l: '12345678901234567890', b: 'true', name: 'new one' }, { allowReplace: false, initialState: 'STOPPED' }]])
    expect((await rest.call('DELETE', '/connectors/new%20one')).status).toBe(204)
  })
  test.each<[string, string, string | undefined, number, unknown]>([
    ['POST', '/connectors', '{"name":"a","config":{}}', 409, error(409, 'Connector a already exists')],
    ['POST', '/connectors', '{"name":"a","config":{"name":"b"}}', 400, error(400, "Connector name configuration (b) doesn't match connector name in the URL (a)")],
    ['PUT', '/connectors/a/config', '{"name":"b"}', 400, error(400, "Connector name configuration (b) doesn't match connector name in the URL (a)")],
    ['PUT', '/connectors/a/config', '{"connector.class":"X"}', 200, info('a')],
    ['PATCH', '/connectors/a/config', '{"extra":null}', 200, info('a')],
    ['PATCH', '/connectors/none/config', '{}', 404, error(404, 'Connector none not found')],
    ['DELETE', '/connectors/none', undefined, 404, error(404, 'Connector none not found')],
    ['PUT', '/connectors/a/pause', undefined, 202, undefined],
    ['PUT', '/connectors/a/resume', undefined, 202, undefined],
    ['PUT', '/connectors/a/stop', undefined, 204, undefined],
    ['PUT', '/connectors/none/pause', undefined, 404, error(404, 'Unknown connector none')],
    ['POST', '/connectors/a/restart', undefined, 204, undefined],
    ['POST', '/connectors/a/restart?includeTasks=yes&onlyFailed=0', undefined, 204, undefined],
    ['POST', '/connectors/a/restart?includeTasks=TRUE', undefined, 202, status('a')],
    ['POST', '/connectors/none/restart', undefined, 404, error(404, 'Unknown connector: none')],
    ['POST', '/connectors/a/tasks/0/restart', undefined, 204, undefined],
    ['PUT', '/connectors/a/topics/reset', undefined, 202, undefined],
    ['PATCH', '/connectors/a/offsets', '{"offsets":[{"partition":{"f":"a"},"offset":null}]}', 200, { message: 'altered' }],
    ['DELETE', '/connectors/a/offsets', undefined, 200, { message: 'reset' }],
    ['PUT', '/connector-plugins/X/config/validate', '{"connector.class":"com.example.XConnector"}', 200, { name: 'com.example.XConnector', error_count: 0, groups: [], configs: [] }],
    ['PUT', '/connector-plugins/YConnector/config/validate', '{"connector.class":"X"}', 400, error(400, 'Included connector type X does not match request type YConnector')],
  ])('%s %s %s answers %i', async (method, path, body, code, expected) => {
    const answer = await rest.call(method, path, body === undefined ? {} : { body })
    expect([answer.status, answer.json]).toEqual([code, expected])
    expect([answer.headers['content-type'], answer.text === '']).toEqual(expected === undefined ? [undefined, true] : ['application/json', false])
  })
  test('offsets keep integers that a JavaScript number cannot hold', async () => {
    await rest.call('PATCH', '/connectors/a/offsets', { body: '{"offsets":[{"partition":{"f":"a"},"offset":{"n":9223372036854775807}}]}' })
    expect(JSON.stringify(rest.herder.calls[0]?.[2])).toBe('[{"partition":{"f":"a"},"offset":{"n":9223372036854775807}}]')
  })
  test('keys written with escapes are read as they are written, whatever was read before', async () => {
    const configs = ['x\\', 'x"', 'x\n'].map((key) => ({ 'connector.class': 'X', [key]: '1' }))
    for (const config of configs) await rest.call('PUT', '/connector-plugins/X/config/validate', { body: JSON.stringify(config) })
    expect(rest.herder.calls).toEqual(configs.map((config) => ['validate', config]))
  })
  test('a null in a configuration reaches validation, which has the words for it', async () => {
    await rest.call('PUT', '/connector-plugins/X/config/validate', { body: '{"connector.class":"X","k":null}' })
    expect(rest.herder.calls).toEqual([['validate', { 'connector.class': 'X', k: null }]])
  })
})

describe('bad bodies are 400 with a reason that says where', () => {
  test.each<[string, string, string, string]>([
    ['POST', '/connectors', 'xx', 'The request body is not valid JSON: Unexpected text at line 1, column 1; expected a value'],
    ['POST', '/connectors', '{"name":"a",\n "config":{"password":"secret"]}}', "The request body is not valid JSON: Unexpected text at line 2, column 31; expected ',' or '}'"],
    ['POST', '/connectors', '{"name":"a"', "The request body is not valid JSON: Unexpected end at line 1, column 12; expected ',' or '}'"],
    ['POST', '/connectors', '{"name":"a",}', 'The request body is not valid JSON: Unexpected text at line 1, column 13; expected a key'],
    ['POST', '/connectors', '{"name":"\u0001"}', 'The request body is not valid JSON: Invalid or unfinished string at line 1, column 9'],
    ['POST', '/connectors', '{"name":01}', 'The request body is not valid JSON: Unexpected text at line 1, column 9; expected a value'],
    ['POST', '/connectors', '{}', `The request body needs the field "config": the connector's configuration`],
    ['POST', '/connectors', 'null', 'The request body must be a JSON object, not null'],
    ['POST', '/connectors', '[]', 'The request body must be a JSON object, not an array'],
    ['POST', '/connectors', ' ', 'The request has no body; it needs a JSON body'],
    ['POST', '/connectors', '{"name":"a","conf":{}}', 'Unrecognized field "conf" in the request body; known fields are "name", "config", "initial_state"'],
    ['POST', '/connectors', '{"name":"a","config":{"k":{"x":1}}}', 'The value of "k" in "config" must be a string, number or boolean, not an object'],
    ['POST', '/connectors', '{"name":"a","config":5}', '"config" must be a JSON object, not a number'],
    ['POST', '/connectors', '{"name":"z","config":{},"initial_state":"BOGUS"}', '"initial_state" must be one of "RUNNING", "PAUSED" and "STOPPED"'],
    ['PUT', '/connectors/a/config', '[1]', 'the request body must be a JSON object, not an array'],
    ['PUT', '/connectors/a/config', `${'['.repeat(101)}${']'.repeat(101)}`, 'The request body is nested more than 100 levels deep'],
    ['PATCH', '/connectors/a/offsets', '{}', 'Partitions / offsets need to be provided for an alter offsets request'],
    ['PATCH', '/connectors/a/offsets', '{"offsets":[]}', 'Partitions / offsets need to be provided for an alter offsets request'],
    ['PATCH', '/connectors/a/offsets', '{"offsets":[{"partition":5}]}', '"partition" of "offsets"[0] must be a JSON object, not a number'],
    ['PATCH', '/connectors/a/offsets', '{"offsets":[{"part":{}}]}', 'Unrecognized field "part" in "offsets"[0]; known fields are "partition", "offset"'],
    ['PUT', '/admin/loggers/x', '{}', "Desired 'level' parameter was not specified in request."],
  ])('%s %s %j', async (method, path, body, message) => {
    const answer = await rest.call(method, path, { body })
    expect([answer.status, answer.json]).toEqual([400, error(400, message)])
    expect(rest.herder.calls).toEqual([])
  })
  test('an empty body and one that is not UTF-8', async () => {
    expect((await rest.call('POST', '/connectors', { headers: { 'content-type': 'application/json' } })).json).toEqual(error(400, 'The request has no body; it needs a JSON body'))
    expect((await rest.call('POST', '/connectors', { body: Buffer.from([0x22, 0xff, 0x22]), headers: { 'content-type': 'application/json' } })).json).toEqual(error(400, 'The request body is not valid UTF-8'))
  })
  test('a body of more than 10 MB', async () => {
    const answer = await rest.call('PUT', '/connectors/a/config', { headers: { 'content-type': 'application/json', 'content-length': '10485761' } })
    expect([answer.status, answer.json]).toEqual([413, error(413, 'The request body is larger than 10485760 bytes')])
  })
})

describe('HTTP around the resources', () => {
  test.each<[string, string, Record<string, string>, string | undefined, number, string]>([
    ['PUT', '/connectors', {}, undefined, 405, 'HTTP 405 Method Not Allowed'],
    ['DELETE', '/connectors/a/config', {}, undefined, 405, 'HTTP 405 Method Not Allowed'],
    ['POST', '/health', {}, undefined, 405, 'HTTP 405 Method Not Allowed'],
    ['POST', '/connectors', { 'content-type': 'text/plain' }, 'x', 415, 'HTTP 415 Unsupported Media Type'],
    ['POST', '/connectors', { 'content-type': 'application/x-www-form-urlencoded' }, '{}', 415, 'HTTP 415 Unsupported Media Type'],
    ['GET', '/connectors', { accept: 'text/html' }, undefined, 406, 'HTTP 406 Not Acceptable'],
    ['GET', '/connectors', { accept: 'application/json;q=0' }, undefined, 406, 'HTTP 406 Not Acceptable'],
    ['GET', '/connectors/a%2Fb', {}, undefined, 400, 'Ambiguous URI path: empty, encoded-slash and dot segments are not allowed'],
    ['GET', '//connectors', {}, undefined, 400, 'Ambiguous URI path: empty, encoded-slash and dot segments are not allowed'],
    ['GET', '/connectors/%2e%2e/admin', {}, undefined, 400, 'Ambiguous URI path: empty, encoded-slash and dot segments are not allowed'],
  ])('%s %s %j %s answers %i', async (method, path, headers, body, code, message) => {
    const answer = await rest.call(method, path, { headers, ...(body === undefined ? {} : { body: Buffer.from(body) }) })
    expect([answer.status, answer.json, answer.headers['content-type']]).toEqual([code, error(code, message), 'application/json'])
    expect(rest.herder.calls).toEqual([])
  })
  test('a path that is not percent-encoded properly is 400', async () => {
    const answer = await rest.call('GET', '/connectors/%zz')
    expect(answer.status).toBe(400)
    expect(answer.json).toMatchObject({ error_code: 400 })
  })
  test('browsers’ and curl’s Accept headers are fine', async () => {
    for (const accept of ['*/*', 'text/html,application/xhtml+xml,*/*;q=0.8', 'application/json; charset=utf-8', 'application/*']) {
      expect((await rest.call('GET', '/connectors', { headers: { accept } })).status).toBe(200)
    }
  })
  test('a content type without a body does not matter', async () => {
    expect((await rest.call('PUT', '/connectors/a/pause', { headers: { 'content-type': 'text/plain' } })).status).toBe(202)
  })
  test('HEAD answers like GET without a body; OPTIONS lists the methods', async () => {
    const head = await rest.call('HEAD', '/connectors')
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', '9'])
    const options = await rest.call('OPTIONS', '/connectors')
    expect([options.status, options.headers.allow, options.headers['content-type']?.split(';')[0]]).toEqual([200, 'GET,POST,HEAD,OPTIONS', 'text/plain'])
  })
  test('an error without a code is 500 with its message, and is logged', async () => {
    rest.herder.answers.set('connectors', () => Promise.reject(new Error('broken')))
    expect((await rest.call('GET', '/connectors?x=1')).json).toEqual(error(500, 'broken'))
    expect(lines.join('')).toContain('ERROR Uncaught exception in REST call to /connectors (org.apache.kafka.connect.runtime.rest.errors.ConnectExceptionMapper)\nError: broken')
  })
  test('the access log line is Kafka’s, and nothing in it can forge another', async () => {
    await rest.call('GET', '/connectors?a="\\', { headers: { 'user-agent': 'curl/8"x', referer: '' } })
    await expect.poll(() => lines.join('')).toMatch(/INFO 127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/connectors\?a=\\x22\\x5c HTTP\/1\.1" 200 9 "" "curl\/8\\x22x" \d+ \(org\.apache\.kafka\.connect\.runtime\.rest\.RestServer\)\n/)
  })
})

describe('health', () => {
  test('is starting until the herder is ready', async () => {
    rest.herder.ready = false
    const answer = await rest.call('GET', '/health')
    expect([answer.status, answer.json]).toEqual([503, { status: 'starting', message: 'Worker is still starting up.' }])
  })
  test('is unhealthy when the herder does not answer in time, and requests time out', async () => {
    await using slow = await startRest({}, { healthTimeoutMs: 20, requestTimeoutMs: 20 })
    slow.herder.answers.set('connectors', () => new Promise(() => {}))
    expect((await slow.call('GET', '/health')).json).toEqual({ status: 'unhealthy', message: 'Worker was unable to handle this request and may be unable to handle other requests.' })
    expect((await slow.call('GET', '/connectors')).json).toEqual(error(500, 'Request timed out'))
  })
})

describe('loggers', () => {
  const name = 'org.apache.kafka.connect.runtime.rest.RestServer'
  test('are listed, read and set by prefix', async () => {
    try {
      expect((await rest.call('GET', '/admin/loggers')).json).toMatchObject({ root: { level: 'INFO' }, [name]: { level: 'INFO' } })
      const changed = await rest.call('PUT', '/admin/loggers/org.apache.kafka.connect.runtime.rest', { body: '{"level":"debug"}' })
      expect(changed.json).toContain(name)
      expect((await rest.call('GET', `/admin/loggers/${name}`)).json).toMatchObject({ level: 'DEBUG', last_modified: expect.any(Number) })
      expect((await rest.call('PUT', '/admin/loggers/org.apache.kafka.connect.runtime.rest', { body: '{"level":"DEBUG"}' })).json).toEqual([])
      const cluster = await rest.call('PUT', `/admin/loggers/${name}?scope=CLUSTER`, { body: '{"level":"INFO"}' })
      expect([cluster.status, cluster.text]).toEqual([204, ''])
      expect((await rest.call('GET', '/admin/loggers/ROOT')).json).toMatchObject({ level: 'INFO' })
    } finally {
      setLevel('org.apache.kafka.connect.runtime.rest', 'INFO')
    }
  })
  test('unknown ones and unknown levels are 404', async () => {
    expect((await rest.call('GET', '/admin/loggers/no.such')).json).toEqual(error(404, 'Logger no.such not found.'))
    expect((await rest.call('PUT', '/admin/loggers/x', { body: '{"level":"bogus"}' })).json).toEqual(error(404, "invalid log level 'bogus'."))
  })
})
