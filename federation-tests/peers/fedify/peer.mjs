// The Fedify peer: a federated server on the npm library @fedify/fedify (a mature ActivityPub stack by other people),
// driven by a small control API without any token. README.md of federation-tests lists what it can do.
//
// Environment: HOST (fedify.test), PORT (4031), DATA (folder for keys); and, switchable later by /_peer/config,
// FIRST_KNOCK (rfc9421 or draft-cavage-http-signatures-12), AUTH_FETCH=1, CHALLENGE=1, NONCE=1.
// People: frank, grace, oldfrank (Person), club (Group; passes on what its followers send it), robot (Service).
import http from 'node:http'
import { configure, getConsoleSink } from '@logtape/logtape'
import { buildFederation, mayRead } from './federation.mjs'
import { operations } from './operations.mjs'
import { HOST, ORIGIN, state } from './state.mjs'

const PORT = Number(process.env.PORT ?? 4031)
const readings = { state: () => state, received: () => state.received, raw: () => state.raw, failures: () => state.failures }

await configure({
  sinks: { console: getConsoleSink() },
  loggers: [
    { category: ['logtape', 'meta'], lowestLevel: 'error', sinks: ['console'] },
    { category: 'fedify', lowestLevel: 'info', sinks: ['console'] },
    { category: ['fedify', 'sig'], lowestLevel: 'debug', sinks: ['console'] }, // why a signature was refused
  ],
})
let federation = await buildFederation()

const json = (status, content, type = 'application/json') => ({ status, headers: { 'content-type': type }, body: JSON.stringify(content) })

async function control(url, body) {
  const name = url.pathname.slice('/_peer/'.length)
  if (Object.hasOwn(readings, name)) return json(200, readings[name]())
  if (!Object.hasOwn(operations, name)) return json(404, { error: 'no such operation', operations: Object.keys(operations), readings: Object.keys(readings) })
  try {
    const wish = body.length > 0 ? JSON.parse(body) : {}
    if (wish.as !== undefined && !Object.hasOwn(state.people, wish.as)) throw new Error(`nobody here is called ${wish.as}`)
    const { rebuild = false, ...result } = await operations[name](federation.createContext(new URL(ORIGIN), undefined), wish)
    if (rebuild) federation = await buildFederation()
    return json(200, result)
  } catch (error) {
    console.error(name, error)
    return json(400, { error: String(error) })
  }
}

/** Objects and activities, which are plain stored JSON; null for what Fedify serves. */
async function stored(url, request) {
  if (request.method !== 'GET') return null
  const isObject = url.pathname.startsWith('/objects/')
  if (!isObject && !url.pathname.startsWith('/activities/')) return null
  const found = isObject ? state.objects[url.href] : state.activities.find((sent) => sent.json.id === url.href)?.json
  if (!found) return json(404, { error: 'not found' })
  if (await mayRead(federation.createContext(request, undefined), found)) return json(200, found, 'application/activity+json')
  return state.settings.authFetch ? json(401, { error: 'signature required' }) : json(404, { error: 'not found' })
}

/** Takes off a signature of a generation that this peer pretends not to know: the request is unsigned then. */
function overlookStrange(request) {
  const { accepts } = state.settings
  if (accepts === 'both' || (accepts === 'rfc9421') === request.headers.has('signature-input')) return
  request.headers.delete('signature')
  request.headers.delete('signature-input')
}

async function federate(url, request, headers, body) {
  const response = await federation.fetch(request, { contextData: undefined })
  const content = Buffer.from(await response.arrayBuffer())
  if (request.method === 'POST') {
    state.raw.push({ time: new Date().toISOString(), path: url.pathname, status: response.status, headers, body: body.toString() })
  }
  return { status: response.status, headers: Object.fromEntries(response.headers), body: content }
}

async function answer(incoming) {
  const chunks = []
  for await (const chunk of incoming) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const url = new URL(incoming.url, ORIGIN)
  if (url.pathname.startsWith('/_peer/')) return control(url, body)
  const { method } = incoming
  const headers = Object.entries(incoming.headers).flatMap(([name, value]) => [value].flat().map((one) => [name, one]))
  const request = new Request(url, { method, headers, ...(method === 'GET' || method === 'HEAD' ? {} : { body }) })
  overlookStrange(request)
  return (await stored(url, request)) ?? federate(url, request, incoming.headers, body)
}

const server = http.createServer(async (incoming, outgoing) => {
  const { status, headers, body } = await answer(incoming).catch((error) => {
    console.error(error)
    return json(500, { error: String(error) })
  })
  outgoing.writeHead(status, headers)
  outgoing.end(body)
})
server.listen(PORT, '127.0.0.1', () => console.log('fedify peer', HOST, 'on', PORT))
