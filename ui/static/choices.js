// The day, the answer's language and the filters beside the question.

const find = (id) => document.getElementById(id);
const kinds = () => [...document.querySelectorAll('#filters input[name="kind"]')];

export function readChoices() {
  const day = find("as-of");
  return {
    // Today is no choice: an answer kept for tomorrow then speaks of tomorrow's law.
    as_of: day.value === day.dataset.today ? "" : day.value,
    answer_language: find("answer-language").value,
    kinds: kinds().filter((box) => box.checked).map((box) => box.value),
    text_language: find("text-language").value,
    document: find("document").value,
  };
}

function showState() {
  const { kinds: chosen, text_language: language, document: text } = readChoices();
  find("filters-on").hidden = !(chosen.length || language || text);
  find("as-of").classList.toggle("is-chosen", Boolean(readChoices().as_of));
}

export function wireChoices() {
  find("composer").addEventListener("change", showState);
  find("as-of").addEventListener("change", () => {
    if (!find("as-of").value) find("as-of").value = find("as-of").dataset.today;
  });
  find("reset-filters").addEventListener("click", () => {
    for (const box of kinds()) box.checked = false;
    find("text-language").value = "";
    find("document").value = "";
    showState();
  });
  showState();
}
