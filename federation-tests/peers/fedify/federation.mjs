// The ActivityPub side of the peer: actors, collections and the inbox, on @fedify/fedify.
import { createExponentialBackoffPolicy, createFederationBuilder, InProcessMessageQueue, MemoryKvStore } from '@fedify/fedify'
import * as V from '@fedify/vocab'
import { Temporal } from '@js-temporal/polyfill'
import { actorUri, HOST, keyPairs, nameOf, ORIGIN, PUBLIC, state } from './state.mjs'
import { deliver } from './deliver.mjs'

const builder = createFederationBuilder()

// The signer's key is fetched with a signature too, as robot, whose actor is open to all: two servers that ask each
// other for signed fetches would otherwise refuse each other for ever.
export const signerOf = async (context) =>
  context.getSignedKeyOwner({ documentLoader: await context.getDocumentLoader({ identifier: 'robot' }) })
const authorize = async (context, name) => !state.settings.authFetch || name === 'robot' || (await signerOf(context)) != null

builder
  .setActorDispatcher('/users/{identifier}', async (context, name) => {
    const person = state.people[name]
    if (!person) return null
    const id = context.getActorUri(name)
    if (person.gone) return new V.Tombstone({ id, deleted: Temporal.Instant.from(person.gone) })
    const keys = await context.getActorKeyPairs(name)
    return new V[person.kind]({
      id,
      preferredUsername: name,
      name: name[0].toUpperCase() + name.slice(1),
      summary: `<p>${person.kind} on a Fedify peer</p>`,
      url: new URL(`${ORIGIN}/@${name}`),
      inbox: context.getInboxUri(name),
      outbox: context.getOutboxUri(name),
      followers: context.getFollowersUri(name),
      following: context.getFollowingUri(name),
      featured: context.getFeaturedUri(name),
      endpoints: new V.Endpoints({ sharedInbox: context.getInboxUri() }),
      publicKey: keys[0].cryptographicKey,
      assertionMethods: keys.map((key) => key.multikey),
      published: Temporal.Instant.from('2026-01-01T00:00:00Z'),
      discoverable: true,
      manuallyApprovesFollowers: !!state.settings.manuallyApproves[name],
      aliases: person.aliases.map((alias) => new URL(alias)),
      ...(person.movedTo ? { successor: new URL(person.movedTo) } : {}),
    })
  })
  .mapHandle((_context, name) => (state.people[name] ? name : null))
  .setKeyPairsDispatcher((_context, name) => keyPairs(name))
  .authorize(authorize)

const recipient = ({ id, inbox, sharedInbox }) => ({
  id: new URL(id),
  inboxId: new URL(inbox),
  endpoints: sharedInbox ? { sharedInbox: new URL(sharedInbox) } : null,
})
const followersOf = (name) => Object.values(state.people[name]?.followers ?? {})
const followedBy = (name) => Object.entries(state.people[name]?.following ?? {}).filter(([, how]) => how === 'accepted')
const publishedBy = (name) =>
  state.activities.filter(({ by, json }) => by === name && json.type === 'Create' && [json.to, json.cc].flat().includes(PUBLIC))

builder
  .setFollowersDispatcher('/users/{identifier}/followers', (_context, name) => ({ items: followersOf(name).map(recipient) }))
  .setCounter((_context, name) => followersOf(name).length)
  .authorize(authorize)
builder
  .setFollowingDispatcher('/users/{identifier}/following', (_context, name) => ({ items: followedBy(name).map(([uri]) => new URL(uri)) }))
  .setCounter((_context, name) => followedBy(name).length)
  .authorize(authorize)
builder
  .setOutboxDispatcher('/users/{identifier}/outbox', async (context, name) => ({
    items: await Promise.all(publishedBy(name).toReversed().map(({ json }) => V.Activity.fromJsonLd(json, context))),
  }))
  .setCounter((_context, name) => publishedBy(name).length)
  .authorize(authorize)
builder.setFeaturedDispatcher('/users/{identifier}/featured', () => ({ items: [] }))
builder.setNodeInfoDispatcher('/nodeinfo/2.1', () => ({
  software: { name: 'fedify-peer', version: '2.3.6' },
  protocols: ['activitypub'],
  usage: { users: { total: Object.keys(state.people).length }, localPosts: Object.keys(state.objects).length, localComments: 0 },
}))

/** A follower-to-be: accepted at once, or kept until `accept` is called. */
async function onFollow(context, follow, json) {
  const name = nameOf(follow.objectId?.href)
  const person = state.people[name]
  const follower = person && (await follow.getActor(context))
  if (!follower?.inboxId) return
  if (state.settings.manuallyApproves[name] || !state.settings.autoAccept) {
    person.pending[follower.id.href] = json
    return
  }
  person.followers[follower.id.href] = remember(follower)
  await deliver(context, name, { type: 'Accept', object: json }, { actors: [follower] })
}

