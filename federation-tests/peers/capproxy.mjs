// The TLS proxy in front of every test host, which also records what passes: node capproxy.mjs HOSTS.json TLS_DIR CAPTURE_DIR
//
// Each host of HOSTS.json is listened for on its own 127.0.0.x:443 and forwarded to its plain upstream with
// X-Forwarded-For, -Proto and -Host. Every exchange becomes CAPTURE_DIR/<host>/<seq>-<method>-<path>.json, with the
// request's headers in their order and case and the bodies decoded; files appear whole. Control requests (/_peer/) and
// streams (server-sent events, WebSocket), which are passed on as they come, are not recorded. No dependencies.
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import path from 'node:path'
import zlib from 'node:zlib'

const [hostsFile, tlsDir, captureDir] = process.argv.slice(2)
const hosts = JSON.parse(fs.readFileSync(hostsFile, 'utf8'))
const UPSTREAM_TIMEOUT_MS = 120_000
const LONGEST_RECORDED_PAGE = 4000
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length'])
const FORWARDING = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host'])
let sequence = 0

/** Node's flat list of raw headers as pairs. */
const pairs = (raw) => Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i], raw[2 * i + 1]])
const headerOf = (headers, name) => headers.find(([key]) => key.toLowerCase() === name)?.[1] ?? ''

async function readAll(stream) {
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function decompress(body, encoding) {
  const decoders = { gzip: zlib.gunzipSync, br: zlib.brotliDecompressSync, deflate: zlib.inflateSync }
  try {
    return decoders[encoding]?.(body) ?? body
  } catch {
    return body
  }
}

/** A body as text if it is text, else in base64. */
function bodyField(body, encoding = '') {
  const plain = decompress(body, encoding)
  const text = plain.toString('utf8')
  return Buffer.from(text, 'utf8').equals(plain) ? { body: text } : { body_base64: body.toString('base64') }
}

function responseBodyField(headers, body) {
  const type = headerOf(headers, 'content-type')
  const dull = /^(image|video|font)\//.test(type) || (type.includes('html') && body.length > LONGEST_RECORDED_PAGE)
  return dull ? { body_omitted: body.length } : bodyField(body, headerOf(headers, 'content-encoding'))
}

function record(host, began, request, requestBody, status, headers, responseBody) {
  if (request.url.startsWith('/_peer/')) return
  const seq = ++sequence
  const exchange = {
    seq,
    time: new Date(began).toISOString(),
    ms: Date.now() - began,
    to: host,
    request: {
      method: request.method,
      target: request.url,
      http_version: request.httpVersion,
      headers: pairs(request.rawHeaders),
      ...bodyField(requestBody),
    },
    response: { status, headers, ...responseBodyField(headers, responseBody) },
  }
  const slug = request.url.split('?')[0].replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, 60).replace(/_+$/, '')
  const folder = path.join(captureDir, host)
  const file = path.join(folder, `${String(seq).padStart(6, '0')}-${request.method}-${slug}.json`)
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(`${file}.part`, JSON.stringify(exchange, null, 1))
  fs.renameSync(`${file}.part`, file)
}

const isEvents = (response) => (response.headers['content-type'] ?? '').startsWith('text/event-stream')

/** What tells the upstream who asks. */
const forwarding = (host, request) => [['X-Forwarded-For', request.socket.remoteAddress], ['X-Forwarded-Proto', 'https'], ['X-Forwarded-Host', host]]

/** The client's headers in their order, with the hop-by-hop ones replaced by ours. */
function forwardedHeaders(host, request, body) {
  const kept = pairs(request.rawHeaders).filter(([name]) => {
    const lower = name.toLowerCase()
    return !FORWARDING.has(lower) && (lower === 'content-length' ? !request.headers['transfer-encoding'] : !HOP_BY_HOP.has(lower))
  })
  if (request.headers['transfer-encoding']) kept.push(['Content-Length', String(body.length)])
  kept.push(...forwarding(host, request), ['Connection', 'close'])
  return kept.flat()
}

function askUpstream(upstream, request, headers, body) {
  return new Promise((resolve, reject) => {
    const options = { host: upstream.hostname, port: upstream.port, method: request.method, path: request.url, headers, setHost: false }
    const forwarded = http.request(options, (response) => {
      if (isEvents(response)) return resolve({ response })
      readAll(response).then((content) => resolve({ response, content }), reject)
    })
    forwarded.setTimeout(UPSTREAM_TIMEOUT_MS, () => forwarded.destroy(new Error('upstream timeout')))
    forwarded.on('error', reject)
    forwarded.end(body)
  })
}

const forward = (host, upstream) => async (request, answer) => {
  const began = Date.now()
  let body = Buffer.alloc(0)
  try {
    body = await readAll(request)
    const { response, content } = await askUpstream(upstream, request, forwardedHeaders(host, request, body), body)
    const headers = pairs(response.rawHeaders)
    const passed = headers.filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()))
    if (!content) return passEvents(response, passed, answer)
    if (![204, 304].includes(response.statusCode) && request.method !== 'HEAD') passed.push(['Content-Length', String(content.length)])
    // Recorded before it is passed on: whoever has the answer finds the capture.
    record(host, began, request, body, response.statusCode, headers, content)
    answer.writeHead(response.statusCode, passed.flat())
    answer.end(content)
  } catch (error) {
    const content = Buffer.from(`upstream: ${error.message}`)
    record(host, began, request, body, 502, [], content)
    if (!answer.headersSent) answer.writeHead(502)
    answer.end(content)
  }
}

/** Passes events on one by one, until either end has enough. */
function passEvents(response, headers, answer) {
  answer.writeHead(response.statusCode, headers.flat())
  answer.flushHeaders()
  answer.on('close', () => response.destroy())
  response.on('error', () => answer.destroy())
  response.pipe(answer)
}

/** Ties a WebSocket's two connections together. */
const tie = (host, upstream) => (request, socket, head) => {
  const kept = pairs(request.rawHeaders).filter(([name]) => !FORWARDING.has(name.toLowerCase()))
  const lines = [...kept, ...forwarding(host, request)].map(([name, value]) => `${name}: ${value}\r\n`)
  const forwarded = net.connect(Number(upstream.port), upstream.hostname, () => {
    forwarded.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('')}\r\n`)
    forwarded.write(head)
    forwarded.pipe(socket).pipe(forwarded)
  })
  for (const [one, other] of [[socket, forwarded], [forwarded, socket]]) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
}

const tls = { cert: fs.readFileSync(path.join(tlsDir, 'leaf.pem')), key: fs.readFileSync(path.join(tlsDir, 'leaf.key')) }
for (const [host, { ip, upstream }] of Object.entries(hosts)) {
  const server = https.createServer(tls, forward(host, new URL(upstream)))
  server.keepAliveTimeout = 5000
  server.on('upgrade', tie(host, new URL(upstream)))
  server.on('error', (error) => {
    console.error(host, error.message)
    process.exit(1)
  })
  server.listen(443, ip)
}
console.log('proxy for', Object.keys(hosts).join(' '))
