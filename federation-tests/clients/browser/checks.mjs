// What every page has to be, at two sizes of the window; each look leaves a picture of the whole page.
import fs from 'node:fs'
import path from 'node:path'

const SIZES = {
  desktop: { width: 1280, height: 900, deviceScaleFactor: 1, mobile: false },
  phone: { width: 390, height: 844, deviceScaleFactor: 1, mobile: true },
}
/** A page that is longer is cut in its picture. */
const LONGEST_PICTURE = 4000

/** Runs in the page. Answers what is wrong with it, in words. */
function faults() {
  const wrong = []
  const name = (one) => one.outerHTML.slice(0, 120)
  if (!document.title.trim()) wrong.push('there is no title')
  if (document.querySelectorAll('h1').length !== 1) wrong.push(`there are ${document.querySelectorAll('h1').length} h1`)
  if (!document.documentElement.lang) wrong.push('there is no lang')
  const levels = [...document.querySelectorAll('h1, h2, h3, h4')].map((one) => Number(one.tagName[1]))
  if (levels.some((level, at) => at > 0 && level > levels[at - 1] + 1)) wrong.push(`levels of headings are left out: ${levels}`)
  const ids = [...document.querySelectorAll('[id]')].map((one) => one.id)
  for (const id of new Set(ids.filter((each, at) => ids.indexOf(each) !== at))) wrong.push(`two elements are called ${id}`)
  for (const one of document.querySelectorAll('input:not([type=hidden]), textarea, select')) {
    const labels = [...one.labels].map((label) => label.textContent).join('') + (one.getAttribute('aria-label') ?? '')
    if (!labels.trim()) wrong.push(`no label: ${name(one)}`)
    const about = one.getAttribute('aria-describedby')
    if (about && !document.getElementById(about)) wrong.push(`described by nothing: ${name(one)}`)
  }
  for (const one of document.querySelectorAll('a[href], button')) {
    if (!(one.textContent.trim() || one.getAttribute('aria-label') || one.querySelector('img[alt]:not([alt=""])'))) wrong.push(`no words: ${name(one)}`)
  }
  for (const one of document.images) {
    if (!one.hasAttribute('alt')) wrong.push(`no alt: ${name(one)}`)
    // What comes late must not push the rest aside.
    if (one.loading === 'lazy' && !(one.hasAttribute('width') && one.hasAttribute('height'))) wrong.push(`no size: ${name(one)}`)
  }
  return wrong
}

/** Runs in the page. What sticks out to the right, if the page can be moved sideways. */
function overflow() {
  const page = document.scrollingElement
  if (page.scrollWidth <= page.clientWidth) return []
  const out = [...document.body.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > page.clientWidth + 0.5)
  return [`${page.scrollWidth} > ${page.clientWidth} wide: ${out.slice(0, 4).map((one) => one.outerHTML.slice(0, 100)).join(' | ')}`]
}

/** Looks at the page in both sizes. Answers what is wrong. */
export class Looker {
  constructor(tab, folder) {
    Object.assign(this, { tab, folder, seen: 0, wrong: [] })
    fs.rmSync(folder, { recursive: true, force: true })
    fs.mkdirSync(folder, { recursive: true })
  }

  async look(what) {
    const number = String(++this.seen).padStart(2, '0')
    const found = await this.tab.ask(faults)
    for (const [size, metrics] of Object.entries(SIZES)) {
      await this.tab.send('Emulation.setDeviceMetricsOverride', metrics)
      found.push(...(await this.tab.ask(overflow)).map((text) => `${size}: ${text}`))
      const height = Math.min(await this.tab.ask(() => document.scrollingElement.scrollHeight), LONGEST_PICTURE)
      await this.tab.send('Emulation.setDeviceMetricsOverride', { ...metrics, height: Math.max(height, metrics.height) })
      await this.tab.picture(path.join(this.folder, `${number}-${what.replaceAll(/\W+/g, '-')}-${size}.png`))
    }
    await this.tab.send('Emulation.setDeviceMetricsOverride', this.size)
    found.push(...this.tab.problems.splice(0))
    const address = await this.tab.address()
    this.wrong.push(...found.map((text) => `${what} (${address}): ${text}`))
  }

  /** In which size the person goes on. */
  async use(size) {
    this.size = SIZES[size]
    await this.tab.send('Emulation.setDeviceMetricsOverride', this.size)
  }
}
