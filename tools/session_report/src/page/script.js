"use strict";
// Enlarges: single packets on three lanes, and the bytes of a message. All else is there without it.
const D = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
for (const it of document.querySelectorAll(".js")) it.hidden = false;
for (const it of document.querySelectorAll(".nojs")) it.hidden = true;

// ---- the bytes of a message
const acts = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const visible = (text) => text.replace(acts, (c) => "\\u{" + c.codePointAt(0).toString(16) + "}");
const at = (time, where) => (time === null ? [] : [(time / 1000).toFixed(3) + " s at the " + where]);
function openBytes(link) {
  const message = D.messages[link.dataset.m - 1];
  if (!message) return;
  const [toServer, atClient, atServer, text, hex] = message;
  const bytes = hex ? (hex.match(/[0-9a-f]{2}/gi) || []).map((it) => parseInt(it, 16)) : [...new TextEncoder().encode(text)];
  const times = [...at(atClient, "client"), ...at(atServer, "server")].join(", ");
  $("bytes-title").textContent = (toServer ? "client → server, " : "server → client, ") + times + ": " + bytes.length + " bytes";
  const lines = $("bytes-text");
  lines.textContent = "";
  for (const [, line, end] of text.matchAll(/([^\n]*?)(\r?\n|$)/g)) {
    lines.append(visible(line));
    if (!end) continue;
    const mark = document.createElement("span");
    mark.className = "eol";
    mark.textContent = end === "\n" ? "LF" : "CR LF";
    lines.append(mark, "\n");
  }
  let rows = "";
  for (let k = 0; k < bytes.length; k += 16) {
    const row = bytes.slice(k, k + 16);
    const signs = row.map((it) => (it > 31 && it < 127 ? String.fromCharCode(it) : "·")).join("");
    rows += k.toString(16).padStart(4, "0") + "  " + row.map((it) => it.toString(16).padStart(2, "0")).join(" ").padEnd(48) + signs + "\n";
  }
  $("bytes-hex").textContent = rows;
  $("bytes").onclose = () => link.focus();
  $("bytes").showModal();
}
$("bytes-close").onclick = () => $("bytes").close();
for (const link of document.querySelectorAll("a.msg")) {
  const open = (event) => { event.preventDefault(); openBytes(link); };
  link.addEventListener("click", open);
  link.addEventListener("keydown", (event) => { if (event.key === " ") open(event); });
}

// ---- single packets
const P = D.packets, N = P.count, END = D.end, L = D.left, W = D.right - D.left;
const raw = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const column = ([text, large]) => [new Uint16Array(raw(text).buffer), new Map(large)];
const [begins, came, shown, sizes] = [P.begin, P.came, P.shown, P.bytes].map(column), flags = raw(P.flags);
const value = ([numbers, large], i) => (numbers[i] === 65535 ? null : numbers[i] === 65534 ? large.get(i) : numbers[i]);
const start = new Float64Array(N), number = new Float64Array(N), frame = new Float64Array(N), odd = [];
const numbersAt = new Map(P.numbers), framesAt = new Map(P.frames), again = new Map(P.again);
for (let i = 0, t = 0, n = 0, f = 0; i < N; i++) {
  t += value(begins, i);
  start[i] = t / 10;
  number[i] = n = numbersAt.has(i) ? numbersAt.get(i) : n + 1;
  if (flags[i] & 128) f = framesAt.has(i) ? framesAt.get(i) : f + 1;
  frame[i] = f;
  if ((flags[i] & 3) || again.has(i) || (D.receiver && (flags[i] >> 4 & 7) !== 1)) odd.push(i);
}
const fateOf = (i) => flags[i] & 3, netOf = (i) => flags[i] >> 2 & 3, wordOf = (i) => P.words[flags[i] >> 4 & 7];
const arrival = (i) => { const after = value(came, i); return after === null ? null : start[i] + after / 10; };
const showing = (i) => { const after = value(shown, i); return after === null ? null : arrival(i) + after / 10; };
const slanted = D.sender && D.receiver && D.clock;
const low = (time) => { let l = 0, h = N; while (l < h) { const m = (l + h) >> 1; if (start[m] < time) l = m + 1; else h = m; } return l; };

