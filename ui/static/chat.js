// The chat page: asking, the conversation shown, and what can be done with it.

import { copyText } from "/static/page.js";
import { ask, Busy, post } from "/static/asking.js";
import * as kept from "/static/conversations.js";
import { wirePanel } from "/static/panel.js";
import { makeTurn, plainText, showView, stateOf } from "/static/turns.js";
import { wireDialogs } from "/static/dialogs.js";
import { readChoices, wireChoices } from "/static/choices.js";

const strings = JSON.parse(document.getElementById("page-strings").textContent);
const language = document.documentElement.lang;
const find = (id) => document.getElementById(id);
const thread = find("thread"), scroller = find("scroller"), question = find("question");
const dialogs = wireDialogs();
const closePanel = wirePanel(strings);

let conversation = (kept.opened() && kept.load(kept.opened())) || kept.make();
let running = null; // {controller, element, turn} of the question being answered
let isEditing = false;

// On a touch screen focus would raise the keyboard over the answer.
const focusQuestion = () => matchMedia("(hover: hover)").matches && question.focus({ preventScroll: true });
const say = (text) => (find("status").textContent = text);

// ---- asking

async function askQuestion(text, { options = readChoices(), sides = null, replaces = null } = {}) {
  if (running) return;
  const turn = { question: text.trim(), sides: sides ?? [{ options }] };
  const at = replaces ?? conversation.turns.length;
  conversation.turns.length = at;
  while (thread.children.length > at) thread.lastElementChild.remove();
  const element = makeTurn(turn);
  thread.append(element);
  conversation.turns.push(turn);
  running = { controller: new AbortController(), element, turn };
  setEditing(false);
  showPage();
  element.scrollIntoView({ block: "start" });
  say(strings.working);
  const previous = previousQuery(at);
  await Promise.all(turn.sides.map((side, place) => askSide(turn, side, element.querySelectorAll(".side")[place], previous)));
  finish(turn, element);
}

async function askSide(turn, side, element, previous) {
  element.dataset.state = "working";
  let view = { state: "working", language };
  const show = (step) => {
    view = step.view;
    showView(element, view);
    say(view.status);
    if (step.answer) side.answer = step.answer;
  };
  const request = { ...side.options, question: turn.question, page_language: language };
  if (previous && !request.as_typed) request.previous = previous;
  try {
    await ask(request, show, running.controller.signal);
  } catch (error) {
    const isStopped = error.name === "AbortError";
    const words = isStopped ? strings.stopped : error instanceof Busy ? strings.busy : strings.offline;
    const kind = isStopped ? "quiet" : "problem";
    const note = document.createElement("p");
    note.className = kind;
    note.textContent = words;
    showView(element, { ...view, state: isStopped ? "stopped" : "failed", may_retype: false, after: note.outerHTML });
    say(words);
  }
  side.state = element.dataset.state;
}

function finish(turn, element) {
  running = null;
  const isFailed = turn.sides.every((side) => !side.answer);
  if (isFailed && stateOf(element) === "failed") {
    // Not kept: the question goes back where it can be mended.
    conversation.turns = conversation.turns.filter((held) => held !== turn);
    if (!question.value) question.value = turn.question;
    grow();
  } else {
    if (!conversation.title) conversation.title = turn.question.slice(0, 120);
    keep();
  }
  showPage();
  focusQuestion();
  if (turn.sides.length === 1 && turn.sides[0].answer) suggest(turn, element);
}

function previousQuery(before) {
  for (let place = before - 1; place >= 0; place -= 1) {
    const answer = conversation.turns[place].sides[0].answer;
    if (answer) return answer.query;
  }
  return null;
}

async function suggest(turn, element) {
  try {
    const response = await post("/chat/next", { answer: turn.sides[0].answer });
    turn.next = (await response.json()).questions;
    keep();
  } catch {
    return; // Suggestions are a courtesy: without them nothing is lost.
  }
  showNext(turn, element);
}

function showNext(turn, element) {
  const box = element.querySelector(".next-questions");
  box.hidden = !turn.next?.length;
  box.querySelector("ul").replaceChildren(...(turn.next ?? []).map((text) => {
    const item = document.createElement("li"), button = document.createElement("button");
    button.type = "button";
    button.className = "example";
    button.textContent = text;
    button.addEventListener("click", () => askQuestion(text));
    item.append(button);
    return item;
  }));
}

