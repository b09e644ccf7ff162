import './tenants.ts';
import './keys.ts';
import './erasures.ts';
import './hooks.ts';
import './deliveries.ts';
import './dead-letters.ts';

export { admin } from './dialect.ts';
