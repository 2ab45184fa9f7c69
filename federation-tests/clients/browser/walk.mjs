// One person's way through the pages, from signing up to logging out: node walk.mjs SETTINGS
//
// SETTINGS is JSON: {alpha, beta: bases of two servers; mail: folder with alpha's mails; bea: token of somebody at beta;
// eve: token of somebody at alpha who organises a group; program: Chromium; scripts: whether pages may run any;
// size: desktop or phone; colours: light or dark; pictures: folder to write what is seen into}.
// Ends with an error where a step cannot be done, and with a list of what is wrong with the pages.
import { Chromium, until } from './chromium.mjs'
import { Looker } from './checks.mjs'
import { Api, code, letter, png } from './others.mjs'

const settings = JSON.parse(process.argv[2])
const { alpha, beta } = settings
const NAME = 'walter'
const PASSWORD = 'a long walk in the park'
const host = (base) => new URL(base).host

const chromium = await Chromium.start(settings.program, host(alpha))
const tab = await chromium.open()
const eyes = new Looker(tab, settings.pictures)
const [eve, bea] = [new Api(alpha, settings.eve), new Api(beta, settings.bea)]
const look = (what) => eyes.look(what)

/** Reloads until the page says so. */
const awaits = (words) => until(`${words} on the page`, async () => {
  await tab.visit(await tab.address())
  return (await tab.text()).includes(words)
})

async function aStrangerLooksAround() {
  const picture = await eve.upload(png(), 'a red square')
  await eve.post('/api/v1/statuses', { status: 'A square, and **words** https://example.org/a/long/address/that/goes/on/and/on/without/any/place/to/break #squares', media_ids: [picture.id], spoiler_text: '' })
  await eve.post('/api/v1/events', { title: 'Tea in the park', start_time: new Date(Date.now() + 864e5).toISOString(), timezone: 'Europe/Berlin', description: 'Bring a *cup*.', group_id: settings.group, capacity: 5, place: { name: 'Park', city: 'Berlin', country: 'DE' } })
  await tab.visit(`${alpha}/`)
  await look('front page')
  await tab.goes(() => tab.press('a.event'))
  await look('event')
  await tab.visit(`${alpha}/about`)
  await look('about')
  await tab.visit(`${alpha}/@eve`)
  await look('profile for strangers')
  await tab.visit(`${alpha}/@walkers`)
  await look('group')
  tab.expect(404)
  await tab.visit(`${alpha}/nothing-here`)
  await look('not found')
}

async function signsUp() {
  await tab.visit(`${alpha}/sign-up`)
  await look('sign up')
  await tab.type('#handle', NAME)
  await tab.type('#email', 'walter@example.org')
  await tab.type('#password', PASSWORD)
  await tab.submit('Sign up')
  await look('look into your mails')
  const link = await until('a mail', () => letter(settings.mail, 'walter@example.org', `${alpha}/sign-up/confirm`))
  await tab.visit(link)
  await look('confirm')
  await tab.type('#password', PASSWORD)
  await tab.submit('Confirm')
  await look('confirmed')
}

async function logsIn(password) {
  await tab.visit(`${alpha}/log-in`)
  await tab.type('#name', NAME)
  await tab.type('#password', password)
  await tab.submit('Log in')
}

async function entersWithTheRightPassword() {
  if (await tab.has('form[action="/log-out"]')) await tab.submit('Log out')
  tab.expect(422)
  tab.expect(401)
  tab.expect(403)
  await logsIn('a wrong password')
  await look('wrong password')
  tab.expected.clear()
  await tab.visit(`${alpha}/password/reset`)
  await look('forgotten password')
  await logsIn(PASSWORD)
  await tab.visit(`${alpha}/home`)
  await look('home, empty')
}

