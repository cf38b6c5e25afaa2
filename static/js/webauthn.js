"use strict";
// Passkeys and security keys: form[data-webauthn] asks the browser for one when it is sent, puts the
// answer into its field `credential` and goes on. Loaded on the pages that need it alone.

async function ask(form) {
  const options = JSON.parse(form.dataset.options);
  const create = form.dataset.webauthn === "create";
  const publicKey = create
    ? PublicKeyCredential.parseCreationOptionsFromJSON(options)
    : PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return create ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey });
}

/** A failure in words, and the form as it was before. */
function tell(form, why) {
  const place = form.querySelector("[data-failed]");
  place.textContent = place.dataset[why];
  place.className = "err-t";
  place.hidden = false;
  form.querySelectorAll("[aria-busy]").forEach((b) => b.removeAttribute("aria-busy"));
}

async function answer(form) {
  try {
    const key = await ask(form);
    form.elements.credential.value = JSON.stringify(key.toJSON());
    form.submit();
  } catch (problem) {
    tell(form, problem.name === "InvalidStateError" ? "known" : "failed");
  }
}

document.querySelectorAll("form[data-webauthn]").forEach((form) => {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (window.PublicKeyCredential?.parseCreationOptionsFromJSON) answer(form);
    else tell(form, "unable");
  });
});
