import { html, type Html } from '@headwater/plugin-http';

/** Common parts of pages. */
export interface Ui {
  /** A form that posts to an action. */
  readonly form: (form: FormParts) => Html;
  /** A labelled field of a form. */
  readonly field: (field: FieldParts) => Html;
  /** A time, shown relative to now. */
  readonly time: (time: Date) => Html;
  /** Text by a user: paragraphs without any formatting. */
  readonly text: (text: string) => Html;
  /** A link to a user's profile. */
  readonly user: (user: { readonly name: string }) => Html;
  /** A round picture of a user, made of the first letter of the name. Screen readers skip it. */
  readonly avatar: (user: { readonly name: string }) => Html;
  /** The link to the next page of a list; nothing at its end. */
  readonly more: (path: string | null) => Html;
}

/** The parts of a form. */
export interface FormParts {
  /** The path of the action. */
  readonly action: string;
  readonly content: Html;
  /** The path to go to afterwards. Default: the page with the form. */
  readonly back?: string;
  /**
   * The id of an element. With script, the form is sent in the background, and only this element is replaced with its
   * counterpart on the next page. Default: the browser goes to the next page.
   */
  readonly updates?: string;
  /** Default: none. */
  readonly class?: string;
}

/** The parts of a field. */
export interface FieldParts {
  readonly name: string;
  readonly label: string;
  /** The id of the element, if the page has several fields of the name. Default: made of the name. */
  readonly id?: string;
  /** `textarea` for long text, or the type of an `input`. Default: `text`. */
  readonly type?: string;
  readonly value?: string;
  readonly hint?: string;
  /** Default: true. */
  readonly required?: boolean;
  readonly maxlength?: number;
  readonly minlength?: number;
  readonly autocomplete?: string;
}

/** Hidden fields by name. */
export type HiddenFields = Readonly<Record<string, string>>;

/** Returns the parts for a page at `path`. `hidden` are the fields that every form has. */
export function uiFor(path: string, hidden: () => HiddenFields): Ui {
  return Object.freeze<Ui>({
    form({ action, content, back = path, updates, class: name }) {
      const fields = Object.entries({ ...hidden(), back });
      return html`<form method="post" action=${action} class=${name} data-updates=${updates}>
        ${fields.map(([name, value]) => html`<input type="hidden" name=${name} value=${value} />`)} ${content}
      </form>`;
    },

    field({
      name,
      label,
      id = `field-${name}`,
      type = 'text',
      value = '',
      hint,
      required = true,
      maxlength,
      minlength,
      autocomplete,
    }) {
      const describedBy = hint === undefined ? undefined : `${id}-hint`;
      const attributes = {
        id,
        name,
        required,
        maxlength,
        minlength,
        autocomplete,
        value,
        'aria-describedby': describedBy,
      };
      const input =
        type === 'textarea'
          ? html`<textarea rows="4" ...${attributes}></textarea>`
          : html`<input type=${type} ...${attributes} />`;
      return html`<p class="field">
        <label for=${id}>${label}${!required && html` <span class="quiet">(optional)</span>`}</label>
        ${input} ${hint !== undefined && html`<span class="quiet" id=${describedBy}>${hint}</span>`}
      </p>`;
    },

    time: (time) =>
      html`<time datetime=${time.toISOString()} title=${time.toUTCString()}>${ago(time, new Date())}</time>`,

    text(text) {
      const paragraphs = text.split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== '');
      return html`<div class="text">${paragraphs.map((paragraph) => html`<p>${paragraph.trim()}</p>`)}</div>`;
    },

    user: ({ name }) => html`<a class="user" href=${`/users/${encodeURIComponent(name)}`}>${avatar(name)}${name}</a>`,

    avatar: ({ name }) => avatar(name),

    more: (path) =>
      path !== null && html`<nav class="more" aria-label="Pages"><a href=${path} rel="next">More</a></nav>`,
  });
}

/** The number of colors in the stylesheet. */
const avatarColors = 6;

function avatar(name: string): Html {
  const [letter = ''] = name.toUpperCase();
  const sum = Array.from(name).reduce((total, character) => total + (character.codePointAt(0) ?? 0), 0);
  return html`<span class=${`avatar avatar-${sum % avatarColors}`} aria-hidden="true">${letter}</span>`;
}

const units = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

// Creating one takes longer than formatting a page of times.
const relativeTime = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** Returns a time relative to `now`: `3 hours ago`. */
export function ago(time: Date, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - time.getTime()) / 1000);
  for (const [unit, length] of units) {
    if (seconds >= length) return relativeTime.format(-Math.floor(seconds / length), unit);
  }
  return 'just now';
}
