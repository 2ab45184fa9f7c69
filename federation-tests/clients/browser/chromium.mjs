// Chromium without a window, by its DevTools protocol: just enough to do what a person does with mouse and keyboard.
//
// Node brings the WebSocket; there are no dependencies. Programs in pages are asked only where things are and what they
// say: every click is a mouse event at a place, every text is typed.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import tls from 'node:tls'

const PATIENCE_MS = 20_000
/** Issues that Chromium suspects without looking: a picture has its size from its attributes, whatever the style says. */
const UNFOUNDED = new Set(['LazyLoadImageIssue'])

/** Fails, naming what did not happen, where the promise takes too long. */
export function soon(what, promise) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not happen: ${what}`)), PATIENCE_MS)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** The first truthy answer of `ask`, asked again and again. */
export async function until(what, ask) {
  const end = Date.now() + PATIENCE_MS
  for (;;) {
    const found = await ask()
    if (found) return found
    if (Date.now() > end) throw new Error(`did not happen: ${what}`)
    await new Promise((wake) => setTimeout(wake, 100))
  }
}

/** What `--ignore-certificate-errors-spki-list` calls the certificate of a host: only that one is trusted beside the usual. */
function certificateName(host) {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host, port: 443, servername: host }, () => {
      const key = socket.getPeerX509Certificate().publicKey.export({ type: 'spki', format: 'der' })
      socket.destroy()
      resolve(createHash('sha256').update(key).digest('base64'))
    })
    socket.on('error', reject)
  })
}

/** A running Chromium with one window, which forgets everything at its end. */
export class Chromium {
  static async start(program, host) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chromium.'))
    const flags = [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-default-apps',
      `--ignore-certificate-errors-spki-list=${await certificateName(host)}`,
      `--user-data-dir=${folder}`, '--remote-debugging-port=0', '--lang=en-GB', 'about:blank',
    ]
    const child = spawn(program, flags, { stdio: ['ignore', 'ignore', 'pipe'] })
    const address = await soon('Chromium to start', new Promise((resolve, reject) => {
      let said = ''
      child.stderr.on('data', (data) => {
        said += data
        const found = /DevTools listening on (ws:\S+)/.exec(said)
        if (found) resolve(found[1])
      })
      child.on('exit', (code) => reject(new Error(`Chromium ended with ${code}: ${said}`)))
    }))
    const socket = new WebSocket(address)
    await soon('the connection to Chromium', new Promise((resolve) => socket.addEventListener('open', resolve)))
    return new Chromium(child, socket, folder)
  }

  constructor(child, socket, folder) {
    Object.assign(this, { child, socket, folder, waiting: new Map(), listeners: [], last: 0 })
    socket.addEventListener('message', ({ data }) => this.#hear(JSON.parse(data)))
  }

  #hear(message) {
    if (!message.id) return this.listeners.forEach((listener) => listener(message))
    const { resolve, reject } = this.waiting.get(message.id)
    this.waiting.delete(message.id)
    if (message.error) reject(new Error(message.error.message))
    else resolve(message.result)
  }

  send(method, params = {}, sessionId = undefined) {
    const id = ++this.last
    const answer = new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }))
    this.socket.send(JSON.stringify({ id, method, params, sessionId }))
    return soon(method, answer)
  }

  /** A new tab, with cookies of its own. */
  async open() {
    const { browserContextId } = await this.send('Target.createBrowserContext')
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank', browserContextId })
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true })
    const tab = new Tab(this, sessionId)
    await tab.prepare()
    return tab
  }

  async close() {
    const ended = new Promise((resolve) => this.child.on('exit', resolve))
    this.socket.close()
    this.child.kill()
    await ended
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

export class Tab {
  constructor(chromium, session) {
    Object.assign(this, { chromium, session, problems: [], loads: 0, expected: new Set() })
    chromium.listeners.push((message) => message.sessionId === session && this.#notice(message))
  }

  send(method, params) {
    return this.chromium.send(method, params, this.session)
  }

  async prepare() {
    for (const domain of ['Page', 'Runtime', 'Log', 'Network', 'Audits']) await this.send(`${domain}.enable`)
  }

  /** Keeps whatever a page should not do. */
  #notice({ method, params }) {
    const wrong = (text) => this.problems.push(text)
    if (method === 'Page.loadEventFired') this.loads++
    else if (method === 'Runtime.exceptionThrown') wrong(`a script failed: ${params.exceptionDetails.text}`)
    else if (method === 'Runtime.consoleAPICalled' && params.type === 'error') wrong(`console: ${JSON.stringify(params.args)}`)
    else if (method === 'Log.entryAdded' && params.entry.level === 'error') this.#logged(params.entry, wrong)
    else if (method === 'Network.loadingFailed' && !params.canceled) wrong(`a request failed: ${params.errorText} ${params.blockedReason ?? ''}`)
    else if (method === 'Network.responseReceived') this.#answered(params.response, wrong)
    else if (method === 'Audits.issueAdded' && !UNFOUNDED.has(params.issue.code)) wrong(`issue: ${JSON.stringify(params.issue)}`)
  }

  /** Chromium logs answers of 400 and more too; those are judged where they come in. */
  #logged(entry, wrong) {
    if (entry.source !== 'network') wrong(`log: ${entry.source}: ${entry.text} ${entry.url ?? ''}`)
  }

  #answered({ status, url }, wrong) {
    if (status >= 400 && !this.expected.delete(status)) wrong(`${status} for ${url}`)
  }

  /** The next answer with this status is as it should be. */
  expect(status) {
    this.expected.add(status)
  }

  /** Runs a function in the page and answers what it returns. It sees the page as it is, and leaves no trace. */
  async ask(work, ...given) {
    const expression = `(${work})(...${JSON.stringify(given)})`
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, returnByValue: true })
    if (exceptionDetails) throw new Error(`${exceptionDetails.exception?.description ?? exceptionDetails.text} in ${work}`)
    return result.value
  }

  /** Does something that leads to another page, and waits until that is there. */
  async goes(work) {
    const before = this.loads
    await work()
    await until(`another page than ${await this.address().catch(() => 'this')}`, () => this.loads > before)
  }

  visit(address) {
    return this.goes(async () => {
      const { errorText } = await this.send('Page.navigate', { url: address })
      if (errorText) throw new Error(`${address}: ${errorText}`)
    })
  }

  address() {
    return this.ask(() => location.href)
  }

  text() {
    return this.ask(() => document.body.innerText)
  }

  has(selector) {
    return this.ask((wanted) => document.querySelector(wanted) !== null, selector)
  }

  /** Presses the mouse on an element, which has to be in view and above everything else. */
  async press(selector, words = '') {
    const place = await this.ask((wanted, said) => {
      const found = [...document.querySelectorAll(wanted)].filter((one) => one.textContent.trim().startsWith(said))
      const one = found.find((each) => each.getClientRects().length > 0)
      if (!one) return null
      one.scrollIntoView({ block: 'center', behavior: 'instant' })
      const box = one.getClientRects()[0]
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
      const above = document.elementFromPoint(x, y)
      return { x, y, hit: one.contains(above) || (above && above.contains(one) && above.matches('label')) }
    }, selector, words)
    if (!place) throw new Error(`${await this.address()} has no ${selector} ${words}: ${await this.text()}`)
    if (!place.hit) throw new Error(`${await this.address()}: something covers ${selector} ${words}`)
    const { x, y } = place
    for (const type of ['mousePressed', 'mouseReleased']) await this.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 })
  }

  /** Types a text into a field, in place of what is there. */
  async type(selector, text) {
    await this.press(selector)
    await this.ask((wanted) => document.querySelector(wanted).select(), selector)
    await this.send('Input.insertText', { text })
  }

  /** Chooses an option of a list by its value; the list itself is drawn outside of the page. */
  choose(selector, value) {
    return this.ask((wanted, chosen) => { document.querySelector(wanted).value = chosen }, selector, value)
  }

  /** Follows a link by its words. */
  follow(words) {
    return this.goes(() => this.press('a', words))
  }

  /** Presses a button by its words. */
  submit(words) {
    return this.goes(() => this.press('button', words))
  }

  async picture(file) {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png', captureBeyondViewport: true })
    fs.writeFileSync(file, Buffer.from(data, 'base64'))
  }
}