// ---- the conversation shown

function keep() {
  if (!kept.save(conversation)) say(strings.storage_full);
  kept.open(conversation.id);
  showList();
}

async function showConversation() {
  const shown = conversation;
  thread.replaceChildren();
  for (const turn of shown.turns) thread.append(makeTurn(turn));
  const sides = shown.turns.flatMap((turn, place) => turn.sides.map((side, n) => ({ side, place, n })));
  const answered = sides.filter(({ side }) => side.answer);
  showPage();
  if (!answered.length) return;
  let turns = [];
  try {
    const response = await post("/chat/render", { language, answers: answered.map(({ side }) => side.answer) });
    turns = (await response.json()).turns;
  } catch {
    say(strings.offline);
  }
  if (shown !== conversation) return;
  answered.forEach(({ place, n }, at) => {
    const element = thread.children[place];
    if (turns[at]) showView(element.querySelectorAll(".side")[n], turns[at]);
  });
  for (const { side, place, n } of sides) {
    const element = thread.children[place].querySelectorAll(".side")[n];
    if (!element.dataset.state) showView(element, { state: "stopped", language, after: "" });
  }
  shown.turns.forEach((turn, place) => {
    showNext(turn, thread.children[place]);
    showVote(turn, thread.children[place]);
  });
  showPage();
  thread.lastElementChild?.scrollIntoView({ block: "start" });
}

function showPage() {
  const isEmpty = !thread.children.length;
  find("welcome").hidden = !isEmpty;
  find("chat-tools").hidden = isEmpty || Boolean(running);
  find("ask").hidden = Boolean(running);
  find("stop").hidden = !running;
  find("conversation-title").textContent = conversation.title || document.title;
  find("conversation-title").classList.toggle("hidden-label", isEmpty);
  for (const element of thread.children) {
    element.querySelector(".actions").hidden = element === running?.element;
    element.classList.toggle("is-last", element === thread.lastElementChild);
  }
}

function showList() {
  find("conversation-list").replaceChildren(...kept.list().map((entry) => {
    const item = document.createElement("li");
    item.className = entry.id === conversation.id ? "is-current" : "";
    const button = (name, text, label) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = name;
      made.textContent = text;
      if (label) made.setAttribute("aria-label", label);
      item.append(made);
      return made;
    };
    const title = entry.title || strings.untitled;
    const opener = button("open", title);
    if (entry.id === conversation.id) opener.setAttribute("aria-current", "true");
    opener.addEventListener("click", () => openConversation(entry.id));
    button("quiet-button", "✎", `${strings.rename}: ${title}`).addEventListener("click", () => rename(entry.id));
    button("quiet-button", "✕", `${strings.delete}: ${title}`).addEventListener("click", () => remove(entry.id));
    return item;
  }));
  if (!kept.list().length) {
    const item = document.createElement("li");
    item.className = "quiet small";
    item.textContent = strings.no_conversations;
    find("conversation-list").append(item);
  }
}

function openConversation(id) {
  if (running) running.controller.abort();
  conversation = (id && kept.load(id)) || kept.make();
  kept.open(conversation.id);
  setEditing(false);
  closePanel();
  showDrawer(false);
  showList();
  showConversation();
  focusQuestion();
}

async function rename(id) {
  const held = id === conversation.id ? conversation : kept.load(id);
  const title = held && (await dialogs.askName(held.title));
  if (!title) return;
  held.title = title;
  kept.save(held);
  showList();
  showPage();
}

async function remove(id) {
  if (!(await dialogs.confirm(strings.delete_title))) return;
  kept.remove(id);
  if (id === conversation.id) openConversation(null);
  else showList();
}

function showDrawer(isShown) {
  find("columns").classList.toggle("drawer-open", isShown);
  find("show-conversations").setAttribute("aria-expanded", String(isShown));
}

// ---- what can be done with an answer

function setEditing(isOn) {
  isEditing = isOn;
  find("editing").hidden = !isOn;
}

