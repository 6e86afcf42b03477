import { afterAll } from 'vitest';
import { removeLeftovers } from './leftovers.ts';

// Vitest runs this in each test file.
afterAll(removeLeftovers);
