// Makes quicker what works without it: search as you type, a cell's story without a new page, charts as PNG.
"use strict";
(() => {
  const results = document.getElementById("results"), form = document.getElementById("searchform");
  if (results && form) {
    const narrow = matchMedia("(max-width:46rem)");
    const fold = () => { const d = results.querySelector(".facets"); if (d && narrow.matches) d.open = false; };
    fold();
    let timer, asked = 0;
    const input = form.querySelector("input[type=search]");
    input.addEventListener("input", (event) => {
      clearTimeout(timer);
      if (event.isComposing) return;
      timer = setTimeout(look, 220);
    });
    input.addEventListener("compositionend", () => { clearTimeout(timer); timer = setTimeout(look, 120); });
    const look = async () => {
      const mine = ++asked, query = new URLSearchParams(new FormData(form));
      const page = "/search?" + query;
      query.set("part", "true");
      let answer;
      try { answer = await fetch("/search?" + query); } catch { return; }
      if (!answer.ok || mine !== asked) return;
      results.innerHTML = await answer.text();
      history.replaceState(null, "", page);
      fold();
    };
  }
  const frame = document.getElementById("original"), story = document.getElementById("cell");
  if (frame && story) {
    document.addEventListener("click", async (event) => {
      const link = event.target.closest(".official td a");
      if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button) return;
      event.preventDefault();
      document.querySelectorAll(".official .here").forEach((cell) => cell.classList.remove("here"));
      document.querySelectorAll(".official a[aria-current]").forEach((a) => a.removeAttribute("aria-current"));
      link.parentElement.classList.add("here");
      link.setAttribute("aria-current", "true");
      const address = new URL(link.href);
      history.replaceState(null, "", address);
      address.searchParams.set("part", "true");
      let answer;
      try { answer = await fetch(address.pathname + address.search); } catch { location.assign(link.href); return; }
      if (!answer.ok) { location.assign(link.href); return; }
      story.innerHTML = await answer.text();
      // The same page with another fragment is not fetched again: only the mark moves.
      const place = story.querySelector("[data-original]");
      if (place) frame.src = place.dataset.original;
      link.closest("section").before(story);
    });
  }
  if (matchMedia("(min-width:46.01rem)").matches) document.querySelectorAll("details[data-wide]").forEach((d) => { d.open = true; });
  for (const figure of document.querySelectorAll(".drawn")) {
    const button = figure.querySelector(".png"), svg = figure.querySelector("svg");
    if (!button || !svg) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      const box = svg.viewBox.baseVal, picture = new Image(), canvas = document.createElement("canvas");
      const copy = svg.cloneNode(true);
      copy.setAttribute("width", box.width); copy.setAttribute("height", box.height);
      canvas.width = box.width * 2; canvas.height = box.height * 2;
      picture.onload = () => {
        canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
        const link = document.createElement("a");
        link.download = "gongkai.png"; link.href = canvas.toDataURL("image/png"); link.click();
      };
      picture.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(new XMLSerializer().serializeToString(copy));
    });
  }
})();