async function vote(turn, element, isHelpful) {
  const told = isHelpful ? { reason: "", comment: "" } : await dialogs.askReason();
  if (!told) return;
  try {
    for (const side of turn.sides) {
      if (side.answer) await post("/feedback", { answer: side.answer, is_helpful: isHelpful, ...told });
    }
  } catch {
    say(strings.offline);
    return;
  }
  turn.vote = isHelpful ? "up" : "down";
  keep();
  showVote(turn, element);
  element.querySelector(".thanks").textContent = strings.thanks;
}

function showVote(turn, element) {
  for (const act of ["up", "down"]) {
    element.querySelector(`[data-act="${act}"]`).setAttribute("aria-pressed", String(turn.vote === act));
  }
}

thread.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  const element = button.closest(".turn"), place = [...thread.children].indexOf(element);
  const turn = conversation.turns[place];
  if (!turn) return;
  const act = button.dataset.act;
  if (act === "copy") copyText(plainText(element), button, strings.copied);
  if (act === "up" || act === "down") vote(turn, element, act === "up");
  if (act === "retry") askQuestion(turn.question, { sides: turn.sides.map(fresh), replaces: place });
  if (act === "as-typed") {
    const sides = turn.sides.map((side) => ({ ...fresh(side), options: { ...side.options, as_typed: true } }));
    askQuestion(turn.question, { sides, replaces: place });
  }
  if (act === "edit") {
    question.value = turn.question;
    setEditing(true);
    grow();
    question.focus();
  }
});

const fresh = (side) => ({ label: side.label, options: side.options });

async function exportAs(kind) {
  const answers = conversation.turns.flatMap((turn) => turn.sides.map((side) => side.answer)).filter(Boolean);
  const response = await post(`/chat/export/${kind}`, { title: conversation.title, language, answers });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = `${(conversation.title || strings.untitled).replace(/[\\/:*?"<>|]+/g, " ").slice(0, 60).trim()}.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// ---- wiring

function grow() {
  question.style.height = "auto";
  question.style.height = `${Math.min(question.scrollHeight, 180)}px`;
}

find("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = question.value;
  if (!text.trim() || running) {
    question.focus();
    return;
  }
  question.value = "";
  grow();
  askQuestion(text, { replaces: isEditing ? conversation.turns.length - 1 : null });
});
question.addEventListener("keydown", (event) => {
  // Not while an input method composes a letter: Enter then belongs to it.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    find("composer").requestSubmit();
  }
});
question.addEventListener("input", () => {
  grow();
  sessionStorage.setItem("draft", question.value);
});
find("stop").addEventListener("click", () => running?.controller.abort());
find("cancel-editing").addEventListener("click", () => {
  setEditing(false);
  question.value = "";
  grow();
  question.focus();
});
find("new-conversation").addEventListener("click", () => openConversation(null));
find("show-conversations").addEventListener("click", () => showDrawer(!find("columns").classList.contains("drawer-open")));
document.querySelector(".close-conversations").addEventListener("click", () => {
  showDrawer(false);
  find("show-conversations").focus();
});
find("clear").addEventListener("click", async () => {
  if (!(await dialogs.confirm(strings.clear_title))) return;
  conversation.turns = [];
  closePanel();
  keep();
  showConversation();
  focusQuestion();
});
for (const button of document.querySelectorAll("[data-export]")) {
  button.addEventListener("click", () => {
    find("export").open = false;
    exportAs(button.dataset.export).catch(() => say(strings.offline));
  });
}
for (const button of document.querySelectorAll("#welcome .example")) {
  button.addEventListener("click", () => askQuestion(button.textContent));
}
find("compare").addEventListener("click", async () => {
  const chosen = await dialogs.askComparison(question.value);
  if (!chosen) return;
  question.value = "";
  grow();
  const options = readChoices();
  askQuestion(chosen.question, { sides: chosen.sides.map((side) => ({ label: side.label, options: { ...options, ...side.options } })) });
});

wireChoices();
question.value = sessionStorage.getItem("draft") ?? "";
sessionStorage.removeItem("draft");
addEventListener("pagehide", () => question.value && sessionStorage.setItem("draft", question.value));
grow();
showList();
showConversation();
focusQuestion();
document.documentElement.dataset.ready = "true";
