"use strict";
(() => {
  const root = document.documentElement, $ = (id) => document.getElementById(id);
  const show = (language) => {
    root.dataset.language = root.lang = language;
    document.querySelectorAll("[data-vi]").forEach((held) => {
      if (held.tagName === "INPUT") held.placeholder = held.dataset[language];
      else held.textContent = held.dataset[language];
    });
  };
  const asked = new URLSearchParams(location.search).get("lang");
  show(asked === "en" || asked === "vi" ? asked : (navigator.language || "vi").startsWith("vi") ? "vi" : "en");
  $("language").addEventListener("click", () => show(root.dataset.language === "vi" ? "en" : "vi"));

  document.querySelectorAll("input[name=metric]").forEach((radio) => radio.addEventListener("change", () => {
    document.querySelectorAll(".panel").forEach((panel) => { panel.hidden = panel.dataset.metric !== radio.value; });
  }));

  const list = $("list"), samples = [...list.children], count = $("count");
  const plain = (text) => text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/\p{M}/gu, "");
  const orders = {
    worst: (a, b) => a.dataset.worst - b.dataset.worst, order: (a, b) => a.dataset.order - b.dataset.order,
    slowest: (a, b) => b.dataset.seconds - a.dataset.seconds, score: (a, b) => b.dataset.score - a.dataset.score,
  };
  const fields = { status: $("by-status"), tag: $("by-tag"), lang: $("by-lang") };
  const filter = () => {
    const words = plain($("search").value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const sample of samples) {
      const held = sample.dataset;
      const fits = (!fields.status.value || held.status === fields.status.value)
        && (!fields.tag.value || held.tags.split("|").includes(fields.tag.value))
        && (!fields.lang.value || held.language === fields.lang.value)
        && words.every((word) => held.text.includes(word));
      sample.hidden = !fits;
      shown += fits;
    }
    count.textContent = shown;
  };
  $("search").addEventListener("input", filter);
  Object.values(fields).forEach((field) => field.addEventListener("change", filter));
  $("by-sort").addEventListener("change", (event) => {
    list.append(...samples.sort(orders[event.target.value]));
  });
  document.querySelectorAll(".filter").forEach((button) => button.addEventListener("click", () => {
    fields.status.value = button.dataset.status;
    filter();
    $("samples").scrollIntoView();
  }));
  const setOpen = (open) => samples.forEach((sample) => { if (!sample.hidden) sample.open = open; });
  $("open-all").addEventListener("click", () => setOpen(true));
  $("close-all").addEventListener("click", () => setOpen(false));
  const reveal = () => {
    const target = location.hash.startsWith("#s-") && document.querySelector(location.hash);
    if (target) { target.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", reveal);
  filter();
  reveal();
})();
