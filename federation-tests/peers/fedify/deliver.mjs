// Sending: every activity of the peer goes out through `deliver`.
import { randomUUID } from 'node:crypto'
import * as V from '@fedify/vocab'
import { actorUri, AS, now, ORIGIN, state } from './state.mjs'

const DEFAULT_CONTEXT = [AS, 'https://w3id.org/security/v1']

/** Looks an actor or object up as `name`, signed. Throws if it cannot be had. */
export async function lookUp(context, name, target) {
  const documentLoader = await context.getDocumentLoader({ identifier: name })
  const found = await context.lookupObject(target, { documentLoader })
  if (!found?.id) throw new Error(`cannot look up ${target}`)
  return found
}

/**
 * Signs and queues an activity. `to` says for whom: `{followers: true, actors: [actor or its address]}`; who is both
 * gets it once. Fills in id, actor, published and @context where they are missing.
 */
export async function deliver(context, name, fields, { followers = false, actors = [] }) {
  const { '@context': jsonLdContext = DEFAULT_CONTEXT, ...rest } = fields
  const json = { '@context': jsonLdContext, id: `${ORIGIN}/activities/${randomUUID()}`, actor: actorUri(name), published: now(), ...rest }
  const activity = await V.Activity.fromJsonLd(json, { documentLoader: context.documentLoader, contextLoader: context.contextLoader })
  const found = await Promise.all(actors.map((actor) => (typeof actor === 'string' ? lookUp(context, name, actor) : actor)))
  const known = followers ? state.people[name].followers : {}
  const others = found.filter((actor) => actor.inboxId && !known[actor.id.href])

  state.activities.push({ by: name, json })
  if (followers) await context.sendActivity({ identifier: name }, 'followers', activity, { preferSharedInbox: true })
  if (others.length > 0) await context.sendActivity({ identifier: name }, others, activity)
  return { activity: json, recipients: [...Object.keys(known), ...others.map((actor) => actor.id.href)] }
}
