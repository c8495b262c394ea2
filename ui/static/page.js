// What every page of ours has: the theme, and the language remembered in this browser.

const YEAR_SECONDS = 365 * 24 * 3600;

export function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
}

const root = document.documentElement;
const isGradio = Boolean(document.querySelector("gradio-app"));
const chosenTheme = /(?:^|; )theme=(dark|light)/.exec(document.cookie)?.[1];
if (isGradio && chosenTheme) root.dataset.theme = chosenTheme;
const dark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";

function nameTheme(button) {
  button.setAttribute("aria-label", isDark() ? button.dataset.toLight : button.dataset.toDark);
}

// Gradio has a class of its own, and sets it anew while it starts.
function tellGradio() {
  if (isGradio && document.body.classList.contains("dark") !== isDark()) document.body.classList.toggle("dark");
}

const theme = document.getElementById("theme");
nameTheme(theme);
tellGradio();
if (isGradio) new MutationObserver(tellGradio).observe(document.body, { attributeFilter: ["class"] });
theme.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  remember("theme", root.dataset.theme);
  nameTheme(theme);
  tellGradio();
});

// A page of Gradio's begins in its own language; there only the address tells the visitor's choice.
const language = isGradio ? new URLSearchParams(location.search).get("lang") : root.lang;
if (language === "vi" || language === "en") remember("lang", language);

// An open menu closes by Escape and by a click beside it, as menus do.
const openMenus = () => document.querySelectorAll("details.menu[open]");
document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

export async function copyText(text, button, copied) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without a secure origin there is no clipboard for scripts; a selection can still be copied.
    const field = document.createElement("textarea");
    field.value = text;
    button.after(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  const name = button.textContent;
  button.textContent = copied;
  setTimeout(() => (button.textContent = name), 1600);
}
