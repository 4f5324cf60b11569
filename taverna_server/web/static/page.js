// What every page gains where scripts run: times in the reader's zone, keys, drag and drop,
// and a word before something is done that cannot be undone. Nothing depends on it.
"use strict";

const exact = new Intl.DateTimeFormat(undefined, {
  year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit",
});
const near = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

function spoken(moment) {
  const seconds = (moment - Date.now()) / 1000;
  const [size, unit] = Math.abs(seconds) < 60 ? [1, "second"] : Math.abs(seconds) < 3600
    ? [60, "minute"] : [3600, "hour"];
  return Math.abs(seconds) < 12 * 3600 ? near.format(Math.round(seconds / size), unit) : exact.format(moment);
}

// Recent times are said as people say them; the exact one is a look away.
function tellTimes(root = document) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    time.textContent = spoken(moment);
    time.title = `${exact.format(moment)} (${time.dateTime.replace("T", " ").replace("Z", " UTC")})`;
  }
}

const base = document.querySelector(".brand").getAttribute("href").replace(/\/$/, "");
const places = { h: "/", w: "/workflows", r: "/runs", u: "/workflows/new" };
let goes = 0;

function onKey(event) {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (Date.now() - goes < 1500 && places[event.key]) {
    goes = 0;
    location.assign(base + places[event.key]);
  } else if (event.key === "g") {
    goes = Date.now();
  } else if (event.key === "?") {
    document.getElementById("keys").showModal();
  } else if (event.key === "/") {
    const search = document.querySelector("input[type=search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  }
}

// A file dropped on the frame around a file input is as if it were chosen there.
function takeDrops(frame) {
  const input = frame.querySelector("input[type=file]");
  const mark = (on) => (event) => { event.preventDefault(); frame.classList.toggle("over", on); };
  frame.addEventListener("dragover", mark(true));
  frame.addEventListener("dragleave", mark(false));
  frame.addEventListener("drop", (event) => {
    mark(false)(event);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// <form data-confirm="Delete this?"> asks first; <select data-submit> sends its form at once.
document.addEventListener("submit", (event) => {
  const words = event.target.dataset.confirm;
  if (words && !window.confirm(words)) event.preventDefault();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});
// Runs that ask something are told wherever their owner is: in the head of the page, in its
// title and, for those who permitted it, by the system.
const needsYou = document.getElementById("needs_you");
const plainTitle = document.title;
const told = new Set();

async function lookForQuestions() {
  if (document.hidden && window.Notification?.permission !== "granted") return;
  const answer = await fetch(needsYou.dataset.from, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return;
  const { waiting } = await answer.json();
  const words = `${waiting.length} ${waiting.length === 1 ? "run needs" : "runs need"} you`;
  needsYou.hidden = waiting.length === 0;
  if (needsYou.lastElementChild.textContent !== words) needsYou.lastElementChild.textContent = words;
  if (waiting.length) needsYou.href = waiting[0].address;
  document.title = waiting.length ? `(${waiting.length}) ${plainTitle}` : plainTitle;
  for (const run of waiting) tellOnce(run);
}

function tellOnce(run) {
  if (told.has(run.address) || !document.hidden || window.Notification?.permission !== "granted") return;
  told.add(run.address);
  const note = new Notification(`${run.name} needs you`, { body: "It waits for your answer.", tag: run.address });
  note.addEventListener("click", () => { window.focus(); location.assign(run.address); });
}

if (needsYou) {
  lookForQuestions();
  setInterval(lookForQuestions, 20000);
}

document.addEventListener("keydown", onKey);
document.querySelectorAll(".drop").forEach(takeDrops);
document.querySelectorAll(".keys-hint").forEach((hint) => { hint.hidden = false; });
document.querySelector(".flash[role=alert], [aria-invalid=true]")?.scrollIntoView({ block: "center" });
tellTimes();
setInterval(() => tellTimes(), 30000);
window.tellTimes = tellTimes;
