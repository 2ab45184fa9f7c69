// A whole session in masto.js, the client library of web clients: node session_masto.mjs BASE NAME PASSWORD OTHER_TOKEN
//
// NAME is a new account, whose pages `consent.py` fills in (with the Python of KITH_PYTHON); OTHER_TOKEN belongs to
// another new account of the same server. KITH_NODE_CLIENTS is the folder whose node_modules hold masto. The stream is a
// WebSocket. Ends with an error at the first answer that is wrong.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createECDH, createHash, randomBytes } from 'node:crypto'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import { png } from './browser/others.mjs'

const [base, name, password, otherToken] = process.argv.slice(2)
const entry = path.join(process.env.KITH_NODE_CLIENTS, 'node_modules/masto/dist/index.js')
const { createRestAPIClient, createOAuthAPIClient, createStreamingAPIClient } = await import(pathToFileURL(entry))

const OUT_OF_BAND = 'urn:ietf:wg:oauth:2.0:oob'
const SCOPES = 'read write follow push'
const PATIENCE_MS = 20_000

const client = (accessToken) => createRestAPIClient({ url: base, accessToken })

/** Every page of a list. */
async function all(paginator) {
  const found = []
  for await (const page of paginator) found.push(...page)
  return found
}

/** Whether a call is refused with this status. */
async function refused(status, call) {
  try {
    await call()
  } catch (error) {
    assert.equal(error.statusCode, status, String(error))
    return true
  }
  return false
}

/** Fails, naming what did not happen, where the promise takes too long. */
function soon(what, promise) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error(`did not happen: ${what}`)), PATIENCE_MS).unref())
  return Promise.race([promise, late])
}

async function logIn() {
  const app = await client().v1.apps.create({ clientName: 'masto', redirectUris: [OUT_OF_BAND], scopes: SCOPES, website: 'https://app.test' })
  const ask = new URL('/oauth/authorize', base)
  const codeVerifier = randomBytes(32).toString('base64url')
  const challenge = createHash('sha256').update(codeVerifier).digest('base64url')
  const asked = { response_type: 'code', client_id: app.clientId, redirect_uri: OUT_OF_BAND, scope: SCOPES, code_challenge: challenge, code_challenge_method: 'S256' }
  for (const [key, value] of Object.entries(asked)) ask.searchParams.set(key, value)
  const consent = path.join(import.meta.dirname, 'consent.py')
  const code = execFileSync(process.env.KITH_PYTHON, [consent, ask.href, name, password], { encoding: 'utf8' }).trim()
  const oauth = createOAuthAPIClient({ url: base })
  const known = { clientId: app.clientId, clientSecret: app.clientSecret }
  const token = await oauth.token.create({ ...known, grantType: 'authorization_code', code, codeVerifier, redirectUri: OUT_OF_BAND, scope: SCOPES })
  assert.equal(token.scope, SCOPES)
  const api = client(token.accessToken)
  const me = await api.v1.accounts.verifyCredentials()
  assert.equal(me.username, name)
  assert.equal((await api.v1.apps.verifyCredentials()).name, 'masto')
  return { api, me, token: token.accessToken, revoke: () => oauth.revoke({ ...known, token: token.accessToken }) }
}

async function readsAboutTheServer({ api }) {
  const instance = await api.v2.instance.fetch()
  assert.equal(`https://${instance.domain}`, base)
  assert.equal((await api.v1.instance.fetch()).uri, instance.domain)
  assert.deepEqual(await api.v1.customEmojis.list(), [])
  assert.deepEqual(await api.v1.announcements.list(), [])
  assert.ok((await api.v1.preferences.fetch())['posting:default:visibility'])
  return instance
}

async function postsAndEdits({ api }) {
  const picture = await api.v2.media.create({ file: new Blob([png()], { type: 'image/png' }), description: 'a grey square' })
  assert.equal(picture.description, 'a grey square')
  const post = await api.v1.statuses.create({ status: 'with a picture', mediaIds: [picture.id], spoilerText: 'grey', sensitive: true, language: 'en' })
  assert.equal(post.mediaAttachments[0].id, picture.id)
  const attributes = [{ id: picture.id, description: 'a dark square' }]
  const edited = await api.v1.statuses.$select(post.id).update({ status: 'edited', spoilerText: 'dark', mediaIds: [picture.id], mediaAttributes: attributes })
  assert.equal(edited.mediaAttachments[0].description, 'a dark square')
  const history = await api.v1.statuses.$select(post.id).history.list()
  assert.deepEqual(history.map((one) => one.spoilerText), ['grey', 'dark'])
  assert.equal((await api.v1.statuses.$select(post.id).source.fetch()).text, 'edited')
  const poll = await api.v1.statuses.create({ status: 'Which?', poll: { options: ['tea', 'coffee'], expiresIn: 600 } })
  assert.deepEqual(poll.poll.options.map((one) => one.title), ['tea', 'coffee'])
  const scheduledAt = new Date(Date.now() + 3_600_000).toISOString()
  const waiting = await api.v1.statuses.create({ status: 'later', scheduledAt })
  assert.deepEqual((await all(api.v1.scheduledStatuses.list())).map((one) => one.id), [waiting.id])
  await api.v1.scheduledStatuses.$select(waiting.id).update({ scheduledAt: new Date(Date.now() + 7_200_000).toISOString() })
  await api.v1.scheduledStatuses.$select(waiting.id).remove()
  return { post, poll }
}

