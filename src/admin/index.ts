import './tenants.ts';
import './keys.ts';
import './erasures.ts';

export { admin } from './dialect.ts';
