/* Finds the parts of the page that name a module and hands each to it. Every page works without any of this. */

const modules = {};

function start() {
  for (const element of document.querySelectorAll("[data-module]")) {
    modules[element.dataset.module]?.(element);
  }
}

document.addEventListener("DOMContentLoaded", start);