async function twoPeopleMeet(ada, eve, { post, poll }) {
  const voted = await eve.api.v1.polls.$select(poll.poll.id).votes.create({ choices: [0] })
  assert.deepEqual(voted.ownVotes, [0])
  const answer = await eve.api.v1.statuses.create({ status: '@ada nice', inReplyToId: post.id })
  const context = await ada.api.v1.statuses.$select(post.id).context.fetch()
  assert.deepEqual(context.descendants.map((one) => one.id), [answer.id])
  const theirs = eve.api.v1.statuses.$select(post.id)
  assert.ok((await theirs.favourite()).favourited && (await theirs.bookmark()).bookmarked)
  assert.equal((await theirs.reblog()).reblog.id, post.id)
  const own = ada.api.v1.statuses.$select(post.id)
  assert.ok((await own.pin()).pinned && !(await own.unpin()).pinned)
  assert.deepEqual((await all(own.favouritedBy.list())).map((one) => one.acct), ['eve'])
  assert.deepEqual((await all(eve.api.v1.bookmarks.list())).map((one) => one.id), [post.id])
  assert.deepEqual((await all(eve.api.v1.favourites.list())).map((one) => one.id), [post.id])
  const relation = await ada.api.v1.accounts.$select(eve.me.id).follow({ notify: true })
  assert.ok(relation.following && relation.notifying)
  assert.ok((await ada.api.v1.accounts.relationships.fetch({ id: [eve.me.id] }))[0].following)
  assert.equal((await ada.api.v1.accounts.$select(eve.me.id).note.create({ comment: 'from the fair' })).note, 'from the fair')
}

async function notificationsComeInGroups(ada, eve) {
  const page = await ada.api.v2.notifications.list({ groupedTypes: ['favourite', 'reblog', 'follow'] })
  const kinds = page.notificationGroups.map((one) => one.type)
  for (const kind of ['mention', 'favourite', 'reblog']) assert.ok(kinds.includes(kind), String(kinds))
  const group = page.notificationGroups.find((one) => one.type === 'favourite')
  const selected = ada.api.v2.notifications.$select(group.groupKey)
  assert.deepEqual((await selected.accounts.fetch()).map((one) => one.acct), ['eve'])
  assert.ok((await ada.api.v2.notifications.unreadCount.fetch()).count >= 3)
  await selected.dismiss()
  const mention = (await ada.api.v1.notifications.list({ types: ['mention'] }))[0]
  assert.equal(mention.account.acct, 'eve')
  await ada.api.v1.notifications.$select(mention.id).dismiss()
  assert.ok(await refused(404, () => ada.api.v1.notifications.$select(mention.id).fetch()))
  assert.equal((await ada.api.v2.notifications.policy.update({ forNewAccounts: 'accept' })).forNewAccounts, 'accept')
  await ada.api.v1.notifications.clear()
  assert.deepEqual(await all(ada.api.v1.notifications.list()), [])
  assert.equal((await all(eve.api.v1.notifications.list({ types: ['follow'] }))).length, 1)
}

async function listsFiltersAndPlaces(ada, eve) {
  const list = await ada.api.v1.lists.create({ title: 'Friends' })
  const selected = ada.api.v1.lists.$select(list.id)
  await selected.accounts.create({ accountIds: [eve.me.id] })
  assert.deepEqual((await all(selected.accounts.list())).map((one) => one.acct), ['eve'])
  const said = await eve.api.v1.statuses.create({ status: 'a turnip #fairs' })
  assert.equal((await ada.api.v1.timelines.list.$select(list.id).list())[0].id, said.id)
  assert.equal((await ada.api.v1.timelines.home.list())[0].id, said.id)
  assert.equal((await ada.api.v1.timelines.tag.$select('fairs').list())[0].id, said.id)
  assert.equal((await ada.api.v1.timelines.public.list({ local: true }))[0].id, said.id)
  await selected.update({ title: 'Good friends' })
  await selected.accounts.remove({ accountIds: [eve.me.id] })
  await selected.remove()
  const filter = await ada.api.v2.filters.create({ title: 'Roots', context: ['home'], filterAction: 'hide', keywordsAttributes: [{ keyword: 'turnip', wholeWord: true }] })
  assert.equal((await ada.api.v1.statuses.$select(said.id).fetch()).filtered[0].filter.id, filter.id)
  await ada.api.v2.filters.$select(filter.id).statuses.create({ statusId: said.id })
  await ada.api.v2.filters.$select(filter.id).remove()
  await ada.api.v1.markers.create({ home: { lastReadId: said.id } })
  assert.equal((await ada.api.v1.markers.fetch({ timeline: ['home'] })).home.lastReadId, said.id)
  const found = await ada.api.v2.search.list({ q: 'eve', resolve: true })
  assert.deepEqual(found.accounts.map((one) => one.acct), ['eve'])
  assert.ok((await ada.api.v1.tags.$select('fairs').follow()).following)
  assert.ok(!(await ada.api.v1.tags.$select('fairs').unfollow()).following)
  const changed = await ada.api.v1.accounts.updateCredentials({ displayName: 'Ada L.', fieldsAttributes: [{ name: 'Place', value: 'London' }], avatar: new Blob([png()], { type: 'image/png' }) })
  assert.equal(changed.displayName, 'Ada L.')
  assert.equal(changed.fields[0].value, 'London')
}

