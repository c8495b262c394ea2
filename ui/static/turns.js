// Turns on the page: each side of a turn has parts, replaced only when they changed.

const turnTemplate = document.getElementById("turn-template");
const sideTemplate = document.getElementById("side-template");

export function makeTurn(turn) {
  const element = turnTemplate.content.firstElementChild.cloneNode(true);
  element.querySelector(".asked").textContent = turn.question;
  const sides = element.querySelector(".sides");
  sides.classList.toggle("two", turn.sides.length > 1);
  for (const side of turn.sides) {
    const made = sideTemplate.content.firstElementChild.cloneNode(true);
    const title = made.querySelector(".side-title");
    title.textContent = side.label ?? "";
    title.hidden = !side.label;
    sides.append(made);
  }
  return element;
}

// Shows a view (HTML made and escaped by the server) in a side of a turn.
export function showView(side, view) {
  for (const part of side.querySelectorAll("[data-part]")) {
    const html = view[part.dataset.part] ?? "";
    if (part.shown === html) continue;
    // An answer grows at its end: what a reader is in the middle of is not touched.
    if (part.shown && html.startsWith(part.shown)) part.insertAdjacentHTML("beforeend", html.slice(part.shown.length));
    else part.innerHTML = html;
    part.shown = html;
  }
  side.dataset.state = view.state;
  side.querySelector(".answer").lang = view.language;
  side.querySelector('[data-act="as-typed"]').hidden = !view.may_retype;
  side.setAttribute("aria-busy", String(view.state === "working"));
}

export function stateOf(element) {
  const states = [...element.querySelectorAll(".side")].map((side) => side.dataset.state);
  return states.includes("working") ? "working" : states.find((state) => state !== "answered") ?? "answered";
}

// The answer as plain text, for the clipboard: as it reads on the page.
export function plainText(element) {
  const pieces = [element.querySelector(".asked").innerText];
  for (const side of element.querySelectorAll(".side")) {
    pieces.push(side.querySelector(".answer").innerText.trim());
    for (const item of side.querySelectorAll(".source-list li")) {
      const link = item.querySelector(".source");
      pieces.push(`[${item.value}] ${link.querySelector(".label").innerText} (${item.querySelector(".badges").innerText.trim().replace(/\s*\n\s*/g, "; ")})`);
    }
  }
  return pieces.filter(Boolean).join("\n\n");
}
