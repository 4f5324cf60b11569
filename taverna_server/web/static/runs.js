// The pages about runs while something happens: events of one run, rows of the list, logs that
// grow. What a page shows is written by the server alone: regions marked data-live are fetched
// anew with the page and exchanged. Without this script the pages can be loaded again by hand.
"use strict";

const stepWords = { waiting: "Waiting", running: "Running", failed: "With errors", done: "Done" };

async function fetched(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(answer.statusText);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// The address of what is new after a place; it may have a key in it already.
function since(address, place) {
  const there = new URL(address, location.href);
  there.searchParams.set("after", place);
  return there;
}

// Not while somebody types in a region or has opened something in it; not a question that is
// being answered.
function isInUse(region, next) {
  if (region.dataset.key && region.dataset.key === next.dataset.key) return true;
  const focus = document.activeElement;
  return region.contains(focus) && focus.matches("input, textarea, select, iframe");
}

// Whoever goes through the page by keys stays where they are when a region is exchanged.
function reachable(region) {
  return [...region.querySelectorAll("a, button, summary, [tabindex]")];
}

function focusAgain(region, place, before) {
  const now = reachable(region)[place];
  const isTheSame = now?.tagName === before.tagName && now.getAttribute("href") === before.getAttribute("href");
  if (isTheSame) now.focus({ preventScroll: true });
}

function exchange(fresh) {
  for (const region of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(region.id);
    if (!next || region.innerHTML === next.innerHTML || isInUse(region, next)) continue;
    const open = [...region.querySelectorAll("details")].map((it) => it.open);
    const focused = document.activeElement;
    const place = reachable(region).indexOf(focused);
    const drawing = region.querySelector("div.diagram");
    const [left, top] = [drawing?.scrollLeft, drawing?.scrollTop];
    region.replaceChildren(...next.childNodes);
    region.querySelector("div.diagram")?.scrollTo(left ?? 0, top ?? 0);
    region.dataset.key = next.dataset.key ?? "";
    [...region.querySelectorAll("details")].forEach((it, number) => { it.open = open[number] ?? it.open; });
    if (place >= 0) focusAgain(region, place, focused);
    window.tellTimes?.(region);
  }
  if (fresh.title) document.title = fresh.title;
}

class RunPage {
  constructor(root) {
    this.root = root;
    this.title = document.title;
    this.waits = null;
    document.querySelectorAll("[data-log]").forEach((log) => this.prepare(log));
    if (root.dataset.over === "true") return;
    this.began = Date.now();
    setInterval(() => this.tick(), 1000);
    document.addEventListener("visibilitychange", () => this.listen());
    this.listen();
  }

  // Browsers have few connections for one server: a page that nobody looks at holds none, and
  // looks for itself now and then.
  listen() {
    this.events?.close();
    clearTimeout(this.later);
    this.heard = Date.now();
    if (this.root.dataset.over === "true") return;
    if (document.hidden) {
      this.later = setTimeout(() => this.refresh().then(() => this.listen()), 15000);
      return;
    }
    this.events = new EventSource(since(this.root.dataset.events, this.root.dataset.place));
    this.events.addEventListener("open", () => { this.heard = Date.now(); });
    this.on("progress", (told) => this.progress(told));
    this.on("change", (told) => this.change(told));
    this.on("over", () => { this.finish(); this.refresh(); });
    this.on("gone", () => location.reload());
  }

  on(kind, act) {
    this.events.addEventListener(kind, (event) => {
      this.root.dataset.place = event.lastEventId;
      act(JSON.parse(event.data));
    });
  }

  finish() {
    this.root.dataset.over = "true";
    this.events?.close();
    document.querySelectorAll("[data-log]").forEach((log) => { log.dataset.known = -1; this.read(log); });
  }

  progress(told) {
    for (const [path, step] of Object.entries(told.processors)) this.step(path, step);
    const bar = document.getElementById("run-bar");
    if (!bar || !told.total) return;
    bar.hidden = false;
    bar.querySelector("progress").max = told.total;
    bar.querySelector("progress").value = told.done;
    bar.querySelector("[data-far]").textContent = `${told.done} of ${told.total} jobs`;
  }

  step(path, step) {
    const name = CSS.escape(path);
    for (const box of document.querySelectorAll(`.diagram [data-processor="${name}"]`)) {
      box.dataset.state = step.state;
      const count = box.querySelector("text.count");
      if (count) count.textContent = step.words;
    }
    const row = document.querySelector(`tr[data-step="${name}"]`);
    if (!row) return;
    const badge = row.querySelector(".badge");
    badge.className = `badge step ${step.state}`;
    badge.textContent = stepWords[step.state];
    row.querySelectorAll("td.number").forEach((cell, place) => { cell.textContent = step.counts[place]; });
  }

  // State, outputs and questions come with the page; logs only say how long they are.
  change(told) {
    for (const [name, size] of Object.entries(told.logs)) {
      const log = document.querySelector(`[data-log="${CSS.escape(name)}"]`);
      if (log) this.grew(log, size);
    }
    const key = JSON.stringify([told.state, told.message, told.outputs, told.questions]);
    if (key === this.known) return;
    this.known = key;
    document.title = told.questions.length ? `(!) ${this.title}` : this.title;
    clearTimeout(this.waits);
    this.waits = setTimeout(() => this.refresh(), 150);
  }

  async refresh() {
    try {
      const fresh = await fetched(location.href);
      exchange(fresh);
      const isOver = fresh.getElementById("run")?.dataset.over === "true";
      if (isOver && this.root.dataset.over !== "true") this.finish();
    } catch {
      this.waits = setTimeout(() => this.refresh(), 3000);
    }
  }

  // Every few seconds a stream ends and the next one begins: longer silence is worth a word.
  tick() {
    const isFollowed = this.root.dataset.over !== "true" && !document.hidden;
    const silent = isFollowed && Date.now() - this.heard > 20000;
    document.getElementById("run-stale").hidden = !silent;
    const place = document.querySelector("[data-lasts]");
    if (!place || this.root.dataset.over === "true") return;
    if (this.place !== place) [this.place, this.began] = [place, Date.now()];
    const seconds = Number(place.dataset.lasts) + (Date.now() - this.began) / 1000;
    place.textContent = spokenDuration(seconds);
  }

  prepare(log) {
    const text = log.querySelector("pre");
    text.scrollTop = text.scrollHeight;
    const follow = log.querySelector("[data-follow]");
    if (this.root.dataset.over !== "true") follow.closest("label").hidden = false;
    log.addEventListener("toggle", () => { text.scrollTop = text.scrollHeight; this.read(log); });
  }

  grew(log, size) {
    log.dataset.known = size;
    const words = log.querySelector("[data-size]");
    if (words) words.textContent = spokenSize(size);
    this.read(log);
  }

  // Until there is nothing new; how long the log is may be told meanwhile.
  async read(log) {
    const text = log.querySelector("pre");
    const isBehind = () => Number(log.dataset.known ?? text.dataset.end) !== Number(text.dataset.end);
    if (!log.open || log.dataset.busy) return;
    log.dataset.busy = "1";
    try {
      while (isBehind()) {
        const before = text.dataset.end;
        const answer = await fetch(since(log.dataset.tail, before), { credentials: "same-origin" });
        if (!answer.ok) break;
        this.append(log, text, await answer.text(), answer.headers);
        if (text.dataset.end === before) log.dataset.known = before;
      }
    } finally {
      delete log.dataset.busy;
    }
  }

  append(log, text, more, headers) {
    const began = Number(headers.get("X-Log-Start"));
    if (began !== Number(text.dataset.end)) text.textContent = "";
    text.dataset.end = headers.get("X-Log-End");
    text.append(more);
    if (text.textContent.length > 400000) text.textContent = text.textContent.slice(-200000);
    if (log.querySelector("[data-follow]").checked) text.scrollTop = text.scrollHeight;
  }
}

function spokenDuration(seconds) {
  const whole = Math.round(seconds);
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

function spokenSize(bytes) {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  let place = 0;
  let amount = bytes;
  while (amount >= 1000 && place < units.length - 1) { amount /= 1000; place += 1; }
  return place ? `${amount.toFixed(1)} ${units[place]}` : `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
}

// Rows of the list that are at work are fetched again every few seconds, as long as the page
// is looked at; what is selected stays selected.
class RunList {
  constructor(table) {
    this.table = table;
    this.bulk = document.querySelector(".bulk");
    this.prepareBulk();
    table.addEventListener("change", () => this.count());
    this.again();
  }

  again() {
    const active = this.table.querySelector("[data-active]");
    setTimeout(() => this.look(), active ? 4000 : 20000);
  }

  async look() {
    try {
      if (!document.hidden) this.take(await fetched(location.href));
    } catch {
      // The server is away for a moment: the next look tells.
    }
    this.again();
  }

  take(fresh) {
    const next = fresh.querySelector("[data-live-rows] tbody");
    if (!next || this.table.contains(document.activeElement)) return;
    const chosen = new Set([...this.table.querySelectorAll("input:checked")].map((it) => it.value));
    next.querySelectorAll("input").forEach((it) => { it.checked = chosen.has(it.value); });
    this.table.querySelector("tbody").replaceWith(next);
    window.tellTimes?.(next);
    this.count();
  }

  prepareBulk() {
    const all = this.bulk.querySelector("[data-all]");
    all.closest("label").hidden = false;
    all.addEventListener("change", () => {
      this.boxes().forEach((box) => { box.checked = all.checked; });
      this.count();
    });
    document.querySelector("[data-bulk]").addEventListener("submit", (event) => {
      const chosen = this.boxes().filter((box) => box.checked).length;
      const act = event.submitter?.value;
      if (act === "delete" && !window.confirm(`Delete ${chosen} ${chosen === 1 ? "run" : "runs"} with all files?`)) {
        event.preventDefault();
      }
    });
    this.count();
  }

  boxes() {
    return [...this.table.querySelectorAll("input[name=run]")];
  }

  count() {
    const chosen = this.boxes().filter((box) => box.checked).length;
    this.bulk.querySelector("[data-selected]").textContent = chosen ? `${chosen} selected` : "None selected";
    this.bulk.querySelectorAll("button").forEach((button) => {
      button.disabled = !chosen || (button.value === "compare" && chosen !== 2);
    });
  }
}

const runRoot = document.getElementById("run");
if (runRoot) new RunPage(runRoot);
const runRows = document.querySelector("[data-live-rows]");
if (runRows) new RunList(runRows);
