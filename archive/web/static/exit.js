// Leaving at once: a press on the link, or Shift three times within five seconds, blanks the page before it goes.
const link = document.getElementById("exit");
const WITHIN = 5000;
let pressed = [];

function leave() {
  document.title = "";
  document.body.hidden = true;
  location.replace(link.href);
}

link.addEventListener("click", (event) => {
  event.preventDefault();
  leave();
});

document.addEventListener("keyup", (event) => {
  if (event.key !== "Shift") {
    pressed = [];
    return;
  }
  pressed = [...pressed.filter((at) => event.timeStamp - at < WITHIN), event.timeStamp];
  if (pressed.length === 3) {
    leave();
  }
});
