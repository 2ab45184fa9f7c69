// What the walk needs from outside the browser: other people, who act through the API; mails; a phone's codes; a picture.
import { createHmac } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'

export class Api {
  constructor(base, token) {
    Object.assign(this, { base, token })
  }

  async #call(method, target, body, type) {
    const headers = { Authorization: `Bearer ${this.token}`, ...type }
    const answer = await fetch(this.base + target, { method, body, headers })
    if (!answer.ok) throw new Error(`${target}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }

  get(target) {
    return this.#call('GET', target)
  }

  post(target, body) {
    return this.#call('POST', target, JSON.stringify(body), { 'Content-Type': 'application/json' })
  }

  upload(data, description) {
    const form = new FormData()
    form.set('file', new Blob([data], { type: 'image/png' }), 'picture.png')
    form.set('description', description)
    return this.#call('POST', '/api/v2/media', form)
  }

  /** The first thing of a kind that an address or handle leads to. */
  async find(kind, text) {
    return (await this.get(`/api/v2/search?resolve=true&q=${encodeURIComponent(text)}`))[kind][0]
  }
}

/** The link in the newest mail to an address that begins like this. Mails are written quoted-printable. */
export function letter(folder, to, beginning) {
  const files = fs.readdirSync(folder).map((name) => path.join(folder, name))
  const texts = files.map((file) => fs.readFileSync(file, 'utf8').replaceAll(/=\r?\n/g, '').replaceAll('=3D', '='))
  const mine = texts.filter((text) => text.includes(to)).join('\n')
  return mine.split(/\s+/).filter((word) => word.startsWith(beginning)).at(-1)
}

/** What an app shows for a secret in base 32 (RFC 6238: SHA-1, six digits, half a minute). */
export function code(secret, now = Date.now()) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...secret.replaceAll(/\s|=/g, '').toUpperCase()].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)))
  const hash = createHmac('sha1', key).update(counter).digest()
  const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}

/** A picture that no other program wrote. */
export function png(width = 64, height = 48) {
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data])
    const out = Buffer.alloc(8 + body.length)
    out.writeUInt32BE(data.length)
    body.copy(out, 4)
    out.writeUInt32BE(zlib.crc32(body), 4 + body.length)
    return out
  }
  const head = Buffer.from([0, 0, 0, width, 0, 0, 0, height, 8, 2, 0, 0, 0])
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, Buffer.from([200, 60, 60]))])
  const rows = Buffer.concat(Array.from({ length: height }, () => row))
  const magic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([magic, chunk('IHDR', head), chunk('IDAT', zlib.deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
}
