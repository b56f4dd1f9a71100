/* SPDX-License-Identifier: Apache-2.0 */
/* Fetches the page again every few seconds and puts in what has changed; the
 * page is whole without it. */
(function () {
  "use strict";
  var EVERY = 5000;
  var live = document.getElementById("live");
  var since = null;
  var took = 0;

  /* What was done is said once, not again when the page is loaded anew. */
  var here = new URL(location.href);
  if (here.searchParams.has("did")) {
    here.searchParams.delete("did");
    history.replaceState(null, "", here);
  }

  function inUse(part) {
    var active = document.activeElement;
    var fields = part.querySelectorAll("input, select, textarea");
    if (active && part.contains(active) &&
        active.matches("input, select, textarea, pre"))
      return true;
    return Array.prototype.some.call(fields, function (field) {
      if (field.type === "checkbox")
        return field.checked !== field.defaultChecked;
      if (field.tagName === "SELECT")
        return Array.prototype.some.call(field.options, function (option) {
          return option.selected !== option.defaultSelected &&
            (option.index > 0 || option.defaultSelected);
        });
      return field.value !== field.defaultValue;
    });
  }

  function keepOpen(old, fresh) {
    old.querySelectorAll("details[open][id]").forEach(function (details) {
      var same = fresh.querySelector("#" + CSS.escape(details.id));
      if (same)
        same.open = true;
    });
  }

  function put(fresh) {
    var old = document.getElementById(fresh.id);
    var focus = document.activeElement;
    if (!old || inUse(old))
      return;
    keepOpen(old, fresh);
    if (old.outerHTML === fresh.outerHTML)
      return;
    var id = old.contains(focus) ? focus.id : "";
    old.replaceWith(document.adoptNode(fresh));
    if (id && document.getElementById(id))
      document.getElementById(id).focus({preventScroll: true});
  }

  function say(text) {
    if (live.textContent !== text)
      live.textContent = text;
    live.className = text === "live" ? "good" : "bad";
  }

  function refresh() {
    if (document.hidden)
      return Promise.resolve();
    var began = Date.now();
    return fetch(location.href, {cache: "no-store", redirect: "error"})
      .then(function (answer) {
        if (!answer.ok)
          throw new Error(answer.status);
        return answer.text();
      })
      .then(function (text) {
        var page = new DOMParser().parseFromString(text, "text/html");
        page.querySelectorAll("[data-live][id]").forEach(put);
        since = new Date();
        took = Date.now() - began;
        say("live");
      })
      .catch(function () {
        say(since ? "not updated since " + since.toLocaleTimeString()
                  : "not updated");
      });
  }

  /* What is dear to the server is asked for less often. */
  function again() {
    setTimeout(function () {
      refresh().then(again);
    }, Math.max(EVERY, Math.min(20 * took, 60000)));
  }

  document.addEventListener("visibilitychange", function () {
    if (!document.hidden)
      refresh();
  });
  since = new Date();
  say("live");
  again();
})();
