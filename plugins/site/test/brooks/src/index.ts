import { definePlugin } from '@headwater/kernel/plugin';
import {
  Actions,
  FormFields,
  Identities,
  Pages,
  Slots,
  type Action,
  type Page,
  type SlotPart,
} from '@headwater/plugin-site';
import { z } from 'zod';

const brookPage: Page<{ readonly brook: string }, unknown, { readonly name: string }> = {
  path: '/brooks/:brook',
  about: 'Shows a brook.',
  params: z.object({ brook: z.string() }),
  load: ({ params: { brook } }) => ({ name: brook }),
  async view({ name }, { html, ui, slot }) {
    const objects = [1, 2].map((id) => ({ id, author: { id: 1, name: 'ada' }, path: '/' }));
    const details = await slot('object.details', objects);
    return {
      title: name,
      main: html`<h1>${name}</h1>
        ${details.map((one) => html`<div>${one}</div>`)} ${ui.form({ action: '/brooks', content: html`<button>Add</button>` })}`,
    };
  },
};

const addBrook: Action<unknown, { readonly name: string }, { readonly added: string }> = {
  path: '/brooks',
  about: 'Adds a brook.',
  body: z.object({ name: z.string().min(1) }),
  act: ({ signedIn, body }) => ({ added: `${body.name} by ${signedIn().name}` }),
};

const renameBrook: Action = {
  path: '/brooks/rename',
  about: 'Renames a brook.',
  act({ permitted }) {
    permitted('brooks.rename');
  },
  next: () => '//attacker.example',
};

const numbers: SlotPart<'object.details'> = {
  slot: 'object.details',
  order: 5,
  render: (objects, { html }) => objects.map(({ id }) => html`<b>no. ${id}</b>`),
};

const broken: SlotPart<'object.details'> = {
  slot: 'object.details',
  render() {
    throw new Error('a part that fails');
  },
};

const first: SlotPart<'object.details'> = { slot: 'object.details', order: -5, render: () => ['first', 'second'] };

/** Pages, actions and parts. A header names the user. */
export default definePlugin({
  name: 'brooks',
  bind({ contribute }) {
    contribute(Pages, brookPage);
    for (const action of [addBrook, renameBrook]) contribute(Actions, action);
    for (const part of [numbers, broken, first]) contribute(Slots, part);
    contribute(FormFields, { of: () => ({ name: 'secret', value: '"s3cret"' }) });
    contribute(Identities, {
      async of({ headers }) {
        const name = headers['x-user'];
        if (typeof name !== 'string') return null;
        return { id: 1, name, permissions: new Set(name === 'admin' ? ['brooks.rename'] : []) };
      },
    });
  },
});
