import './contacts.ts';
import './accounts.ts';
import './organizations.ts';

export { agent } from './dialect.ts';
