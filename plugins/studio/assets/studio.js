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
