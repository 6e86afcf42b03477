import { defineEntity, p } from '@mikro-orm/core';
import { ContentObject } from '@headwater/plugin-core';

const StorySchema = defineEntity({
  name: 'Story',
  tableName: 'app_story',
  extends: ContentObject,
  properties: {
    title: p.string().length(255),
    url: p.text().nullable(),
  },
});

/** An object with a title, and with a link unless it is a question. */
export class Story extends StorySchema.class {}
StorySchema.setClass(Story);
