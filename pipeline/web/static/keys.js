// Keys for lists and the desk. Everything they do can be done without them; they can be switched off (press "?").
"use strict";
(() => {
  const places = { s: "/", a: "/agreements", e: "/events", r: "/review", f: "/feeds", l: "/alerts" };
  const store = "treatywatch-keys-off";
  const dialog = document.getElementById("keys");
  const off = document.getElementById("keys-off");
  let gone = 0;

  const remembered = () => { try { return localStorage.getItem(store) === "yes"; } catch { return false; } };
  const remember = (value) => { try { localStorage.setItem(store, value ? "yes" : "no"); } catch { /* a private window */ } };
  if (off) {
    off.checked = remembered();
    off.addEventListener("change", () => remember(off.checked));
  }
  if (dialog && dialog.showModal) document.documentElement.classList.add("has-keys");

  const items = () => [...document.querySelectorAll("[data-item]")].filter((one) => one.offsetParent !== null);
  const current = () => document.activeElement && document.activeElement.closest("[data-item]");
  const step = (by) => {
    const all = items();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + by))];
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const act = (name) => {
    const item = current() || (items().length === 1 ? items()[0] : null);
    const found = item && item.querySelector(`[data-key="${name}"]`);
    if (!found) return false;
    if (found.tagName === "SUMMARY") {
      found.parentElement.open = true;
      const field = found.parentElement.querySelector("select, input:not([type=hidden])");
      (field || found).focus();
    } else {
      found.focus(); // Enter does it: one key must not decide
    }
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
    const target = event.target;
    if (event.key === "Escape" && target.closest("input, textarea, select")) {
      const item = current();
      if (item) item.focus({ preventScroll: true }); else target.blur();
      return;
    }
    if (target.closest("input:not([type=checkbox]), textarea, select") || (dialog && dialog.open)) return;
    if (event.key === "?" && dialog && dialog.showModal) { dialog.showModal(); event.preventDefault(); return; }
    if (off && off.checked) return;
    if (gone && Date.now() - gone < 1500) {
      gone = 0;
      if (places[event.key]) { location.assign(places[event.key]); event.preventDefault(); return; }
    }
    gone = 0;
    let done = true;
    switch (event.key) {
      case "g": gone = Date.now(); break;
      case "j": step(1); break;
      case "k": step(-1); break;
      case "/": { const search = document.querySelector("[data-search]"); if (search) search.focus(); break; }
      case "o": { const item = current(); const link = item && item.querySelector("[data-open]"); if (link) link.click(); else done = false; break; }
      case "a": case "r": case "c": case "m": case "s": case "u": done = act(event.key); break;
      default: done = false;
    }
    if (done) event.preventDefault();
  });
})();
