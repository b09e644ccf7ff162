import './tenants.ts';
import './keys.ts';

export { admin } from './dialect.ts';
