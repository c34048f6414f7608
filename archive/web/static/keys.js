// Keys on a page of hits: / to the search box, j and k to the next and the previous hit. Never while typing.
const hits = [...document.querySelectorAll(".hit h3 a")];
const box = document.getElementById("text");

function typing(element) {
  return element.matches("input, textarea, select") || element.isContentEditable;
}

function step(by) {
  const at = hits.indexOf(document.activeElement);
  hits[Math.min(Math.max(at + by, 0), hits.length - 1)]?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) {
    return;
  }
  if (event.key === "/" && box) {
    event.preventDefault();
    box.focus();
  } else if (event.key === "j") {
    step(1);
  } else if (event.key === "k") {
    step(-1);
  }
});