async function pushIsSetUp({ api }, instance) {
  const keys = { p256dh: createECDH('prime256v1').generateKeys('base64url'), auth: randomBytes(16).toString('base64url') }
  const { subscription } = api.v1.push
  const made = await subscription.create({ subscription: { endpoint: 'https://push.test/masto', keys }, data: { alerts: { mention: true } }, policy: 'followed' })
  assert.equal(made.serverKey, instance.configuration.vapid.publicKey)
  assert.ok(made.alerts.mention && !made.alerts.favourite)
  assert.ok((await subscription.update({ data: { alerts: { favourite: true } } })).alerts.favourite)
  assert.equal((await subscription.fetch()).endpoint, 'https://push.test/masto')
  await subscription.remove()
  assert.ok(await refused(404, () => subscription.fetch()))
}

/** The next event of this kind that fits. */
async function hears(events, kind, fits) {
  for await (const event of events) if (event.event === kind && fits(event.payload)) return event.payload
  throw new Error(`the stream ended before: ${kind}`)
}

async function theStreamTellsAndEnds(ada, eve, instance) {
  const streaming = createStreamingAPIClient({ streamingApiUrl: instance.configuration.urls.streaming, accessToken: ada.token, implementation: WebSocket })
  const events = streaming.user.subscribe()[Symbol.asyncIterator]()
  const source = { [Symbol.asyncIterator]: () => ({ next: () => events.next() }) }
  await streaming.prepare()
  const first = hears(source, 'update', (post) => post.content.includes('do you hear'))
  // What is said before the server has read the subscription is not told; so it is said until it is heard.
  let heard
  first.then((post) => (heard = post), () => {})
  while (!heard) {
    await eve.api.v1.statuses.create({ status: '@ada, do you hear me?' })
    await soon('anything', Promise.race([first, new Promise((wake) => setTimeout(wake, 500))]))
  }
  assert.equal(heard.account.acct, 'eve')
  await eve.api.v1.statuses.$select(heard.id).update({ status: '@ada, and now?' })
  await soon('the edit', hears(source, 'status.update', (post) => post.id === heard.id))
  await eve.api.v1.statuses.$select(heard.id).remove()
  await soon('the deletion', hears(source, 'delete', (id) => id === heard.id))
  // A second connection, watched by itself: masto would come again.
  const address = new URL('/api/v1/streaming', instance.configuration.urls.streaming)
  address.searchParams.set('stream', 'user')
  const socket = new WebSocket(address, ada.token)
  await soon('the second stream', new Promise((resolve) => socket.addEventListener('open', resolve)))
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve))
  streaming.close()
  await ada.revoke()
  await soon('the end of the stream', closed)
  assert.ok(await refused(401, () => ada.api.v1.accounts.verifyCredentials()))
}

async function step(what, work) {
  const began = Date.now()
  const made = await work()
  console.log(`ok ${what} (${((Date.now() - began) / 1000).toFixed(1)} s)`)
  return made
}

const ada = await step('an app is let in', logIn)
const eve = { api: client(otherToken) }
eve.me = await eve.api.v1.accounts.verifyCredentials()
const instance = await step('reads about the server', () => readsAboutTheServer(ada))
const made = await step('posts and edits', () => postsAndEdits(ada))
await step('two people meet', () => twoPeopleMeet(ada, eve, made))
await step('notifications come in groups', () => notificationsComeInGroups(ada, eve))
await step('lists, filters and places', () => listsFiltersAndPlaces(ada, eve))
await step('push is set up', () => pushIsSetUp(ada, instance))
await step('the stream tells, and ends', () => theStreamTellsAndEnds(ada, eve, instance))
process.exit(0)