const Y = { sent: D.sender ? 66 : null, came: D.receiver ? 168 : null, shown: D.receiver ? 250 : null }, TOP = 40, BOTTOM = 264, HEIGHT = 300;
const S = document.createElementNS("http://www.w3.org/2000/svg", "svg");
for (const [name, it] of Object.entries({ viewBox: `0 0 ${D.width} ${HEIGHT}`, tabindex: 0, role: "application", id: "single",
  "aria-label": "Single packets: arrow keys move, plus and minus zoom, 0 shows all, n and p go to the next and the last unusual one" })) S.setAttribute(name, it);
$("life").append(S);
let from = 0, to = END, chosen = -1, drag = null;
const x = (time) => L + (W * (time - from)) / (to - from);
const inside = (X) => X >= L - 1 && X <= L + W + 1;
const f1 = (v) => v.toFixed(1);
const word = (X, y, text, kind, anchor = "middle") => `<text x="${f1(X)}" y="${y}" class="${kind}" text-anchor="${anchor}">${text}</text>`;
const marks = { late: (X, y) => `<path class="gl late" d="M${f1(X)} ${y - 9}l9 17h-18z"/>`, dup: (X, y) => `<circle class="gl dup" cx="${f1(X)}" cy="${y}" r="9"/>`,
  lost: (X, y) => `<path class="gl lost" d="M${f1(X - 9)} ${y - 9}l18 18m0-18l-18 18"/>` };
function slope(t1, y1, t2, y2, kind) {
  let A = x(t1), B = x(t2), a = y1, b = y2;
  if (Math.max(A, B) < L || Math.min(A, B) > L + W) return "";
  if (A < L && B > A) { a = y1 + ((y2 - y1) * (L - A)) / (B - A); A = L; }
  if (B > L + W && B > A) { b = a + ((y2 - a) * (L + W - A)) / (B - A); B = L + W; }
  return `<path class="pl ${kind}" d="M${f1(A)} ${f1(a)}L${f1(B)} ${f1(b)}"/>`;
}
function look(middle, width) {
  width = Math.max(Math.min(150, END), Math.min(END, width));
  from = Math.max(0, Math.min(END - width, middle - width / 2));
  to = from + width;
  draw();
}
const steps = [10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 6e4, 3e5, 6e5, 1.8e6, 3.6e6];
const clock = (time, step) => END > 18e4
  ? Math.floor(time / 6e4 + 1e-9) + ":" + ((time / 1000) % 60).toFixed(step < 1000 ? 1 : 0).padStart(step < 1000 ? 4 : 2, "0")
  : (time / 1000).toFixed(step < 100 ? 2 : step < 1000 ? 1 : 0);
