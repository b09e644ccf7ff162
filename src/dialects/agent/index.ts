import './contacts.ts';
import './accounts.ts';
import './history.ts';
import './organizations.ts';

export { agent } from './dialect.ts';
