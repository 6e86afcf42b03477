/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
// Sends forms in the background: an error is shown beside the form, and a form with `data-updates` replaces a single
// element of the page. Every form works without this script too.

/** Forms that wait for an answer. Disabling their buttons instead would move the focus away. */
const sending = new WeakSet();

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== 'post') return;
  event.preventDefault();
  if (!sending.has(form)) void send(form);
});

/** @param {HTMLFormElement} form */
async function send(form) {
  sending.add(form);
  try {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === 'string') body.append(name, value);
    const answer = await fetch(form.action, { method: 'POST', body, headers: { accept: 'application/json' } });
    const text = await answer.text();
    const id = form.dataset['updates'];
    if (!answer.ok) showError(form, detailOf(text));
    else if (id === undefined || !replace(id, text)) location.assign(answer.url);
  } catch {
    showError(form, 'The server cannot be reached.');
  } finally {
    sending.delete(form);
  }
}

/** @param {string} id @param {string} text @returns {boolean} */
function replace(id, text) {
  const old = document.getElementById(id);
  const next = new DOMParser().parseFromString(text, 'text/html').getElementById(id);
  if (old === null || next === null) return false;
  const isFocused = old.contains(document.activeElement);
  old.replaceWith(next);
  const first = next.querySelector('button, a');
  if (isFocused && first instanceof HTMLElement) first.focus();
  return true;
}

/** @param {HTMLFormElement} form @param {string} detail */
function showError(form, detail) {
  form.querySelector('[role=alert]')?.remove();
  const alert = document.createElement('p');
  alert.setAttribute('role', 'alert');
  alert.className = 'error';
  alert.textContent = detail.charAt(0).toUpperCase() + detail.slice(1);
  form.append(alert);
}

/** @param {string} text @returns {string} */
function detailOf(text) {
  try {
    /** @type {unknown} */
    const problem = JSON.parse(text);
    if (typeof problem === 'object' && problem !== null && 'detail' in problem) return String(problem.detail);
  } catch {
    // Not an answer of the application.
  }
  return 'Something went wrong.';
}
