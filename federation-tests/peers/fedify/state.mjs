// What the peer knows: its people, what it published, what it received, and its settings. In memory; keys are on disk.
import fs from 'node:fs'
import path from 'node:path'
import { exportJwk, generateCryptoKeyPair, importJwk } from '@fedify/fedify'

export const HOST = process.env.HOST ?? 'fedify.test'
export const ORIGIN = `https://${HOST}`
export const AS = 'https://www.w3.org/ns/activitystreams'
export const PUBLIC = `${AS}#Public`

const PEOPLE = { frank: 'Person', grace: 'Person', oldfrank: 'Person', club: 'Group', robot: 'Service' }

/** The state of a peer that nobody has talked to yet. */
function blank() {
  return {
    people: Object.fromEntries(Object.entries(PEOPLE).map(([name, kind]) => [name, person(kind)])),
    objects: {}, // id → object as published
    activities: [], // {by, json}: what we sent, oldest first
    received: [], // {time, recipient, type, json} or {time, error}: what passed verification
    raw: [], // {time, path, status, headers, body}: every POST to an inbox
    failures: [], // {time, error}: deliveries that failed
    settings: {
      authFetch: process.env.AUTH_FETCH === '1',
      autoAccept: true, // accept follows at once, except of those in `manuallyApproves`
      manuallyApproves: {}, // name → true
      firstKnock: process.env.FIRST_KNOCK ?? 'rfc9421', // or draft-cavage-http-signatures-12
      challenge: process.env.CHALLENGE === '1', // Accept-Signature on a 401
      nonce: process.env.NONCE === '1', // and a nonce in it
      accepts: 'both', // the signatures that it knows: both, rfc9421 or draft; others are overlooked
    },
  }
}

function person(kind) {
  return {
    kind,
    followers: {}, // actor → {id, inbox, sharedInbox}
    pending: {}, // actor → the Follow that waits for an answer
    following: {}, // actor → pending | accepted | rejected
    aliases: [],
    movedTo: null,
    gone: null, // when the account was deleted
  }
}

export const state = blank()

/** Forgets everything but the keys. */
export function resetState() {
  Object.assign(state, blank())
}

export const actorUri = (name) => `${ORIGIN}/users/${name}`
export const nameOf = (uri) => Object.keys(PEOPLE).find((name) => actorUri(name) === uri)
export const now = () => new Date().toISOString().replace(/\.\d+/, '')

const keyFile = path.join(process.env.DATA ?? '.', `keys-${HOST}.json`)
const jwks = fs.existsSync(keyFile) ? JSON.parse(fs.readFileSync(keyFile, 'utf8')) : {}

async function newJwks() {
  const pairs = await Promise.all(['RSASSA-PKCS1-v1_5', 'Ed25519'].map((algorithm) => generateCryptoKeyPair(algorithm)))
  return Promise.all(
    pairs.map(async (pair) => ({ privateKey: await exportJwk(pair.privateKey), publicKey: await exportJwk(pair.publicKey) })),
  )
}

/** Throws a person's keys away; the next ones are made when asked for. */
export function forgetKeys(name) {
  delete jwks[name]
}

/** The RSA and the Ed25519 key pair of a person, made when first asked for. */
export async function keyPairs(name) {
  if (!PEOPLE[name]) return []
  jwks[name] ??= newJwks()
  const stored = (jwks[name] = await jwks[name])
  fs.writeFileSync(keyFile, JSON.stringify(Object.fromEntries(Object.entries(jwks).filter(([, pairs]) => Array.isArray(pairs)))))
  return Promise.all(
    stored.map(async (pair) => ({
      privateKey: await importJwk(pair.privateKey, 'private'),
      publicKey: await importJwk(pair.publicKey, 'public'),
    })),
  )
}
