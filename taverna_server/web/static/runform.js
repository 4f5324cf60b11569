// The form for a new run: examples brought back, sizes of chosen files, and rows for the
// items of a list. What is sent are the plain fields of the form, rows or not.
"use strict";

function spoken(bytes) {
  return bytes < 1000 ? `${bytes} bytes` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

class ListRows {
  constructor(port, text, format) {
    Object.assign(this, { port, text, format });
    this.rows = document.createElement("ol");
    this.rows.className = "items rows";
    this.add = this.button("Add an item", () => this.append("").focus());
    this.toggle = this.button("Edit item by item", () => this.show(this.rows.hidden));
    this.rows.hidden = this.add.hidden = true;
    text.closest(".field").after(this.rows, this.add, this.toggle);
  }

  button(words, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button tight";
    made.textContent = words;
    made.addEventListener("click", act);
    return made;
  }

  items() {
    if (this.format.value !== "json") return this.text.value.split("\n").filter((line) => line.trim());
    try {
      const found = JSON.parse(this.text.value || "[]");
      return Array.isArray(found) && found.every((it) => typeof it !== "object") ? found.map(String) : null;
    } catch {
      return null;
    }
  }

  show(on) {
    const items = this.items();
    if (on && !items) return;
    if (on) {
      this.rows.replaceChildren();
      (items.length ? items : [""]).forEach((item) => this.append(item));
    }
    this.rows.hidden = this.add.hidden = !on;
    this.text.closest(".field").hidden = this.format.closest(".field").hidden = on;
    this.toggle.textContent = on ? "Edit as text" : "Edit item by item";
  }

  append(item) {
    const line = document.createElement("li");
    const area = document.createElement("textarea");
    area.rows = Math.min(item.split("\n").length, 8);
    area.className = "short";
    area.value = item;
    area.setAttribute("aria-label", `Item ${this.rows.children.length + 1} of ${this.port}`);
    area.addEventListener("input", () => this.write());
    const remove = this.button("Remove", () => { line.remove(); this.write(); this.add.focus(); });
    line.append(area, remove);
    this.rows.append(line);
    this.write();
    return area;
  }

  write() {
    const items = [...this.rows.querySelectorAll("textarea")].map((area) => area.value);
    const plain = items.every((item) => item && item === item.trim() && !item.includes("\n"));
    this.format.value = plain ? "lines" : "json";
    this.text.value = plain ? items.join("\n") : JSON.stringify(items, null, 1);
  }
}

for (const port of document.querySelectorAll("[data-input-name]")) {
  const text = port.querySelector("textarea");
  const reset = port.querySelector("[data-reset]");
  const keep = port.querySelector("input[type=checkbox]");
  const file = port.querySelector("input[type=file]");
  if (port.dataset.depth === "1") new ListRows(port.dataset.inputName, text, port.querySelector("select"));
  if (reset) {
    reset.hidden = false;
    reset.addEventListener("click", () => { text.value = text.dataset.example; text.focus(); });
  }
  if (keep) text.addEventListener("input", () => { keep.checked = false; });
  const told = document.createElement("p");
  told.className = "small soft";
  told.setAttribute("role", "status");
  file.after(told);
  file.addEventListener("change", () => {
    told.textContent = [...file.files].map((it) => `${it.name} (${spoken(it.size)})`).join(", ");
  });
}
document.querySelector(".run-form").addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.dataset.busy) return;
  setTimeout(() => { button.disabled = true; button.textContent = button.dataset.busy; });
  window.addEventListener("pageshow", () => { button.disabled = false; });
});
