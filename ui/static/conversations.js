// Conversations kept in this browser: an index of names, and one entry a conversation.
//
// A conversation is {id, title, named, updated, turns}; a turn is {question, options, sides}; a side is
// {label, options, answer, state}, where `answer` is what the server gave (JSON, never HTML: what is
// shown is always made anew by the server, so nothing that was stored can run).

const INDEX = "conversations", PREFIX = "conversation:", OPEN = "open-conversation";
const MOST = 50;

function read(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function list() {
  const held = read(INDEX, []);
  return Array.isArray(held) ? held.filter((entry) => entry && typeof entry.id === "string") : [];
}

export function load(id) {
  const held = read(PREFIX + id, null);
  return held && Array.isArray(held.turns) ? held : null;
}

export function make() {
  return { id: crypto.getRandomValues(new Uint32Array(2)).join("-"), title: "", named: false, updated: 0, turns: [] };
}

// Saves, letting the oldest conversations go when the browser's room is used up; false if it still fails.
export function save(conversation) {
  conversation.updated = Date.now();
  const { id, title, updated } = conversation;
  let entries = [{ id, title, updated }, ...list().filter((entry) => entry.id !== id)];
  for (const gone of entries.slice(MOST)) localStorage.removeItem(PREFIX + gone.id);
  entries = entries.slice(0, MOST);
  for (;;) {
    try {
      localStorage.setItem(PREFIX + id, JSON.stringify(conversation));
      localStorage.setItem(INDEX, JSON.stringify(entries));
      return true;
    } catch {
      if (entries.length < 2) return false;
      localStorage.removeItem(PREFIX + entries.pop().id);
    }
  }
}

export function remove(id) {
  localStorage.removeItem(PREFIX + id);
  localStorage.setItem(INDEX, JSON.stringify(list().filter((entry) => entry.id !== id)));
}

// Which conversation this tab shows: two tabs may show two.
export const opened = () => sessionStorage.getItem(OPEN);
export const open = (id) => sessionStorage.setItem(OPEN, id);
