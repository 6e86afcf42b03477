import { join } from 'node:path';
import type { Page } from 'playwright-core';

const folder = join(import.meta.dirname, '../../docs/images');

/** Whether this run takes the pictures of the documentation. */
export const isAskedForPictures = process.env['PICTURES'] !== undefined;

/** The size of a picture in bytes that an empty page does not reach. */
export const emptyPage = 10_000;

/** Takes a picture of the visible part of a page for the documentation. Returns its size in bytes. */
export async function takePicture(page: Page, name: string): Promise<number> {
  await page.mouse.move(0, 0);
  await page.evaluate('scrollTo(0, 0)');
  const picture = await page.screenshot({ path: join(folder, `${name}.png`) });
  return picture.length;
}
