// What the pages gain when scripts run. Every page works without this file: what only it can
// drive is `hidden` in the HTML and marked `data-js`, and shown here.
"use strict";

const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Tells screen readers; the pause makes a repeated sentence speak again. */
function say(text) {
  const live = document.getElementById("live");
  if (!live) return;
  live.textContent = "";
  setTimeout(() => { live.textContent = text; }, 60);
}

// --- copy: a button[data-copy] copies the [data-source] inside the same .copy ------------------

/** For plain HTTP, where navigator.clipboard does not exist. */
function copyBySelection(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { /* refused by the browser: try the older way */ }
  }
  return copyBySelection(text);
}

function selectText(element) {
  const details = element.closest("details");
  if (details) details.open = true;
  window.getSelection().selectAllChildren(element);
}

async function copy(button) {
  const source = button.closest(".copy").querySelector("[data-source]");
  const done = await copyText(source.textContent);
  button.focus();
  if (!done) selectText(source);
  say(done ? button.dataset.done : button.dataset.failed);
  const label = button.querySelector("[data-label]");
  if (!label.dataset.idle) label.dataset.idle = label.textContent;
  label.textContent = done ? button.dataset.done : button.dataset.failed;
  setTimeout(() => { label.textContent = label.dataset.idle; }, done ? 2000 : 8000);
}

// --- reveal: a button[data-reveal] shows and hides the password field beside it ---------------

function reveal(button) {
  const input = document.getElementById(button.dataset.reveal);
  const shown = input.type === "password";
  input.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
}

// --- dismiss: removes the message; focus goes where the reader was heading -------------------

function dismiss(button) {
  button.closest(".flash").remove();
  document.getElementById("main").focus();
}

// --- at: a finding's link puts the cursor at its line and column of the text that it is about -

function at(link, event) {
  const text = document.querySelector("textarea.code");
  if (!text) return;
  event.preventDefault();
  const [line, column] = link.dataset.at.split(":").map(Number);
  const before = text.value.split("\n").slice(0, line - 1);
  const start = before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
  text.focus();
  text.setSelectionRange(start, start + 1);
  text.scrollTop = (text.scrollHeight / text.value.split("\n").length) * Math.max(0, line - 4);
}

// --- code: line numbers beside textarea.code; Ctrl+M lets Tab indent, which else leaves it -----

function number(area) {
  const [frame, gutter] = ["numbered", "gutter"].map((name) => {
    const part = document.createElement("div");
    part.className = name;
    return part;
  });
  const follow = () => { gutter.scrollTop = area.scrollTop; };
  const count = () => {
    gutter.textContent = area.value.split("\n").map((_line, at) => at + 1).join("\n");
    follow();
  };
  gutter.setAttribute("aria-hidden", "true");
  area.replaceWith(frame);
  frame.append(gutter, area);
  area.addEventListener("input", count);
  area.addEventListener("scroll", follow);
  area.addEventListener("keydown", indent);
  count();
}

function indent(event) {
  const area = event.target;
  const hint = area.form?.querySelector("[data-tab-key]");
  if (hint && event.ctrlKey && event.key.toLowerCase() === "m") {
    area.dataset.indents = area.dataset.indents ? "" : "yes";
    hint.textContent = area.dataset.indents ? hint.dataset.on : hint.dataset.off;
    say(hint.textContent);
  } else if (event.key === "Tab" && !event.shiftKey && area.dataset.indents) {
    document.execCommand("insertText", false, "  "); // unlike setRangeText, it can be undone
  } else return;
  event.preventDefault();
}

// --- help: a[data-help] opens its page at the side; Escape or Close ends it ------------------

let helpOpener = null;

function closeHelp() {
  document.querySelector(".help")?.remove();
  helpOpener?.focus();
  helpOpener = null;
}

/** The page comes as a document that runs nothing (XMLHttpRequest, `responseType`). */
function help(link, event) {
  event.preventDefault();
  const asked = new XMLHttpRequest();
  asked.open("GET", link.href);
  asked.responseType = "document";
  asked.onerror = () => { window.location = link.href; };
  asked.onload = () => {
    const main = asked.response?.querySelector("main");
    if (asked.status !== 200 || !main) { window.location = link.href; return; }
    closeHelp();
    helpOpener = link;
    const aside = document.createElement("aside");
    aside.className = "help";
    aside.tabIndex = -1;
    const close = document.createElement("button");
    close.className = "btn btn-small";
    close.textContent = "×";
    close.setAttribute("aria-label", main.querySelector("[data-close]")?.dataset.close || "Close");
    close.addEventListener("click", closeHelp);
    const heading = main.querySelector("h1");
    if (heading) aside.setAttribute("aria-label", heading.textContent.trim());
    aside.append(close, ...main.childNodes);
    document.body.append(aside);
    aside.focus();
  };
  asked.send();
}

