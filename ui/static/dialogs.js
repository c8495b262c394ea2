// Dialogs as promises: what was entered, or null when the visitor thought better of it.

const find = (id) => document.getElementById(id);

function opened(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "ok"), { once: true });
  });
}

const dayShown = (day) => day.split("-").reverse().join("/");

export function wireDialogs() {
  // No submit buttons: Enter in a field presses the first of those, and must not mean "cancel".
  for (const button of document.querySelectorAll("dialog [value=cancel]")) {
    button.addEventListener("click", () => button.closest("dialog").close("cancel"));
  }
  const byTexts = () => document.querySelector('[name="compare-by"]:checked').value === "texts";
  for (const choice of document.querySelectorAll('[name="compare-by"]')) {
    choice.addEventListener("change", () => {
      find("compare-texts").hidden = !byTexts();
      find("compare-dates").hidden = byTexts();
    });
  }
  return {
    async confirm(title) {
      find("confirm-title").textContent = title;
      return opened(find("confirm-dialog"));
    },
    async askName(name) {
      find("name").value = name;
      return (await opened(find("name-dialog"))) ? find("name").value.trim() : null;
    },
    async askReason() {
      find("comment").value = "";
      if (!(await opened(find("reason-dialog")))) return null;
      return { reason: document.querySelector('[name="reason"]:checked').value, comment: find("comment").value.trim() };
    },
    async askComparison(question) {
      find("compare-question").value = question;
      if (!(await opened(find("compare-dialog"))) || !find("compare-question").value.trim()) return null;
      const sides = ["first", "second"].map((side) => {
        if (!byTexts()) {
          const day = find(`${side}-date`).value;
          return { label: dayShown(day), options: { as_of: day } };
        }
        const text = find(`${side}-text`);
        return { label: text.selectedOptions[0]?.textContent ?? "", options: { document: text.value } };
      });
      return { question: find("compare-question").value, sides };
    },
  };
}