function axes() {
  const step = steps.find((it) => (to - from) / it <= 10) || 1.44e7;
  let out = "";
  for (let time = Math.ceil(from / step) * step; time <= to; time += step)
    out += `<path class="grid" d="M${f1(x(time))} ${TOP}V${BOTTOM}"/>` + word(x(time), BOTTOM + 26, clock(time, step), "ax");
  for (const [name, y] of [["sent", Y.sent], ["arrived", Y.came], ["shown", Y.shown]])
    if (y) out += `<path class="lane" d="M${L} ${y}H${L + W}"/>` + word(L - 12, y + 6, name, "lab", "end");
  return out + word(L + W + (END > 18e4 ? 36 : 24), BOTTOM + 26, END > 18e4 ? "min:s" : "s", "ax", "start");
}
function counts(i0, i1) {
  const columns = new Float64Array(W >> 2);
  for (let i = i0; i < i1; i++) { const k = (x(start[i]) - L) >> 2; if (k >= 0 && k < columns.length) columns[k]++; }
  const most = Math.max(1, ...columns), y = Y.came || Y.sent;
  let path = "";
  columns.forEach((it, k) => { if (it) path += `M${L + 4 * k + 2} ${y}v${f1((-60 * it) / most)}`; });
  return `<path class="tk ontime" style="stroke-width:3" d="${path}"/>` + word(L + W / 2, 220, (i1 - i0).toLocaleString("en") + " packets: zoom in to see each", "dim");
}
function onePacket(i, labels) {
  const arrived = arrival(i), seen = showing(i), fate = fateOf(i), sel = i === chosen ? " sel" : "", kind = ["", "late", "lost"][fate];
  const X = x(start[i]), lostAt = Y.came && Y.sent ? (Y.sent + Y.came) / 2 : Y.came || Y.sent;
  let out = "";
  if (fate === 2 || arrived === null) {
    if (!D.receiver && netOf(i) !== 1) out += `<path class="pl${sel}" d="M${f1(X)} ${Y.sent - 8}v16"/>`;
    else {
      const after = start[i] + (slanted ? 20 : 0);
      if (slanted) out += slope(start[i], Y.sent, after, lostAt, "lost" + sel);
      if (inside(x(after))) out += marks.lost(x(after), lostAt);
    }
  } else {
    const times = again.has(i) ? [arrived, arrived + again.get(i)] : [arrived];
    times.forEach((time, turn) => {
      const look = turn ? "dup" : kind;
      if (slanted) out += slope(start[i], Y.sent, time, Y.came, look + sel);
      else if (inside(x(time))) out += `<path class="pl ${look}${sel}" d="M${f1(x(time))} ${Y.came - 8}v16"/>`;
      if (look && inside(x(time))) out += marks[look](x(time), Y.came);
    });
    if (!slanted && Y.sent && inside(X)) out += `<path class="pl${sel}" d="M${f1(X)} ${Y.sent - 8}v16"/>`;
    if (seen !== null) out += slope(arrived, Y.came, seen, Y.shown, "show" + sel);
  }
  if (inside(X)) labels.push([X, number[i], kind || (again.has(i) ? "dup" : "")]);
  return out;
}
function draw() {
  const i0 = low(from - 1500), i1 = low(to), labels = [], placed = [];
  let out = axes();
  if (i1 - i0 > 500) out += counts(low(from), i1);
  else {
    for (let i = i0; i < i1; i++) out += onePacket(i, labels);
    if (Y.shown) for (const due of P.missing) { const X = x(due / 10); if (inside(X)) out += `<path class="gl lost" d="M${f1(X)} ${Y.shown - 9}v18"/>`; }
    out += word(L - 12, 22, "packet", "ax", "end");
    for (const [X, text, kind] of labels.sort((one, other) => (other[2] ? 1 : 0) - (one[2] ? 1 : 0)))
      if (placed.every((other) => Math.abs(other - X) > 50)) { placed.push(X); out += word(X, 22, text, "ax" + (kind ? " lab " + kind : "")); }
  }
  S.innerHTML = out;
  $("brush").innerHTML = `<rect class="brush" x="${f1(L + (W * from) / END)}" y="2" width="${f1(Math.max(4, (W * (to - from)) / END))}" height="166"/>`;
}
const done = ["", "lost on purpose", "doubled on purpose", "swapped on purpose"];
function tell(i) {
  chosen = i;
  const arrived = arrival(i), seen = showing(i), seconds = (time) => (time / 1000).toFixed(3) + " s", size = value(sizes, i);
  let text = `Packet ${number[i]}` + (frame[i] && frame[i] !== number[i] ? ` of frame ${frame[i]}` : "") + (size ? `, ${size.toLocaleString("en")} bytes of JPEG` : "") + ": ";
  if (D.sender) text += "sent at " + seconds(start[i]);
  if (arrived === null) {
    if (!D.sender) text += "missed at " + seconds(start[i]);
    if (D.receiver || netOf(i) === 1) text += netOf(i) === 1 ? ", lost on purpose" : ", it never came";
  } else {
    text += D.sender ? (slanted ? `, arrived ${f1(arrived - start[i])} ms later` : ", arrived") : "arrived at " + seconds(arrived);
    if (fateOf(i) === 1) text += ", after a later one: late, and not shown";
    if (again.has(i)) text += `, came once more ${f1(again.get(i))} ms after that`;
    if (netOf(i) > 1) text += ` (${done[netOf(i)]})`;
    if (seen !== null) text += `, its frame shown ${f1(seen - arrived)} ms after it arrived`;
    else if (wordOf(i)) text += ", its frame not shown: " + visible(wordOf(i));
  }
  $("say").textContent = text + ".";
  draw();
}
function key(name) {
  const width = to - from, middle = (from + to) / 2;
  if (name === "ArrowLeft") look(middle - width / 4, width);
  else if (name === "ArrowRight") look(middle + width / 4, width);
  else if (name === "+" || name === "=") look(middle, width / 1.6);
  else if (name === "-") look(middle, width * 1.6);
  else if (name === "0" || name === "Home") look(END / 2, END);
  else if ((name === "n" || name === "p") && odd.length) {
    const turn = name === "n" ? 1 : -1, known = odd.indexOf(chosen);
    let next = known + turn;
    if (known < 0) { next = odd.findIndex((i) => start[i] > middle); if (next < 0) next = 0; if (turn < 0) next--; }
    const i = odd[(next + odd.length) % odd.length];
    look(start[i] + 60, Math.min(width, 1500));
    tell(i);
  } else return name === "n" || name === "p";
  return true;
}
S.addEventListener("keydown", (event) => { if (!event.ctrlKey && !event.metaKey && !event.altKey && key(event.key)) event.preventDefault(); });
for (const button of document.querySelectorAll("#tools button")) button.addEventListener("click", () => key(button.dataset.k));
const timeAt = (event, figure, first, last) => { const box = figure.getBoundingClientRect(); return first + ((last - first) * (((event.clientX - box.left) / box.width) * D.width - L)) / W; };
S.addEventListener("pointerdown", (event) => { drag = [event.clientX, from, to]; S.setPointerCapture(event.pointerId); });
S.addEventListener("pointermove", (event) => {
  const box = S.getBoundingClientRect();
  if (drag) {
    const moved = (((event.clientX - drag[0]) / box.width) * D.width * (drag[2] - drag[1])) / W;
    look((drag[1] + drag[2]) / 2 - moved, drag[2] - drag[1]);
    return;
  }
  const time = timeAt(event, S, from, to), y = ((event.clientY - box.top) / box.height) * HEIGHT;
  let best = -1, nearest = (to - from) / 20;
  for (let i = low(from - 1500), last = Math.min(low(to), i + 2000); i < last; i++) {
    const when = y < 120 || arrival(i) === null ? start[i] : y < 210 ? arrival(i) : showing(i);
    if (when !== null && Math.abs(when - time) < nearest) { nearest = Math.abs(when - time); best = i; }
  }
  if (best >= 0 && best !== chosen) tell(best);
});
S.onpointerup = S.onpointercancel = () => { drag = null; };
S.addEventListener("wheel", (event) => {
  if (!event.ctrlKey && !event.shiftKey) return;
  event.preventDefault();
  const time = timeAt(event, S, from, to), width = to - from, next = Math.max(150, Math.min(END, width * (event.deltaY > 0 ? 1.25 : 0.8)));
  look(time + (((from + to) / 2 - time) * next) / width, next);
}, { passive: false });
const over = $("over");
let picked = null;
over.style.cursor = "crosshair";
over.addEventListener("pointerdown", (event) => { picked = timeAt(event, over, 0, END); over.setPointerCapture(event.pointerId); });
over.addEventListener("pointermove", (event) => { const time = timeAt(event, over, 0, END); if (picked !== null && Math.abs(time - picked) > END / 200) look((picked + time) / 2, Math.abs(time - picked)); });
over.addEventListener("pointerup", (event) => { const time = timeAt(event, over, 0, END); if (picked !== null && Math.abs(time - picked) <= END / 200) look(time, Math.min(to - from, 1500)); picked = null; });
const first = odd.find((i) => fateOf(i) === 1) ?? odd[0] ?? -1;
if (first >= 0) { look(start[first] + 20, 1400); tell(first); } else look(Math.min(END, 1400) / 2, 1400);
