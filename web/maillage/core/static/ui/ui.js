/* Comforts only: every page works without this file. */
(function () {
  "use strict";
  var root = document.documentElement;

  /* The theme switch is a form; with a script it answers without reloading the page. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.matches("[data-theme-form]")) return;
    event.preventDefault();
    var dark = root.dataset.bsTheme
      ? root.dataset.bsTheme === "dark"
      : window.matchMedia("(prefers-color-scheme: dark)").matches;
    var wanted = dark ? "light" : "dark";
    root.dataset.bsTheme = wanted;
    form.elements.theme.value = dark ? "dark" : "light";
    document.cookie = "theme=" + wanted + ";path=/;max-age=31536000;samesite=lax";
  });

  /* On a phone, filters fold once there is something to read below them. */
  document.querySelectorAll("details[data-fold-on-phone]").forEach(function (box) {
    if (window.matchMedia("(max-width: 61.99rem)").matches) box.removeAttribute("open");
  });

  /* A map can be moved and enlarged: Leaflet is fetched only when someone asks for it. */
  function fetched(frame, then) {
    if (window.L) return then();
    var style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = frame.dataset.style;
    var script = document.createElement("script");
    script.src = frame.dataset.script;
    script.onload = then;
    document.head.prepend(style);
    document.head.append(script);
  }
  function moving(frame, button) {
    var drawing = frame.querySelector("svg");
    var box = drawing.viewBox.baseVal;
    var live = document.createElement("div");
    live.className = "map-live";
    live.style.height = drawing.getBoundingClientRect().height + "px";
    live.setAttribute("aria-label", drawing.querySelector("title").textContent);
    live.setAttribute("role", "region");
    frame.prepend(live);
    button.remove();
    var bounds = [[0, 0], [box.height, box.width]];
    var map = window.L.map(live, {
      crs: window.L.CRS.Simple, zoomSnap: 0.25, zoomControl: false,
      attributionControl: false, maxBounds: bounds, maxBoundsViscosity: 0.8
    });
    window.L.control.zoom({ zoomInTitle: frame.dataset.in, zoomOutTitle: frame.dataset.out }).addTo(map);
    window.L.svgOverlay(drawing, bounds, { interactive: true }).addTo(map);
    map.fitBounds(bounds);
    map.setMinZoom(map.getZoom());
    map.setMaxZoom(map.getZoom() + 3);
    live.focus();
  }
  document.querySelectorAll("[data-map]").forEach(function (frame) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "tool map-move";
    button.textContent = frame.dataset.label;
    button.addEventListener("click", function () {
      fetched(frame, function () { moving(frame, button); });
    });
    frame.append(button);
  });

  /* A faulty form is announced by its summary. */
  var summary = document.querySelector("[data-error-summary]");
  if (summary) summary.focus();
})();
