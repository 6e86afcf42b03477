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

/** An object with a title and, unless it is a question, a link. */
export class Story extends StorySchema.class {}
StorySchema.setClass(Story);
