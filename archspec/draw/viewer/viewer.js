"use strict";
/*
 * Shows a network that can be walked around in.
 *
 * The page holds lines of DOT, each with the parts it needs. Which blocks are open decides which
 * parts there are, these decide which lines, and Graphviz, compiled for the browser, lays them out.
 * Whatever comes from a spec is put into the page as text, never as markup.
 */
(async () => {
  const { title, facts, lines, parts, index } = JSON.parse(byId("data").textContent);
  const picture = byId("picture");
  const world = byId("world");
  const MOST = 7000; // what is laid out at once, as `load.py` has it
  const NEAR = 1.2; // pixels of a point at which a node that was searched for is shown
  const FAR = 0.75; // the least with which the page begins: text can still be read

  function byId(id) {
    return document.getElementById(id);
  }

  function element(name, text = "", more = {}) {
    const made = document.createElement(name);
    made.textContent = text;
    return Object.assign(made, more);
  }

  function drawn(name, looks) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(looks)) made.setAttribute(key, value);
    return made;
  }

  // ---- What is open, and so what is there

  const frames = Object.keys(parts).filter((name) => parts[name].folded);
  const deepest = Math.max(0, ...frames.map(level));
  let open = new Set(frames.filter((name) => parts[name].opened));

  /** How many frames that can be closed are around a part, itself counted if it is one. */
  function level(name) {
    return name ? level(parts[name].in) + (parts[name].folded ? 1 : 0) : 0;
  }

  function isShown(name) {
    const part = parts[name];
    if (part.in && !(open.has(part.in) && isShown(part.in))) return false;
    if (part.folded) return open.has(name);
    return !(part.folds && open.has(part.folds));
  }

  /** The frames around a part, the outermost first. */
  function around(name) {
    const frame = parts[name].in;
    return frame ? [...around(frame), frame] : [];
  }

  function dot() {
    const shown = new Set(Object.keys(parts).filter(isShown));
    const nodes = [...shown].filter((name) => name.startsWith("n"));
    const kept = lines.filter(([, needs]) => needs.every((name) => shown.has(name)));
    if (nodes.length + passed(nodes, kept) > MOST)
      throw new RangeError(`${nodes.length} nodes and the edges between them are too much to lay out at once`);
    return kept.map(([text]) => text).join("\n");
  }

  /** How many levels the edges in some lines pass: each costs Graphviz as much as a node. */
  function passed(nodes, kept) {
    const levels = new Map(nodes.map((name) => [name, 0]));
    const edges = kept.filter(([text, [tail]]) => text.startsWith(`${tail} -> `)).map(([, needs]) => needs);
    for (const [tail, head] of edges) levels.set(head, Math.max(levels.get(head), levels.get(tail) + 1));
    return edges.reduce((sum, [tail, head]) => sum + Math.max(0, levels.get(head) - levels.get(tail) - 1), 0);
  }

  // ---- Layout

  /** Graphviz, which the page holds compressed. The policy of the page knows its hash. */
  async function startEngine() {
    const packed = Uint8Array.from(atob(byId("engine").textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = element("script", await new Response(stream).text());
    document.head.append(script);
    return window.Viz.instance();
  }

  /** An engine that failed may have lost its memory. */
  async function startAnew() {
    engine = await window.Viz.instance();
  }

  const shapes = new Map(); // the drawn element of each part
  let size = { width: 0, height: 0 };

  function layOut() {
    const text = dot();
    let svg;
    try {
      svg = engine.renderSVGElement(text);
    } catch (error) {
      startAnew();
      throw new Error(`This browser cannot lay out the picture: ${error.message}`, { cause: error });
    }
    const graph = svg.querySelector("g.graph");
    size = { width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height };
    graph.querySelector(":scope > polygon")?.remove(); // the paper, which is all of the page
    shapes.clear();
    for (const group of graph.querySelectorAll("g.node, g.cluster, g.edge")) tidy(group);
    // A path of the network must not become a name in this document.
    for (const named of [graph, ...graph.querySelectorAll("[id]")]) named.removeAttribute("id");
    graph.querySelectorAll("title").forEach((words) => words.remove());
    world.replaceChildren(graph);
    for (const name of shapes.keys()) if (other(name)) addKnob(name);
  }

  /** Graphviz writes a tooltip as a link around the drawing and a name as a title. */
  function tidy(group) {
    const name = group.querySelector(":scope > title").textContent;
    let words = "";
    for (const link of group.querySelectorAll("a")) {
      words = link.getAttribute("xlink:title") ?? words;
      link.replaceWith(...link.childNodes);
    }
    if (group.classList.contains("edge")) group.dataset.words = words;
    else if (Object.hasOwn(parts, name)) {
      group.dataset.part = name;
      shapes.set(name, group);
    }
  }

  /** What takes the place of a part when it is opened or closed. */
  function other(name) {
    return parts[name].folded ?? parts[name].folds;
  }

  /** A small + or − on the corner of what can be opened or closed. */
  function addKnob(name) {
    const group = shapes.get(name);
    const opened = open.has(name);
    const { x, y, width } = group.getBBox();
    const knob = drawn("g", { class: "knob", transform: `translate(${x + width} ${y})` });
    const sign = opened ? "M-3 0H3" : "M-3 0H3M0 -3V3";
    knob.append(drawn("circle", { r: 6 }), drawn("path", { d: sign }));
    group.append(knob);
    const words = parts[name].ops.map(([path, label]) => `${label} ${path}`).join(", ");
    group.setAttribute("role", "button");
    group.setAttribute("tabindex", "0");
    group.setAttribute("aria-expanded", String(opened));
    group.setAttribute("aria-label", words);
  }

  /** Change what is open and lay out anew; what cannot be laid out stays as it was. */
  function change(wanted) {
    const before = open;
    open = wanted;
    hideCard();
    try {
      layOut();
    } catch (error) {
      open = before;
      say(error.message);
      return false;
    }
    const full = (depth) => frames.every((name) => level(name) > depth || open.has(name));
    byId("depth").value = [...Array(deepest + 1).keys()].filter(full).pop();
    say(`${[...shapes.keys()].filter((name) => name.startsWith("n") && parts[name].ops).length} nodes`);
    return true;
  }

  /** Open a block, or close it; it keeps its place on the screen. */
  function toggle(name) {
    const wanted = new Set(open);
    const frame = parts[name].folds ?? name;
    if (!wanted.delete(frame)) wanted.add(frame);
    const before = shapes.get(name).getBoundingClientRect();
    const focused = document.activeElement === shapes.get(name);
    if (!change(wanted)) return;
    const after = shapes.get(other(name)).getBoundingClientRect();
    move(before.x + before.width / 2 - after.x - after.width / 2, before.y - after.y);
    if (focused) shapes.get(other(name)).focus();
  }

  function openTo(depth) {
    if (change(new Set(frames.filter((name) => level(name) <= depth)))) begin();
  }

  // ---- Pan and zoom

  const view = { x: 0, y: 0, scale: 1 };

  function show() {
    world.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.scale})`);
  }

  function move(x, y) {
    view.x += x;
    view.y += y;
    show();
  }

  /** Zoom by a factor; the point of the picture at `x`, `y` stays there. */
  function zoom(factor, x = picture.clientWidth / 2, y = picture.clientHeight / 2) {
    const scale = Math.min(8, Math.max(0.05, view.scale * factor));
    view.x = x - ((x - view.x) * scale) / view.scale;
    view.y = y - ((y - view.y) * scale) / view.scale;
    view.scale = scale;
    show();
  }

  /** Show all of the picture, or its beginning with text that can be read. */
  function fit(least = 0) {
    const { clientWidth: width, clientHeight: height } = picture;
    const whole = Math.min(width / size.width, height / size.height, 1.5);
    view.scale = Math.max(whole, least);
    const beside = (width - size.width * view.scale) / 2;
    view.x = size.width > size.height ? Math.max(0, beside) : beside;
    view.y = Math.max(0, (height - size.height * view.scale) / 2);
    show();
  }

  function begin() {
    fit(FAR);
  }

  function center(name) {
    view.scale = Math.max(view.scale, NEAR);
    show();
    const box = shapes.get(name).getBoundingClientRect();
    const room = picture.getBoundingClientRect();
    const up = Math.max(0, box.height - room.height * 0.8) / 2; // of a tall frame, its top
    move(
      room.x + room.width / 2 - box.x - box.width / 2,
      room.y + room.height / 2 - box.y - box.height / 2 + up,
    );
  }

  const pointers = new Map();
  let pressed = null; // what a click would be on; null once the pointer has moved

  picture.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    byId("keys").hidden = true;
    pressed = pointers.size ? null : { target: event.target, x: event.clientX, y: event.clientY };
    pointers.set(event.pointerId, event);
    picture.setPointerCapture(event.pointerId);
    picture.classList.add("held");
  });

  picture.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return showCardAt(event);
    if (pressed && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < 5) return;
    pressed = null;
    hideCard();
    const fixed = [...pointers.values()].find((pointer) => pointer.pointerId !== event.pointerId);
    if (fixed) pinch(fixed, before, event);
    else move(event.clientX - before.clientX, event.clientY - before.clientY);
    pointers.set(event.pointerId, event);
  });

  function pinch(fixed, before, after) {
    const apart = (event) =>
      Math.hypot(event.clientX - fixed.clientX, event.clientY - fixed.clientY) || 1;
    const room = picture.getBoundingClientRect();
    zoom(apart(after) / apart(before), fixed.clientX - room.x, fixed.clientY - room.y);
  }

  function release(event) {
    const part = event.type === "pointerup" && pressed && partOf(pressed.target);
    pointers.delete(event.pointerId);
    picture.classList.toggle("held", pointers.size > 0);
    pressed = null;
    if (part && other(part)) toggle(part);
  }
  picture.addEventListener("pointerup", release);
  picture.addEventListener("pointercancel", release);

  picture.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const room = picture.getBoundingClientRect();
      const pixels = event.deltaY * (event.deltaMode ? 20 : 1);
      zoom(Math.exp(-pixels / 500), event.clientX - room.x, event.clientY - room.y);
    },
    { passive: false },
  );

  // ---- What there is to know of a part

  const card = byId("card");

  function partOf(target) {
    return target.closest("[data-part]")?.dataset.part;
  }

  function showCardAt(event) {
    const name = partOf(event.target);
    const edge = event.target.closest("[data-words]")?.dataset.words.trim();
    // A frame tells of itself at its label; elsewhere it would always be in the way.
    const silent = name && parts[name].folded && !event.target.closest("text, .knob");
    if (silent || !(edge || (name && tell(name)))) return hideCard();
    if (edge) card.replaceChildren(element("div", edge));
    card.hidden = false;
    place(event.clientX, event.clientY);
  }

  /** Fill the card; return whether there is anything to tell. */
  function tell(name) {
    const { words, ops = [], figures = [], turns } = parts[name];
    const made = (words ?? []).map((line) => element("div", line));
    for (const [path, call] of ops) {
      const op = element("div", "", { className: "op" });
      const head = element("b");
      head.append(element("code", path));
      op.append(head, element("code", call));
      made.push(op);
    }
    if (turns) made.push(element("div", `drawn once for ${turns} equal ones`, { className: "turns" }));
    if (figures.length) {
      const list = element("dl");
      for (const [key, value] of figures) list.append(element("dt", key), element("dd", value));
      made.push(list);
    }
    if (other(name)) {
      const hint = open.has(name) ? "click to close" : "click to open";
      made.push(element("div", hint, { className: "hint" }));
    }
    card.replaceChildren(...made);
    return made.length > 0;
  }

  function place(x, y) {
    const room = picture.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = card;
    const right = x - room.x + 16;
    const below = y - room.y + 16;
    const left = right + width > room.width ? Math.max(4, right - width - 32) : right;
    const top = below + height > room.height ? Math.max(4, below - height - 32) : below;
    card.style.left = `${left}px`;
    card.style.top = `${top}px`;
  }

  function hideCard() {
    card.hidden = true;
  }

  picture.addEventListener("pointerleave", hideCard);
  picture.addEventListener("focusin", (event) => {
    const name = partOf(event.target);
    if (!name || !event.target.matches(":focus-visible") || !tell(name)) return;
    const box = event.target.getBoundingClientRect();
    const room = picture.getBoundingClientRect();
    if (box.y < room.y || box.bottom > room.bottom) center(name);
    card.hidden = false;
    place(event.target.getBoundingClientRect().right, event.target.getBoundingClientRect().y);
  });

  // ---- Search

  const query = byId("query");
  const hits = byId("hits");
  const LISTED = 100;
  let found = [];
  let chosen = 0;

  /** Nodes whose path or type holds every word; those whose name begins with the first come first. */
  function search() {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const holds = ([path, op]) =>
      words.every((word) => path.toLowerCase().includes(word) || op.toLowerCase().includes(word));
    const rank = ([path, op]) =>
      path.toLowerCase() === words[0] ? 0 : [path, op].some((t) => t.toLowerCase().startsWith(words[0])) ? 1 : 2;
    found = words.length ? index.filter(holds).sort((a, b) => rank(a) - rank(b)) : [];
    chosen = 0;
    list(words.length > 0);
  }

  function list(asked) {
    const rows = found.slice(0, LISTED).map(([path, op], row) => {
      const item = element("li", "", { id: `hit${row}`, role: "option" });
      item.setAttribute("aria-selected", String(row === chosen));
      item.append(element("code", path), element("span", op));
      item.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        go(row);
      });
      return item;
    });
    const count = found.length ? `${found.length} of ${index.length}` : "nothing found";
    rows.push(element("li", count, { className: "count" }));
    hits.replaceChildren(...rows);
    hits.hidden = !asked;
    query.setAttribute("aria-expanded", String(asked));
    query.setAttribute("aria-activedescendant", found.length ? `hit${chosen}` : "");
    hits.children[chosen]?.scrollIntoView({ block: "nearest" });
  }

  /** Show a node that was found: open the blocks around it, move there, mark it. */
  function go(row) {
    const [path, , name] = found[row];
    const wanted = new Set([...open, ...around(name)]);
    if (wanted.size > open.size && !change(wanted)) return;
    const shown = isShown(name) ? name : other(name);
    if (!shapes.has(shown)) return; // nothing could be laid out, which the page says already
    center(shown);
    mark(shown);
    hits.hidden = true;
    query.setAttribute("aria-expanded", "false");
    say(path);
  }

  function mark(name) {
    unmark();
    const { x, y, width, height } = shapes.get(name).getBBox();
    const looks = { x: x - 4, y: y - 4, width: width + 8, height: height + 8, rx: 7 };
    shapes.get(name).append(drawn("rect", { class: "halo", ...looks }));
  }

  function unmark() {
    world.querySelector(".halo")?.remove();
  }

  query.addEventListener("input", search);
  query.addEventListener("focus", search);
  query.addEventListener("blur", () => (hits.hidden = true));
  query.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const listed = Math.min(found.length, LISTED);
    if (step && listed) {
      event.preventDefault();
      chosen = (chosen + step + listed) % listed;
      list(true);
    } else if (event.key === "Enter" && found.length) go(chosen);
    else if (event.key === "Escape") picture.focus();
  });

  // ---- Theme

  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;

  function setTheme(theme) {
    root.dataset.theme = theme;
    byId("theme").textContent = theme === "dark" ? "Light" : "Dark";
  }

  function switchTheme() {
    system.onchange = null; // who chose once does not want to be overruled
    setTheme(root.dataset.theme === "dark" ? "light" : "dark");
  }

  function startTheme() {
    if (root.dataset.theme !== "auto") return setTheme(root.dataset.theme);
    const follow = () => setTheme(system.matches ? "dark" : "light");
    system.onchange = follow;
    follow();
  }

  // ---- Bar and keys

  function say(words) {
    byId("status").textContent = words;
  }

  const keys = {
    f: () => fit(),
    0: () => fit(),
    o: () => openTo(deepest),
    c: () => openTo(0),
    t: switchTheme,
    "/": () => query.focus(),
    "+": () => zoom(1.25),
    "=": () => zoom(1.25),
    "-": () => zoom(0.8),
    ArrowLeft: () => move(60, 0),
    ArrowRight: () => move(-60, 0),
    ArrowUp: () => move(0, 60),
    ArrowDown: () => move(0, -60),
    Escape: () => (hideCard(), unmark()),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input")) return;
    const part = event.target.dataset.part;
    const press = part && [" ", "Enter"].includes(event.key) ? () => toggle(part) : keys[event.key];
    if (!press) return;
    event.preventDefault();
    press();
  });

  byId("fit").addEventListener("click", () => fit());
  byId("theme").addEventListener("click", switchTheme);
  byId("open-all").addEventListener("click", () => openTo(deepest));
  byId("close-all").addEventListener("click", () => openTo(0));
  byId("depth").addEventListener("input", () => openTo(Number(byId("depth").value)));

  // ---- Start

  startTheme();
  byId("title").textContent = title;
  byId("facts").textContent = facts.join("  ·  ");
  byId("depth").max = deepest;
  byId("levels").hidden = !deepest;
  let engine;
  try {
    engine = await startEngine();
  } catch (error) {
    say(`This browser cannot lay out the picture: ${error.message}`);
    throw error;
  }
  if (change(open) || change(new Set())) begin();
  document.body.dataset.ready = "";
})();
