/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// Every page works without this script. With it, "/" goes to the search field, and the live page follows an upgrade
// without loading again.

document.addEventListener('keydown', (event) => {
  const field = document.querySelector('input[type=search]');
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!(field instanceof HTMLInputElement) || document.activeElement instanceof HTMLInputElement) return;
  event.preventDefault();
  field.focus();
  field.select();
});

const live = document.querySelector('[data-live]');
if (live !== null) setInterval(() => void follow(), 1000);

/** Whether an answer is awaited: a slow one must not be overtaken. */
let isAsking = false;

/** Replaces the live part of the page with its current content. */
async function follow() {
  if (isAsking || document.hidden) return;
  isAsking = true;
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const [old, next] = [document.querySelector('[data-live]'), page.querySelector('[data-live]')];
    if (answer.ok && old !== null && next !== null) update(old, next);
  } catch {
    // The server restarts, or is gone: the page keeps its last content, with its time.
  } finally {
    isAsking = false;
  }
}

/** @param {Element} old @param {Element} next */
function update(old, next) {
  // The status stays the same element, so that screen readers announce its changes. They announce no others.
  const [status, changed] = [old.querySelector('[role=status]'), next.querySelector('[role=status]')];
  if (status !== null && changed !== null) {
    if (status.textContent !== changed.textContent) status.replaceChildren(...changed.childNodes);
    changed.remove();
  }
  for (const child of old.querySelectorAll(':scope > :not([role=status])')) child.remove();
  old.append(...next.childNodes);
}