const clicks = { copy, reveal, dismiss, at, help, print: () => window.print() };

document.addEventListener("click", (event) => {
  for (const [name, act] of Object.entries(clicks)) {
    const button = event.target.closest(`[data-${name}]`);
    if (button) act(button, event);
  }
  closeMenus((menu) => !menu.contains(event.target));
});

// --- menus: details.menu closes on Escape, on a click outside and when focus leaves it --------

function closeMenus(which) {
  const closing = all("details.menu[open]").filter(which);
  closing.forEach((menu) => { menu.open = false; });
  return closing;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (document.querySelector(".help")) closeHelp();
  closeMenus(() => true).forEach((menu) => menu.querySelector("summary").focus());
});
document.addEventListener("focusin", (event) => closeMenus((menu) => !menu.contains(event.target)));

/** The side menu is open on wide screens, where its summary is not drawn, and closed on narrow. */
function fitSideMenu(narrow) {
  const side = document.getElementById("side-menu");
  if (side) side.open = !narrow.matches;
}

// --- tables: [data-all] in the head selects the rows of its table -----------------------------

function selectAll(box) {
  const rows = all("tbody input[type=checkbox]", box.closest("table"));
  const show = () => {
    const chosen = rows.filter((row) => row.checked).length;
    box.checked = chosen > 0 && chosen === rows.length;
    box.indeterminate = chosen > 0 && chosen < rows.length;
  };
  box.addEventListener("change", () => { rows.forEach((row) => { row.checked = box.checked; }); });
  rows.forEach((row) => row.addEventListener("change", show));
  show();
}

// --- forms: say that work is under way; ask before unsaved text is lost (data-guard) ----------

function markBusy(form) {
  all("button:not([type=button])", form).forEach((b) => b.setAttribute("aria-busy", "true"));
}

