// The panel beside the answer: a passage within its article. On a narrow screen it covers the page.

import { copyText } from "/static/page.js";

const panel = document.getElementById("panel");
const body = document.getElementById("panel-body");
const tools = document.getElementById("panel-tools");
const narrow = matchMedia("(max-width: 1020px)");
const columns = document.getElementById("columns");
let opener = null;
let siblings = [];
let latest = 0;

export function wirePanel(strings) {
  const empty = body.innerHTML;
  const close = () => {
    if (!columns.classList.contains("source-open")) return;
    columns.classList.remove("source-open");
    tools.hidden = true;
    body.innerHTML = empty;
    panel.removeAttribute("role");
    panel.removeAttribute("aria-modal");
    markOpened(null);
    opener?.isConnected && opener.focus();
    opener = null;
  };
  document.getElementById("close-panel").addEventListener("click", close);
  document.getElementById("previous-source").addEventListener("click", () => step(-1));
  document.getElementById("next-source").addEventListener("click", () => step(1));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) close();
    if (event.key === "Tab" && narrow.matches && columns.classList.contains("source-open")) keepFocus(event);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="/document/"]');
    // A click that asks for a new tab gets one: the address is a page of its own.
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    if (!link.matches(".mark, .source, .relatives a, .successors a") || link.closest(".reading")) return;
    event.preventDefault();
    openPassage(link);
  });
  body.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copyText(button.dataset.copy, button, strings.copied);
  });
  return close;
}

// Opens what a link points to; the sources of the same answer can then be gone through.
async function openPassage(link) {
  if (!panel.contains(link)) {
    opener = link;
    siblings = [...(link.closest(".side")?.querySelectorAll(".source") ?? [])];
  }
  const number = ++latest;
  const address = link.getAttribute("href").replace(/^\/document\//, "/passage/").replace(/#.*$/, "");
  let html;
  try {
    const response = await fetch(address);
    html = await response.text();
  } catch {
    location.href = link.href;
    return;
  }
  if (number !== latest) return;
  body.innerHTML = html;
  columns.classList.add("source-open");
  tools.hidden = false;
  if (narrow.matches) {
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-modal", "true");
  }
  markOpened(link);
  const text = body.querySelector(".law-text"), words = body.querySelector("mark");
  if (text && words) text.scrollTop = words.offsetTop - text.offsetTop - 40;
  panel.scrollTop = 0;
  (body.querySelector(".passage-title") ?? panel).focus({ preventScroll: true });
}

function samePlace(one, other) {
  return one.getAttribute("href") === other.getAttribute("href");
}

function markOpened(link) {
  for (const held of document.querySelectorAll(".is-open")) held.classList.remove("is-open");
  const side = opener?.closest(".side");
  if (!link || !side) return;
  for (const held of side.querySelectorAll(".mark, .source")) {
    if (samePlace(held, link)) held.classList.add("is-open");
  }
}

function step(by) {
  if (!siblings.length) return;
  const now = siblings.findIndex((held) => held.classList.contains("is-open"));
  const next = siblings[(now + by + siblings.length) % siblings.length];
  const kept = opener;
  openPassage(next).then(() => (opener = kept));
}

// On a phone the panel is a dialog: Tab goes round within it.
function keepFocus(event) {
  const held = [...panel.querySelectorAll("a[href], button, [tabindex='0'], summary")].filter((e) => e.offsetParent);
  const first = held[0], last = held[held.length - 1];
  const leaving = event.shiftKey ? first : last;
  if (document.activeElement === leaving || !panel.contains(document.activeElement)) {
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }
}