async function postsAndIsAnswered() {
  await tab.type('#text', 'My **first** words #beginnings')
  await tab.type('#warning', 'small talk')
  await tab.submit('Post')
  await look('own post')
  const address = await tab.address()
  const there = await until('the post at beta', () => bea.find('statuses', address))
  await bea.post('/api/v1/statuses', { status: `@${NAME}@${host(alpha)} welcome! ${'a longer thought '.repeat(20)}`, in_reply_to_id: there.id })
  await awaits('welcome!')
  await look('thread')
  await tab.follow('Edit')
  await look('edit')
  await tab.type('#text', 'My very first words #beginnings')
  await tab.submit('Save')
  await look('edited')
  return address
}

async function answersAndFollows() {
  await tab.visit(`${alpha}/notifications`)
  await look('notifications')
  await tab.visit(`${alpha}/search`)
  await look('search')
  await tab.type('#q', `@bea@${host(beta)}`)
  await tab.submit('Search')
  await look('found')
  await tab.goes(() => tab.press('a.tile'))
  await look('somebody elsewhere')
  await tab.submit('Follow')
  await awaits('Unfollow')
  await look('followed')
  await bea.post('/api/v1/statuses', { status: 'news from beta' })
  await tab.visit(`${alpha}/home`)
  await awaits('news from beta')
  await look('home')
}

async function reacts(thread) {
  await tab.visit(thread)
  await tab.goes(() => tab.press('section.thread article footer a.u-url'))
  await look('answer from elsewhere')
  for (const [words, after] of [['Like', 'Unlike'], ['Boost', 'Take boost back'], ['Bookmark', 'Remove bookmark']]) {
    await tab.submit(words)
    if (!(await tab.text()).includes(after)) throw new Error(`${words} did not lead to ${after}`)
  }
  await tab.goes(() => tab.press('a.button', 'Answer'))
  await look('answering')
  await tab.type('#text', '@bea@beta.test thank you')
  await tab.choose('#audience', await tab.ask(() => document.querySelector('#audience').options[1].value))
  await tab.submit('Answer')
  await look('answered')
  await until('the answer at beta', async () => (await bea.get('/api/v1/notifications?types[]=mention')).length > 0)
}

async function votes() {
  const poll = await eve.post('/api/v1/statuses', { status: 'Tea or coffee?', poll: { options: ['Tea', 'Coffee'], expires_in: 3600 } })
  await tab.visit(`${alpha}/posts/${poll.id}`)
  await look('poll')
  await tab.press('form.poll label', 'Tea')
  await tab.submit('Vote')
  await look('voted')
  if (!(await tab.text()).includes('Your choice')) throw new Error('the vote does not show')
}

async function setsUpCodes() {
  for (const page of ['account', 'sessions', 'apps', 'delete', 'security']) {
    await tab.visit(`${alpha}/settings/${page}`)
    await look(`settings, ${page}`)
  }
  await tab.type('#begin-password', PASSWORD)
  await tab.submit('Set it up')
  await look('a code to read')
  const secret = await tab.ask(() => document.querySelector('code.copy').textContent)
  await tab.type('#code', code(secret))
  await tab.submit('Ask for codes')
  await look('recovery codes')
  return tab.ask(() => [...document.querySelectorAll('.codes code')].map((one) => one.textContent))
}

