import { User } from '@headwater/plugin-core';
import { extendEntity } from '@headwater/kernel/plugin';
import { defineEntity, p } from '@mikro-orm/core';

// Table names begin with the name of the plugin, so they never collide with the tables of other plugins.
const MyPluginNoteSchema = defineEntity({
  name: 'MyPluginNote',
  tableName: 'my_plugin_note',
  properties: {
    id: p.integer().primary(),
    author: () => p.manyToOne(User).deleteRule('cascade').index(),
    text: p.text(),
    createdAt: p.datetime().defaultRaw('now()'),
  },
});

/** A user's note. Deleting the user's row deletes it. */
export class MyPluginNote extends MyPluginNoteSchema.class {}
// Connects the class to its schema. Without it, MikroORM treats the class as an abstract entity.
MyPluginNoteSchema.setClass(MyPluginNote);

/**
 * A user with the number of notes: a column on a table of another plugin. It has a default, because that plugin inserts
 * users without knowing the column.
 */
export const MyPluginUser = extendEntity(User, {
  myPluginNotes: p.integer().default(0).fieldName('my_plugin_notes'),
});
