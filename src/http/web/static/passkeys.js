// Carries questions and answers between this server and the device that keeps somebody's passkeys. Everything else on
// the page works without it.
"use strict";

(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;

  // A little before the server forgets its question (five minutes).
  const RENEW = 4 * 60 * 1000;

  const part = (name) => document.querySelector(`[data-passkey="${name}"]`);

  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

  const text = (buffer) => {
    let all = "";
    for (const byte of new Uint8Array(buffer)) all += String.fromCharCode(byte);
    return btoa(all).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  };

  const options = (json) => {
    const read = JSON.parse(json);
    read.challenge = bytes(read.challenge);
    if (read.user) read.user.id = bytes(read.user.id);
    for (const list of [read.excludeCredentials, read.allowCredentials])
      for (const one of list || []) one.id = bytes(one.id);
    return read;
  };

  const answer = (credential) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
      if (credential.response[name]) response[name] = text(credential.response[name]);
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      extensions: {},
      response,
    });
  };

  const say = (form, words) => {
    form.querySelector("[role=status]").textContent = words;
  };

  const explain = (error) => {
    switch (error.name) {
      case "AbortError":
        return "";
      case "NotAllowedError":
        return "No passkey was chosen.";
      case "InvalidStateError":
        return "This device keeps a passkey of your account already.";
      case "Throttled":
        return "That were many attempts. Please wait ten minutes.";
      default:
        return "That did not work. Please try once more.";
    }
  };

  const send = (form, credential, ceremony) => {
    form.elements.answer.value = answer(credential);
    if (ceremony) form.elements.ceremony.value = ceremony;
    form.submit();
  };

  const onSubmit = (form, work) => {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      say(form, "");
      try {
        await work();
      } catch (error) {
        say(form, explain(error));
      }
    });
  };

  const add = (form) =>
    onSubmit(form, async () => {
      const publicKey = options(form.dataset.options);
      send(form, await navigator.credentials.create({ publicKey }));
    });

  const ask = async (form) => {
    const body = new URLSearchParams({ form_token: form.elements.form_token.value });
    const reply = await fetch("/log-in/passkey/begin", { method: "POST", body });
    if (!reply.ok) {
      const error = new Error("the question was not given");
      error.name = reply.status === 429 ? "Throttled" : "Error";
      throw error;
    }
    const asked = await reply.json();
    return { ceremony: asked.ceremony, publicKey: options(asked.options) };
  };

  const logIn = (form) => {
    // Only one request to the device may be open: the one behind the field for the name, or the button's.
    let open = new AbortController();
    let offers = false;

    const offer = async () => {
      open.abort();
      open = new AbortController();
      const { signal } = open;
      const renew = setTimeout(() => {
        if (document.hidden) document.addEventListener("visibilitychange", offer, { once: true });
        else offer();
      }, RENEW);
      signal.addEventListener("abort", () => clearTimeout(renew));
      try {
        const { ceremony, publicKey } = await ask(form);
        if (signal.aborted) return;
        const credential = await navigator.credentials.get({ mediation: "conditional", publicKey, signal });
        if (!signal.aborted) send(form, credential, ceremony);
      } catch {
        // Nobody asked for anything yet; the button is there.
      }
    };

    onSubmit(form, async () => {
      open.abort();
      document.removeEventListener("visibilitychange", offer);
      try {
        const { ceremony, publicKey } = await ask(form);
        send(form, await navigator.credentials.get({ publicKey }), ceremony);
      } catch (error) {
        if (offers) offer();
        throw error;
      }
    });

    const start = (can) => {
      offers = can;
      if (can) offer();
    };
    if (PublicKeyCredential.isConditionalMediationAvailable)
      PublicKeyCredential.isConditionalMediationAvailable().then(start, () => {});
  };

  const without = part("without");
  if (without) without.hidden = true;
  const begin = part("begin");
  if (begin) begin.hidden = false;
  const adding = part("add");
  if (adding) add(adding);
  const entering = part("log-in");
  if (entering) logIn(entering);
})();