async function letsAnAppIn() {
  const back = `${beta}/about`
  const app = await eve.post('/api/v1/apps', { client_name: 'Pocket', redirect_uris: `urn:ietf:wg:oauth:2.0:oob\n${back}`, scopes: 'read write push', website: 'https://pocket.test' })
  const ask = (redirect) => `${alpha}/oauth/authorize?${new URLSearchParams({ response_type: 'code', client_id: app.client_id, scope: 'read write push', redirect_uri: redirect, state: 'a state' })}`
  await tab.visit(ask('urn:ietf:wg:oauth:2.0:oob'))
  await look('consent')
  await tab.submit('Let it in')
  await look('the code')
  // Where the app is a web page, the answer to the form leads there: the policy of the page has to allow it.
  await tab.visit(ask(back))
  await tab.submit('Let it in')
  const told = new URL(await tab.address())
  if (told.origin !== beta || !told.searchParams.get('code') || told.searchParams.get('state') !== 'a state') throw new Error(`sent to ${told}`)
  const token = await eve.post('/oauth/token', { grant_type: 'authorization_code', code: told.searchParams.get('code'), client_id: app.client_id, client_secret: app.client_secret, redirect_uri: back })
  const me = new Api(alpha, token.access_token)
  if ((await me.get('/api/v1/accounts/verify_credentials')).username !== NAME) throw new Error('the token is of somebody else')
  await tab.visit(`${alpha}/settings/apps`)
  await look('an app in the settings')
  await tab.submit('End it')
  await look('no app any more')
}

/** A device that keeps passkeys, as far as pages can tell. It waits for its owner's touch while `touched` is false. */
async function device() {
  await tab.send('WebAuthn.enable', { enableUI: false })
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true }
  const { authenticatorId } = await tab.send('WebAuthn.addVirtualAuthenticator', { options })
  const touched = (enabled) => tab.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled })
  const count = async () => (await tab.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length
  const lose = () => tab.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
  return { touched, count, lose }
}

async function usesAPasskey() {
  const { touched, count, lose } = await device()
  await tab.visit(`${alpha}/settings/security`)
  await tab.type('#passkey-password', PASSWORD)
  await tab.submit('Add a passkey')
  await look('a name for the passkey')
  await tab.type('#passkey-name', 'my phone')
  await tab.submit('Make the passkey')
  await look('a passkey')
  if ((await count()) !== 1 || !(await tab.text()).includes('my phone')) throw new Error('there is no passkey')
  await touched(false)
  await tab.submit('Log out')
  await tab.visit(`${alpha}/log-in`)
  await look('log in with a passkey')
  await tab.goes(async () => {
    await tab.press('form[data-passkey="log-in"] button')
    await touched(true)
  })
  if (!(await tab.has('form[action="/log-out"]'))) throw new Error('a passkey does not let in')
  await tab.visit(`${alpha}/settings/security`)
  await tab.press('summary', 'Remove')
  await tab.type('details[open] input[name="password"]', PASSWORD)
  await tab.submit('Remove this passkey')
  if ((await tab.text()).includes('my phone')) throw new Error('the passkey is still there')
  // It would go on offering itself.
  await lose()
}

async function leavesAndComesBack(recovery) {
  await tab.submit('Log out')
  await look('logged out')
  await tab.visit(`${alpha}/home`)
  await look('log in')
  await logsIn(PASSWORD)
  await look('one more step')
  await tab.type('#code', recovery[0])
  await tab.submit('Log in')
  if (!(await tab.has('form[action="/log-out"]'))) throw new Error('a recovery code does not let in')
  await tab.submit('Log out')
}

try {
  await tab.send('Emulation.setScriptExecutionDisabled', { value: !settings.scripts })
  await tab.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: settings.colours }] })
  await eyes.use(settings.size)
  await aStrangerLooksAround()
  await signsUp()
  await entersWithTheRightPassword()
  const thread = await postsAndIsAnswered()
  await answersAndFollows()
  await reacts(thread)
  await votes()
  const recovery = await setsUpCodes()
  await letsAnAppIn()
  if (settings.scripts) await usesAPasskey()
  await leavesAndComesBack(recovery)
} catch (error) {
  console.error(await tab.text().catch(() => ''))
  await tab.picture(`${settings.pictures}/failed.png`).catch(() => {})
  eyes.wrong.push(String(error.stack))
} finally {
  await chromium.close()
}
for (const text of eyes.wrong) console.error(text)
if (eyes.wrong.length === 0) console.log(`ok ${eyes.seen} pages`)
process.exit(eyes.wrong.length === 0 ? 0 : 1)
