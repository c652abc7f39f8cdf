/** Connectors that throw: in every method of their life, and all that can be thrown. Each beside a healthy one. */
import { type HostileCase, hostileSuite } from './suite.ts'

const one = 'poll() { if (this.sent) return sleep(20).then(() => null); this.sent = true; return [record({ topic: this.topic })] }'
const thrown = "{ throw new ConnectException('on purpose') }"
const topic = { topic: 'exceptions' }
const inTask = (method: string): HostileCase => ({ name: `a task's \`${method}\``, task: `${method}() ${thrown}`, ends: 'error', text: /on purpose/ })
const inSink = (method: string): HostileCase => ({ name: `a sink task's \`${method}\``, type: 'sink', task: `${method}() ${thrown}`, ends: 'error', text: /on purpose/ })
/** Kafka Connect logs these, and goes on. */
const logged = (method: string, says: RegExp): HostileCase => ({
  name: `a task's \`${method}\``, task: `start(props) { this.topic = props.topic } ${one} ${method}() ${thrown}`, props: topic, ends: 'goes on', says,
})
const throwing = (name: string, what: string, more: Partial<HostileCase> = {}): HostileCase => ({ name: `throwing ${name}`, task: `poll() { throw ${what} }`, ends: 'error', ...more })

hostileSuite('exceptions', [
  { name: "a Connector's constructor", connector: "field = (() => { throw new ConnectException('on purpose') })()", ends: 'quarantined', text: /on purpose/ },
  { name: "a Connector's `config`", connector: `config() ${thrown}`, ends: 'quarantined', text: /on purpose/ },
  { name: "a Connector's `validate`", connector: `validate() ${thrown}`, ends: 'refused', text: /on purpose/ },
  { name: "a Connector's `initialize`", connector: `initialize() ${thrown}`, ends: 'error', text: /on purpose/ },
  { name: "a Connector's `start`", connector: `start() ${thrown}`, ends: 'error', text: /on purpose/ },
  { name: "a Connector's `stop`", connector: `stop() ${thrown}`, task: `poll() ${thrown}`, ends: 'error', text: /on purpose/ },
  { name: "a task's constructor", task: "field = (() => { throw new ConnectException('on purpose') })()", ends: 'error', text: /on purpose/ },
  ...['initialize', 'start', 'poll'].map(inTask),
  logged('commitRecord', /Exception thrown while calling task\.commitRecord\(\)/),
  logged('commit', /Exception thrown while calling task\.commit\(\)/),
  { name: "a task's `stop`, after its `poll`", task: `poll() ${thrown} stop() ${thrown}`, ends: 'error', text: /on purpose/ },
  ...['initialize', 'start', 'open', 'put'].map(inSink),
  { name: "a sink task's `preCommit`", type: 'sink', task: `preCommit() ${thrown}`, ends: 'goes on', says: /Offset commit failed, rewinding to last committed offsets/ },
  { name: "a sink task's `flush`", type: 'sink', task: `flush() ${thrown}`, ends: 'goes on', says: /Offset commit failed, rewinding to last committed offsets/ },
  { name: "a sink task's `close` and `stop`, after its `put`", type: 'sink', task: `put() ${thrown} close() ${thrown} stop() ${thrown}`, ends: 'error', text: /on purpose/ },
  throwing('nothing', 'undefined'),
  throwing('text', "'text'"),
  throwing('a number', '42'),
  throwing('a symbol', "Symbol('s')"),
  throwing('an object without a prototype', 'Object.create(null)'),
  throwing('a proxy whose every trap throws', 'new Proxy({}, new Proxy({}, { get: () => () => { throw new Error("trap") } }))'),
  throwing('a revoked proxy', '(({ proxy, revoke }) => (revoke(), proxy))(Proxy.revocable(new Error(), {}))'),
  throwing('an Error whose getters throw', 'Object.defineProperties(new Error(), { message: { get() { throw 1 } }, stack: { get() { throw 2 } } })'),
  throwing('an Error whose getter never returns', "Object.defineProperty(new Error(), 'message', { get() { for (;;); } })", { ends: 'timeout' }),
  throwing('an Error that is its own cause', "(() => { const e = new Error('around'); e.cause = e; return e })()"),
  throwing('an Error that says it is the death of a cell', "Object.assign(new Error('It is fine'), { name: 'CellDeathException', code: 'INTERNAL', status: 200, retriable: 'yes' })"),
  { name: 'a promise nobody awaits, and a timer, that throw', task: "poll() { if (!this.n) { this.n = 1; Promise.reject(new Error('lost')); setTimeout(() => { throw new Error('thrown') }, 1) } return sleep(20).then(() => null) }", ends: 'goes on', says: /Nobody handled an error in a timer or a reply: Error: thrown/ },
])
