import { Commands, Database, definePlugin } from '@headwater/kernel/plugin';
import { MyPluginNote, MyPluginUser } from './entities.ts';
import { Notes, notesIn } from './notes.ts';
import { options } from './options.ts';
import { Actions, Pages, Routes, Slots, notesLink, notesOfUser, notesPage, profileNotes, write } from './web.ts';

// The exports are the plugin's public interface. A token that is not exported is private to the plugin.
export { MyPluginNote, MyPluginUser } from './entities.ts';
export { Notes, type Note } from './notes.ts';

/** Lets users write notes. */
export default definePlugin({
  name: 'my-plugin',
  config: options,
  entities: [MyPluginNote],
  extend: [MyPluginUser],
  bind({ bind, contribute, config }) {
    bind(Notes).toDynamicValue(({ get }) => notesIn(get(Database), config));
    contribute(Routes, notesOfUser);
    contribute(Pages, notesPage(config.path));
    contribute(Actions, write);
    contribute(Slots, notesLink(config.path));
    contribute(Slots, profileNotes);
    contribute(Commands, {
      name: 'my-plugin:recount',
      about: 'Recounts the notes of every user and corrects wrong numbers.',
      // Imported only when the command runs.
      load: () => import('./recount-command.ts'),
    });
  },
});
