// The control operations (POST /_peer/NAME with a JSON body): what a person on this server would do. Each returns what
// it sent: {activity, recipients}. `as` is one of the peer's people. README.md of federation-tests lists them.
import { randomUUID } from 'node:crypto'
import { actorUri, AS, forgetKeys, now, ORIGIN, PUBLIC, resetState, state } from './state.mjs'
import { deliver, lookUp } from './deliver.mjs'
import { remember } from './federation.mjs'

const OBJECT_CONTEXT = [
  AS,
  { sensitive: 'as:sensitive', Hashtag: 'as:Hashtag', toot: 'http://joinmastodon.org/ns#', votersCount: 'toot:votersCount' },
]

/** The peer's `to` ("followers", or a list of actors) as `deliver` wants it; `otherwise` where it is not given. */
function recipients(to, otherwise) {
  if (to === undefined) return otherwise
  return to === 'followers' ? { followers: true } : { actors: [to].flat() }
}

function published(id) {
  const object = state.objects[id]
  if (!object) throw new Error(`${id} is not ours`)
  return object
}

/** Wraps one of our objects in an activity with the object's context and audience. */
function wrapped(type, object) {
  const { '@context': context, ...bare } = object
  return { '@context': context, type, object: bare, to: object.to, cc: object.cc }
}

/** Who gets an object of ours by its addressing. */
function audienceOf(name, object) {
  const all = [object.to, object.cc].flat().filter(Boolean)
  const followers = `${actorUri(name)}/followers`
  return { followers: all.includes(followers), actors: all.filter((uri) => uri !== PUBLIC && uri !== followers) }
}

