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

  /* A faulty form is announced by its summary. */
  var summary = document.querySelector("[data-error-summary]");
  if (summary) summary.focus();
})();