function guard(form) {
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

// --- password rules: ul[data-rules-for] marks each rule while the password is typed -----------

const count = (pattern) => (text) => (text.match(pattern) || []).length;
const measures = {
  length: (text) => [...text].length,
  upper: count(/[A-Z]/g),
  lower: count(/[a-z]/g),
  digit: count(/[0-9]/g),
  symbol: count(/[^A-Za-z0-9\s]/g),
};

function checkRules(list) {
  const input = document.getElementById(list.dataset.rulesFor);
  if (!input) return;
  const mark = () => all("[data-rule]", list).forEach((rule) => {
    const met = measures[rule.dataset.rule](input.value) >= Number(rule.dataset.least || 1);
    rule.dataset.met = met ? "yes" : "no";
    rule.querySelector("[data-state]").textContent = met ? list.dataset.met : list.dataset.open;
  });
  input.addEventListener("input", mark);
  if (input.value) mark();
}

// --- poll: [data-poll] asks its address every two seconds how far a job is, until it is over ---

async function poll(element) {
  const answer = await fetch(element.dataset.poll).catch(() => null);
  const state = answer?.ok && (await answer.json());
  if (state && !state.unfinished) return location.reload();
  if (state) showProgress(element, state);
  return setTimeout(poll, 2000, element);
}

/** Told aloud at each quarter; a bar without a value says that nobody knows. */
function showProgress(element, { percent, text }) {
  const bar = element.querySelector("progress");
  const quarter = Math.floor((percent ?? 0) / 25);
  if (quarter > Math.floor(bar.value / 25)) say(`${percent} %`);
  if (percent !== null) bar.value = percent;
  element.querySelector("[data-text]").textContent = `${percent === null ? "" : `${percent} % `}${text}`;
}

// --- session: a line five minutes before the end, which is never kept a secret ---------------

const SOON = 5 * 60 * 1000;

function clockOf(time) {
  const options = { hour: "2-digit", minute: "2-digit", timeZone: document.documentElement.dataset.zone, timeZoneName: "short" };
  return new Intl.DateTimeFormat([], options).format(time);
}

function watchSession(bar) {
  const limit = Date.parse(bar.dataset.ends);
  let idle = Date.now() + Number(bar.dataset.idle) * 1000;
  const [text, stay, again] = ["[data-text]", "[data-stay]", "[data-again]"].map((one) => bar.querySelector(one));
  const look = () => {
    const ends = Math.min(limit, idle);
    const soon = ends - Date.now() < SOON;
    if (soon && bar.hidden) text.textContent = text.dataset.text.replace("%s", clockOf(ends));
    bar.hidden = !soon;
    stay.hidden = idle >= limit;
    again.hidden = idle < limit;
  };
  stay.addEventListener("click", async () => {
    const answer = await fetch(bar.dataset.session);
    if (answer.status !== 204) { again.hidden = false; return; }
    idle = Date.now() + Number(bar.dataset.idle) * 1000;
    bar.hidden = true;
    look();
  });
  setInterval(look, 15000);
  look();
}

// --- time zones: ask once, offer the browser's, and tell every moment in it -------------------

const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

function askZone(form) {
  if (!browserZone || browserZone === "UTC") return;
  const text = form.querySelector("[data-text]");
  text.textContent = text.dataset.text.replace("%s", browserZone);
  form.querySelector("[data-browser-zone]").value = browserZone;
  form.hidden = false;
}

/** The title of a moment also tells it as the browser's clock has it, where that is another zone. */
function tellHere(time) {
  const here = new Intl.DateTimeFormat([], { dateStyle: "medium", timeStyle: "short" }).format(Date.parse(time.dateTime));
  time.title = `${time.title || time.textContent} – ${here} ${browserZone}`;
}

function fillZone(line) {
  line.querySelector("[data-zone-name]").textContent = `(${browserZone})`;
  line.querySelector("button").addEventListener("click", () => {
    document.getElementById(line.dataset.zoneFill).value = browserZone;
  });
}

// --- shortcuts: `/` to the search, and the others for who switched them on --------------------

const inBase = (path) => document.documentElement.dataset.base + path;
const GO = { d: "iam", g: "iam/groups", u: "iam/users", r: "iam/roles", p: "iam/policies", a: "activity", h: "home" };
const KEYS = {
  "?": () => inBase("help/shortcuts"),
  c: () => document.querySelector(".head .actions a.btn-primary")?.href,
  "[": () => document.querySelector("a[rel=prev]")?.href,
  "]": () => document.querySelector("a[rel=next]")?.href,
};
let going = 0;

function shortcut(event) {
  const which = document.documentElement.dataset.shortcuts;
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (!which || which === "none" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const field = document.getElementById("find");
  if (event.key === "/" && field) {
    event.preventDefault();
    field.focus();
    return;
  }
  if (which !== "all") return;
  const target = Date.now() - going < 1500 && GO[event.key] ? inBase(GO[event.key]) : KEYS[event.key]?.();
  going = event.key === "g" && !target ? Date.now() : 0;
  if (target) window.location = target;
}

// --- start ------------------------------------------------------------------------------------

const narrow = window.matchMedia("(max-width: 860px)");
fitSideMenu(narrow);
narrow.addEventListener("change", fitSideMenu);
all("[data-js]").forEach((element) => { element.hidden = false; });
all("textarea.code").forEach(number);
all("[data-all]").forEach(selectAll);
all("[data-rules-for]").forEach(checkRules);
all("form[data-guard]").forEach(guard);
all("[data-poll]").forEach((element) => setTimeout(poll, 2000, element));
all("[data-session]").forEach(watchSession);
all("[data-ask-zone]").forEach(askZone);
all("[data-zone-fill]").forEach(fillZone);
all("[data-own-zone]").forEach((link) => { link.href += encodeURIComponent(browserZone); });
if (browserZone && browserZone !== document.documentElement.dataset.zone) all("time[datetime]").forEach(tellHere);
document.addEventListener("keydown", shortcut);
document.addEventListener("submit", (event) => markBusy(event.target));
// A page that comes back from the browser's cache is not busy any more.
window.addEventListener("pageshow", () => all("[aria-busy]").forEach((b) => b.removeAttribute("aria-busy")));
document.querySelector("[data-errors]")?.focus();
