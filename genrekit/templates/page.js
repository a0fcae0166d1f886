"use strict";
// Only textContent is ever written from data, so names of clips and classes stay names.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const root = document.documentElement;

  // Theme: the system's, until the reader says otherwise.
  const system = matchMedia("(prefers-color-scheme: dark)");
  const button = document.getElementById("theme");
  const keep = (theme) => {
    try { theme ? localStorage.setItem("genrekit-theme", theme) : localStorage.removeItem("genrekit-theme"); } catch { /* a page opened from a file may have no storage */ }
  };
  const kept = () => { try { return localStorage.getItem("genrekit-theme"); } catch { return null; } };
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const show = () => {
    button.setAttribute("aria-pressed", dark());
    button.setAttribute("aria-label", "Dark theme");
    button.querySelector("span").textContent = dark() ? "Light" : "Dark";
  };
  if (["light", "dark"].includes(kept())) root.dataset.theme = kept();
  button.hidden = false;
  button.addEventListener("click", () => {
    const wanted = dark() ? "light" : "dark";
    if (wanted === (system.matches ? "dark" : "light")) delete root.dataset.theme;
    else root.dataset.theme = wanted;
    keep(root.dataset.theme);
    show();
  });
  system.addEventListener("change", show);
  show();

  // Charts: the values under the pointer, or under the arrow keys.
  for (const chart of all(".chart svg")) {
    const readings = JSON.parse(chart.dataset.readings);
    const cursor = chart.querySelector(".cursor"), output = chart.parentElement.querySelector(".reading");
    const quiet = output.textContent, name = chart.querySelector(".name").textContent;
    let at = -1;
    const read = (index) => {
      at = Math.max(0, Math.min(readings.length - 1, index));
      const { x, at: where, says } = readings[at];
      cursor.setAttribute("x1", x); cursor.setAttribute("x2", x); cursor.removeAttribute("hidden");
      output.textContent = `${name} ${where}: ${says}`;
    };
    const rest = () => { at = -1; cursor.setAttribute("hidden", ""); output.textContent = quiet; };
    chart.addEventListener("pointermove", (event) => {
      const box = chart.getBoundingClientRect(), x = (event.clientX - box.left) / box.width * 400;
      let nearest = 0;
      readings.forEach((reading, index) => { if (Math.abs(reading.x - x) < Math.abs(readings[nearest].x - x)) nearest = index; });
      read(nearest);
    });
    chart.addEventListener("pointerleave", rest);
    chart.addEventListener("blur", rest);
    chart.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1, Home: -1e9, End: 1e9 }[event.key];
      if (step) { event.preventDefault(); read(at < 0 && step === 1 ? 0 : at + step); }
    });
  }

  // Confusion matrices: one tab stop; arrows go to the next cell with clips; Enter lists them, Escape goes back.
  const heard = new Map(all(".mistake").map((card) => [`${card.parentElement.dataset.part} ${card.dataset.clip}`, card]));
  for (const one of all(".confusion")) {
    const lists = JSON.parse(one.querySelector(".lists").textContent);
    const panel = one.querySelector(".clips"), cells = all(".cell", one);
    const open = (from) => {
      const [true_, said] = from.dataset.cell.split("-").map((index) => lists.labels[index]);
      const clips = lists.cells[from.dataset.cell] || [], count = Number(from.dataset.count);
      all("[data-cell]", one).forEach((other) => other.setAttribute("aria-pressed", other === from));
      panel.querySelector("h3").textContent = true_ === said ? `${true_}, recognised` : `${true_}, taken for ${said}`;
      panel.querySelector("p").textContent = (lists.root ? `in ${lists.root} · ` : "") + (count > clips.length
        ? `${clips.length} of ${count.toLocaleString("en")} clips; the other ${(count - clips.length).toLocaleString("en")} are in predictions.csv`
        : `${count} clip${count === 1 ? "" : "s"}`);
      panel.querySelector("ol").replaceChildren(...clips.map(([name, guess, right]) => {
        const item = document.createElement("li"), odds = document.createElement("span");
        odds.className = "soft";
        odds.textContent = true_ === said ? ` ${guess.toFixed(3)}` : ` ${said} ${guess.toFixed(3)}, ${true_} ${right.toFixed(3)}`;
        const card = heard.get(`${one.dataset.part} ${name}`), link = document.createElement("a");
        if (card) { link.href = `#${card.id}`; link.textContent = name; }
        item.append(card ? link : name, odds);
        return item;
      }));
      panel.hidden = false;
      panel.origin = from;
      panel.focus({ preventScroll: true });
      panel.scrollIntoView({ block: "nearest" });
    };
    one.addEventListener("click", (event) => { const from = event.target.closest("[data-cell]"); if (from) open(from); });
    panel.addEventListener("keydown", (event) => { if (event.key === "Escape") panel.origin.focus(); });
    cells.forEach((cell, index) => { cell.tabIndex = index ? -1 : 0; });
    one.addEventListener("keydown", (event) => {
      const cell = event.target.closest(".cell"), way = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
      if (!cell || !way) return;
      event.preventDefault();
      const [row, column] = cell.dataset.cell.split("-").map(Number);
      const ahead = cells.map((other) => [other, ...other.dataset.cell.split("-").map(Number)])
        .map(([other, i, j]) => [other, (i - row) * way[0] + (j - column) * way[1], way[0] ? Math.abs(j - column) : Math.abs(i - row)])
        .filter(([, forward]) => forward > 0)
        .sort((a, b) => a[2] - b[2] || a[1] - b[1])[0];
      if (ahead) { cell.tabIndex = -1; ahead[0].tabIndex = 0; ahead[0].focus(); }
    });
  }

  // Tables sort by a click on a column's name.
  for (const table of all("table.sortable")) {
    all("thead th", table).forEach((head, column) => {
      const sort = document.createElement("button");
      sort.type = "button"; sort.className = "sort"; sort.textContent = head.textContent;
      head.replaceChildren(sort);
      sort.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") !== "descending" && !head.classList.contains("text") || head.getAttribute("aria-sort") === "ascending";
        all("thead th", table).forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const value = (row) => { const cell = row.cells[column], text = cell.dataset.value ?? cell.textContent.replace(/[, %]/g, ""); return text === "" || isNaN(text) ? cell.textContent : Number(text); };
        const order = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
        table.tBodies[0].append(...[...table.tBodies[0].rows].sort((a, b) => (down ? -1 : 1) * order(value(a), value(b))));
      });
    });
  }

  // Sounds: one at a time, with a line that runs over the spectrogram.
  const sounds = all(".mistake audio");
  for (const sound of sounds) {
    const picture = sound.parentElement.querySelector(".sound"), line = picture.querySelector("i");
    const draw = () => {
      line.style.left = `${100 * sound.currentTime / (sound.duration || 1)}%`;
      if (!sound.paused) requestAnimationFrame(draw);
    };
    sound.addEventListener("play", () => { sounds.forEach((other) => other !== sound && other.pause()); draw(); });
    sound.addEventListener("seeked", draw);
    picture.addEventListener("click", (event) => {
      const box = picture.getBoundingClientRect();
      sound.currentTime = (event.clientX - box.left) / box.width * (sound.duration || 0);
      sound.play();
    });
  }

  // Pictures: large on a click.
  const dialog = document.createElement("dialog"), large = document.createElement("img");
  dialog.append(large); document.body.append(dialog);
  dialog.addEventListener("click", () => dialog.close());
  for (const zoom of all(".zoom")) zoom.addEventListener("click", () => {
    const small = zoom.querySelector("img");
    large.src = small.src; large.alt = small.alt; dialog.showModal();
  });

  // Commands: copied on a click.
  for (const copy of all(".copy")) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      const text = copy.parentElement.querySelector("code").textContent;
      try { await navigator.clipboard.writeText(text); copy.textContent = "Copied"; }
      catch { const range = document.createRange(); range.selectNodeContents(copy.parentElement.querySelector("code")); getSelection().removeAllRanges(); getSelection().addRange(range); copy.textContent = "Selected"; }
      setTimeout(() => { copy.textContent = "Copy"; }, 1500);
    });
  }
})();