export const remember = (actor) => ({ id: actor.id.href, inbox: actor.inboxId.href, sharedInbox: actor.endpoints?.sharedInbox?.href })

/** An answer to a Follow of ours, which may be named, or embedded with or without its id. */
function onAnswer(answer, json, recipientName) {
  const mine = state.activities.find((sent) => sent.json.id === answer.objectId?.href)
  if (mine && mine.json.type !== 'Follow') return // an answer to a Join, say: it stands in `received`
  const embedded = json.object?.actor
  const name = mine?.by ?? nameOf(embedded?.id ?? embedded) ?? recipientName
  const following = state.people[name]?.following
  if (following && answer.actorId) following[answer.actorId.href] = answer instanceof V.Accept ? 'accepted' : 'rejected'
}

async function onUndo(context, undo) {
  const undone = await undo.getObject(context).catch(() => null)
  const name = undone instanceof V.Follow && nameOf(undone.objectId?.href)
  if (!name) return
  delete state.people[name].followers[undo.actorId.href]
  delete state.people[name].pending[undo.actorId.href]
}

/** A vote on a Question of ours: a Note with a name, in reply to it. */
function countVote(json) {
  const vote = json.object
  const question = state.objects[vote?.inReplyTo?.id ?? vote?.inReplyTo]
  const option = [question?.oneOf ?? question?.anyOf ?? []].flat().find(({ name }) => name === vote?.name)
  if (!option) return
  option.replies = { type: 'Collection', totalItems: (option.replies?.totalItems ?? 0) + 1 }
  question.votersCount = (question.votersCount ?? 0) + 1
}

/** FEP-1b12: a group passes on to its followers what they send it. */
async function passOn(context, activity, json) {
  const group = actorUri('club')
  const addressed = context.recipient === 'club' || [...activity.toIds, ...activity.ccIds].some(({ href }) => href === group)
  if (!addressed || activity instanceof V.Announce || !state.people.club.followers[activity.actorId?.href]) return
  await deliver(context, 'club', { type: 'Announce', object: json, to: [PUBLIC], cc: [`${group}/followers`] }, { followers: true })
}

builder
  .setInboxListeners('/users/{identifier}/inbox', '/inbox')
  .setSharedKeyDispatcher(() => ({ identifier: 'robot' }))
  .on(V.Activity, async (context, activity) => {
    const json = await activity.toJsonLd()
    state.received.push({ time: new Date().toISOString(), recipient: context.recipient, type: json.type, json })
    if (activity instanceof V.Follow) return onFollow(context, activity, json)
    if (activity instanceof V.Accept || activity instanceof V.Reject) return onAnswer(activity, json, context.recipient)
    if (activity instanceof V.Undo) return onUndo(context, activity)
    if (activity instanceof V.Create) countVote(json)
    return passOn(context, activity, json)
  })
  .onError((_context, error) => {
    state.received.push({ time: new Date().toISOString(), error: String(error) })
  })

let stop = new AbortController()

/** The federation as the settings say, with empty caches; the queue of the one before it is stopped. */
export async function buildFederation() {
  stop.abort()
  stop = new AbortController()
  const { firstKnock, challenge, nonce } = state.settings
  const federation = await builder.build({
    kv: new MemoryKvStore(),
    queue: new InProcessMessageQueue({ pollInterval: { milliseconds: 100 } }),
    manuallyStartQueue: true,
    origin: ORIGIN,
    allowPrivateAddress: true,
    circuitBreaker: false, // tests stop and start servers; nobody is to be avoided for that
    outboxRetryPolicy: createExponentialBackoffPolicy({ initialDelay: { seconds: 1 }, maxDelay: { seconds: 5 }, maxAttempts: 8 }),
    firstKnock,
    inboxChallengePolicy: { enabled: challenge, requestNonce: nonce },
    onOutboxError: (error) => state.failures.push({ time: new Date().toISOString(), error: String(error) }),
  })
  federation.startQueue(undefined, { signal: stop.signal }).catch((error) => console.error(HOST, error))
  return federation
}

/** Whether a stored document may be shown to whoever signed this request (nobody, if it is not signed). */
export async function mayRead(context, document) {
  const audience = [document.to, document.cc].flat().filter(Boolean)
  const open = audience.length === 0 || audience.some((uri) => uri === PUBLIC || uri === 'as:Public')
  if (open && !state.settings.authFetch) return true
  const signer = await signerOf(context)
  if (!signer?.id || open) return signer != null
  // A signed fetch speaks for its host: instance actors fetch for their people.
  const author = nameOf(document.attributedTo ?? document.actor)
  const readers = audience.flatMap((uri) => (uri === `${actorUri(author)}/followers` ? Object.keys(state.people[author].followers) : [uri]))
  return readers.some((uri) => new URL(uri).host === signer.id.host)
}