export const operations = {
  async follow(context, { as, target }) {
    const actor = await lookUp(context, as, target)
    state.people[as].following[actor.id.href] = 'pending'
    return deliver(context, as, { type: 'Follow', object: actor.id.href }, { actors: [actor] })
  },

  async unfollow(context, { as, target }) {
    const actor = await lookUp(context, as, target)
    const uri = actor.id.href
    const follow = state.activities.findLast(({ by, json }) => by === as && json.type === 'Follow' && json.object === uri)
    delete state.people[as].following[uri]
    const object = follow?.json ?? { type: 'Follow', actor: actorUri(as), object: uri }
    return deliver(context, as, { type: 'Undo', object }, { actors: [actor] })
  },

  async lookup(context, { as = 'frank', target }) {
    return (await lookUp(context, as, target)).toJsonLd()
  },

  async post(context, wish) {
    const { as, type = 'Note', content = '', name, to, mentions = [], visibility = 'public', inReplyTo, fields = {} } = wish
    const followers = `${actorUri(as)}/followers`
    const [first, second] = { public: [[PUBLIC], [followers]], unlisted: [[followers], [PUBLIC]], followers: [[followers], []], direct: [[], []] }[visibility]
    const named = mentions.map(({ href }) => href)
    const id = `${ORIGIN}/objects/${randomUUID()}`
    const object = {
      '@context': wish.context ?? OBJECT_CONTEXT,
      id,
      type,
      attributedTo: actorUri(as),
      content,
      ...(name === undefined ? {} : { name }),
      ...(inReplyTo === undefined ? {} : { inReplyTo }),
      published: now(),
      url: id,
      to: visibility === 'direct' ? named : first,
      cc: visibility === 'direct' ? second : [...second, ...named],
      tag: mentions.map((mention) => ({ type: 'Mention', ...mention })),
      ...fields,
    }
    state.objects[id] = object
    return deliver(context, as, wrapped('Create', object), recipients(to, audienceOf(as, object)))
  },

  async vote(context, { as, question, choice }) {
    const asked = await lookUp(context, as, question)
    const owner = asked.attributionId.href
    const id = `${ORIGIN}/objects/${randomUUID()}`
    const object = { '@context': AS, id, type: 'Note', attributedTo: actorUri(as), name: choice, inReplyTo: asked.id.href, to: [owner], cc: [] }
    state.objects[id] = object
    return deliver(context, as, wrapped('Create', object), { actors: [owner] })
  },

  async update(context, { as, id, fields = {}, to }) {
    const object = Object.assign(published(id), fields, { updated: now() })
    return deliver(context, as, wrapped('Update', object), recipients(to, audienceOf(as, object)))
  },

  async delete(context, { as, id, to }) {
    const object = published(id)
    delete state.objects[id]
    const tombstone = { id, type: 'Tombstone', formerType: object.type }
    return deliver(context, as, { type: 'Delete', object: tombstone, to: object.to, cc: object.cc }, recipients(to, audienceOf(as, object)))
  },

  async like(context, { as, object, to }) {
    return react(context, as, { type: 'Like', object }, to)
  },

  async boost(context, { as, object, to }) {
    const fields = { type: 'Announce', object, to: [PUBLIC], cc: [`${actorUri(as)}/followers`] }
    return react(context, as, fields, to, { followers: true })
  },

  /** Takes back an activity that we sent, towards the same people. */
  async undo(context, { as, id, to }) {
    const sent = state.activities.find(({ json }) => json.id === id)
    if (!sent) throw new Error(`${id} is not ours`)
    const { '@context': jsonLdContext, ...bare } = sent.json
    return deliver(context, as, { '@context': jsonLdContext, type: 'Undo', object: bare, to: bare.to, cc: bare.cc }, recipients(to, { followers: true }))
  },

  /** Any activity at all. */
  async send(context, { as, activity, to }) {
    return deliver(context, as, activity, recipients(to, { followers: true }))
  },

  /** Answers a follower-to-be. */
  async accept(context, { as, follower, reject = false }) {
    const person = state.people[as]
    const object = person.pending[follower]
    if (!object) throw new Error(`${follower} did not ask to follow ${as}`)
    const actor = await lookUp(context, as, follower)
    delete person.pending[follower]
    if (!reject) person.followers[follower] = remember(actor)
    return deliver(context, as, { type: reject ? 'Reject' : 'Accept', object }, { actors: [actor] })
  },

  /** Answers a received activity (a Join, an Invite ...) with an Accept, Reject, TentativeAccept ... */
  async answer(context, { as, id, type = 'Accept', fields = {} }) {
    const received = state.received.findLast(({ json }) => json?.id === id)
    if (!received) throw new Error(`${id} was not received`)
    const { actor } = received.json
    return deliver(context, as, { type, object: received.json, ...fields }, { actors: [actor.id ?? actor] })
  },

  async alias(_context, { as, aliases }) {
    state.people[as].aliases = aliases
    return { as, aliases }
  },

  async move(context, { as, target, to }) {
    state.people[as].movedTo = target
    const me = actorUri(as)
    return deliver(context, as, { type: 'Move', object: me, target, to: [`${me}/followers`] }, recipients(to, { followers: true }))
  },

  /** Deletes an account. Its address answers 410 from then on, unless `gone` is false. */
  async deleteActor(context, { as, to, gone = true }) {
    const sent = await deliver(context, as, { type: 'Delete', object: actorUri(as), to: [PUBLIC] }, recipients(to, { followers: true }))
    if (gone) state.people[as].gone = now()
    return sent
  },

  /** New keys under the same ids, as after a restored backup or a changed secret; nobody is told. */
  async rotateKeys(_context, { as }) {
    forgetKeys(as)
    return { as, rebuild: true }
  },

  async config(_context, wish) {
    const unknown = Object.keys(wish).filter((key) => !(key in state.settings))
    if (unknown.length > 0) throw new Error(`no such setting: ${unknown}; there are ${Object.keys(state.settings)}`)
    Object.assign(state.settings, wish)
    return { rebuild: 'firstKnock' in wish || 'challenge' in wish || 'nonce' in wish, settings: state.settings }
  },

  /** Forgets all but the keys: people, posts, followers, settings, and what Fedify has cached. */
  async reset() {
    resetState()
    return { rebuild: true, settings: state.settings }
  },
}

/** An activity about someone's object: to its author, unless `to` says otherwise. */
async function react(context, as, fields, to, also = {}) {
  if (to !== undefined) return deliver(context, as, fields, recipients(to))
  const object = await lookUp(context, as, fields.object)
  const author = (object.attributionId ?? object.actorId ?? object.id).href
  return deliver(context, as, fields, { ...also, actors: [author] })
}
