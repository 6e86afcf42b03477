/** A client that keeps cookies and sends forms, as a browser does. */
export interface BrowserSession {
  /** The cookies by name. A test may change them. */
  readonly cookies: Map<string, string>;
  /** Requests a page as a browser does. */
  readonly open: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Page>;
  /** Requests JSON. */
  readonly api: (path: string, body?: unknown) => Promise<Page>;
  /**
   * Opens the page `from`, and sends its form for `action` with these fields and its hidden ones. Does not follow the
   * redirect.
   */
  readonly submit: (from: string, action: string, fields: Readonly<Record<string, string>>) => Promise<Page>;
  /** Sends a form without having opened a page. */
  readonly post: (
    path: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Page>;
}

/** An answer. */
export interface Page {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: () => unknown;
}

/** Opens a session with the server at `address`. `cookies` are those of an earlier session; default: none. */
export function openBrowserSession(address: string, cookies = new Map<string, string>()): BrowserSession {
  const send = async (path: string, init: RequestInit): Promise<Page> => {
    const headers = new Headers(init.headers);
    if (cookies.size > 0) headers.set('cookie', Array.from(cookies, ([name, value]) => `${name}=${value}`).join('; '));
    const answer = await fetch(address + path, { ...init, headers, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, json: () => JSON.parse(text) as unknown };
  };

  const open: BrowserSession['open'] = (path, headers = {}) =>
    send(path, { headers: { accept: 'text/html', ...headers } });

  const post: BrowserSession['post'] = (path, fields, headers = { origin: address }) =>
    send(path, { method: 'POST', headers: { accept: 'text/html', ...headers }, body: new URLSearchParams(fields) });

  return {
    cookies,
    open,
    post,
    api: (path, body) =>
      send(path, {
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
        headers: { accept: 'application/json', ...(body !== undefined && { 'content-type': 'application/json' }) },
      }),
    async submit(from, action, fields) {
      const { text } = await open(from);
      const form = text.slice(text.indexOf(`action="${action}"`));
      if (!text.includes(`action="${action}"`)) throw new Error(`${from} has no form for ${action}:\n${text}`);
      const hidden = form.slice(0, form.indexOf('</form>')).matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g);
      const given = Array.from(hidden, ([, name = '', value = '']): [string, string] => [name, value]);
      return post(action, { ...Object.fromEntries<string>(given), ...fields });
    },
  };
}
